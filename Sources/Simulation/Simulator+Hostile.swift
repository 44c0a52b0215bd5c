import Casebook
import Replication
import SignatureSuites

/// One office that does not keep to the rules: its own log it may spoil, the others' not.
extension Simulator {
  private var hostile: SimulatedOffice? { offices.first { $0.isHostile } }

  func attack() throws {
    guard !isHealed, let office = hostile, office.isUp else { return }
    let wall = office.clock.reading(at: now)
    statistics.attacks += 1
    try guarded(office.index, .attack) {
      switch random.below(5) {
      case 0: try fork(office, at: wall)
      case 1: try forge(office, at: wall)
      case 2: try overreach(office, at: wall)
      case 3: try leak(office)
      default: try twin(office, at: wall)
      }
    }
  }

  /// Signs two entries for one position, and shows them to different offices.
  private func fork(_ office: SimulatedOffice, at wall: UInt64) throws {
    let audience: Audience = random.chance(700) ? .up : .down
    let context = try office.running()
    let stream = context.stream(audience)
    var other: [Entry] = []
    do {
      _ = try office.work(at: wall) { context, storage in
        let before = try storage.head(of: stream)?.seq ?? 0
        try office.write([note(office, at: wall)], for: audience, at: wall, &context, storage)
        other = try storage.entries(of: stream, from: before + 1, bytesMax: .max)
        // This branch is for others; the office's own log goes on without it.
        throw SimulationFailure("rolled back")
      }
    } catch is SimulationFailure {}
    ledger.sign(other, at: now, in: suites)
    ledger.sign(try office.record([note(office, at: wall)], for: audience, at: wall), at: now, in: suites)
    ledger.noteFork(stream)
    log("\(office.code) forks \(name(stream))")
    show(other, of: stream, by: office)
  }

  /// Signs in its superior's name.
  private func forge(_ office: SimulatedOffice, at wall: UInt64) throws {
    guard let superior = office.superior.map({ offices[$0] }) else { return }
    let context = try office.running()
    let stream = StreamID(author: superior.key, incarnation: 1, audience: .down)
    let head = try office.disk.read { try $0.head(of: stream) }
    let payload = Entry.payload(of: [note(office, at: wall)])
    let suite = suites[context.suite] ?? Ed25519Suite()
    let header = EntryHeader(
      suite: suite.id, stream: stream, seq: (head?.seq ?? 0) + 1, previous: head?.hash ?? .zero,
      payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
      stamp: HybridTimestamp(milliseconds: wall), schema: 1, seen: nil, part: nil)
    log("\(office.code) forges \(name(stream))")
    show([try Entry(header: header, payload: payload, signer: office.signer)], of: stream, by: office)
  }

  /// Decides what is not its to decide: charters under others, receipts for its superior.
  private func overreach(_ office: SimulatedOffice, at wall: UInt64) throws {
    let context = try office.running()
    let others = context.tree.all.filter { $0.charter.office != office.code }
    guard let victim = random.pick(others) else { return }
    var charter = victim.charter
    charter.signingKey = office.signer.publicKey
    let heads = try office.disk.read { try $0.heads() }
    let receipt = random.pick(heads).map { Change.receipt(Receipt(head: $0, clock: 1, position: 1)) }
    log("\(office.code) oversteps")
    ledger.sign(
      try office.record(
        [.charter(charter)] + [receipt].compactMap { $0 }, for: random.chance(500) ? .up : .down, at: wall),
      at: now, in: suites)
  }

  /// Gives whoever is there everything it has.
  private func leak(_ office: SimulatedOffice) throws {
    guard let victim = random.pick(offices.filter { $0.isEnrolled && !$0.isHostile }) else { return }
    let pieces = try office.disk.read { storage in
      try storage.heads().map { head in
        Bundle.Piece(
          stream: head.stream, entries: try storage.entries(of: head.stream, from: 1, bytesMax: .max).map(\.encoded))
      }
    }
    log("\(office.code) gives \(victim.code) everything")
    queue.schedule(
      .unpack(Bundle(from: office.index, to: victim.index, pieces: pieces)), at: now + time(within: 600_000))
  }

  /// One id, one stamp and two contents, in two streams.
  private func twin(_ office: SimulatedOffice, at wall: UInt64) throws {
    let id = office.newID(at: wall)
    let file = try office.disk.read { try $0.summaries() }.last?.file ?? id
    let entries = try office.work(at: wall) { context, storage in
      let clock = try storage.value("clock")
      for (audience, word) in [(Audience.up, "one"), (Audience.down, "other")] {
        try storage.setValue("clock", clock)
        let write = RecordWrite(
          type: RecordType.subject.number, id: id, fields: [.init(number: 2, value: .text(word), replaces: [])])
        let act = ActChange(
          file: file, id: id, parents: [], rule: "evidence",
          facts: [
            .init(name: "@date", value: .text("2026-01-06")), .init(name: "@officers", value: .list([])),
            .init(name: "note", value: .text(word)),
          ])
        try office.write([.record(write), .act(act)], for: audience, at: wall, &context, storage)
      }
    }
    log("\(office.code) signs twins")
    ledger.sign(entries, at: now, in: suites)
  }

  private func note(_ office: SimulatedOffice, at wall: UInt64) -> Change {
    .record(
      RecordWrite(
        type: RecordType.subject.number, id: office.newID(at: wall),
        fields: [.init(number: 2, value: .text("hostile \(random.below(1_000))"), replaces: [])]))
  }

  /// Carries entries to some honest office.
  private func show(_ entries: [Entry], of stream: StreamID, by office: SimulatedOffice) {
    guard let victim = random.pick(offices.filter { $0.isEnrolled && !$0.isHostile }) else { return }
    let bundle = Bundle(
      from: office.index, to: victim.index, pieces: [.init(stream: stream, entries: entries.map(\.encoded))])
    queue.schedule(.unpack(bundle), at: now + time(within: 3_600_000))
  }

  private func encoded(with items: [EntryRun.Item], as run: EntryRun) -> [UInt8] {
    SyncFrame.entries(.spare(EntryRun(stream: run.stream, first: run.first, previous: run.previous, items: items))).encoded
  }

  /// A frame as the hostile office sends it: most are in order.
  func tampered(_ frame: SyncFrame, by office: SimulatedOffice) -> [UInt8] {
    guard random.chance(60) else { return frame.encoded }
    statistics.attacks += 1
    log("\(office.code) tampers with a frame")
    switch (frame, random.below(4)) {
    case (.entries(.spare(let run)), 0): return encoded(with: run.items.reversed(), as: run)
    case (.entries(.spare(let run)), 1):
      return encoded(
        with: run.items.map { item in
          var item = item
          if random.chance(500), !item.payload.isEmpty {
            item.payload[random.below(item.payload.count)] ^= UInt8(1 << random.below(8))
          } else if !item.signature.isEmpty {
            item.signature[random.below(item.signature.count)] ^= UInt8(1 << random.below(8))
          }
          return item
        }, as: run)
    case (.frontier(let heads, let isLast), 0...1):
      let claimed = heads.map { head in
        random.chance(300)
          ? StreamHead(stream: head.stream, seq: head.seq + UInt64(random.below(3)), hash: .zero) : head
      }
      return SyncFrame.frontier(heads: claimed, isLast: isLast).encoded
    case (_, 2): return [SyncFrame.done, .settled, .credit(bytes: .max)][random.below(3)].encoded
    default:
      var bytes = frame.encoded
      bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
      return bytes
    }
  }
}
