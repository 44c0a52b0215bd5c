import Casebook
import Replication
import SignatureSuites
import TestKit

/// Whole sessions between a city's bureau and its district, from the first contact to a restored backup.
extension VectorDraft {
  private static let page = "5-session.md"

  /// What an office is at one moment.
  private struct Office {
    var context: ReplicaContext
    let storage: MemoryStorage
    let signer: SoftwareSigner
    /// Given at enrolment.
    let charters: [StoredCharter]

    mutating func record(_ changes: [Change], for audience: Audience, at now: UInt64) throws {
      var journal = Journal(context: context, signer: signer)
      _ = try journal.record(changes, for: audience, at: now, in: storage)
      try journal.finish(in: storage)
      context = journal.context
    }

    func ownHeads() -> [StreamHead] { storage.heads().filter { $0.stream.author == context.key } }
  }

  /// Both offices, and what each of them knew of the other when they last agreed.
  private struct Pair {
    var city: Office
    var district: Office
    var agreed: [StreamHead]?
    var now = FixedAuthor.start

    init() throws {
      let root = SampleLog.Node(
        try Fixed.office(Scenario.root), signer: try FixedKeys.signer(.ed25519, 0),
        root: try FixedKeys.signer(.ed25519, 0).fingerprint)
      let below = SampleLog.Node(
        try Fixed.office(Scenario.district), signer: try FixedKeys.signer(.ed25519, 1), root: root.context.key)
      let own = try Fixed.charter(Scenario.root, "市局", under: nil, key: root.signer.publicKey, transport: 1)
      let seat = try Fixed.charter(
        Scenario.district, "县局", under: Scenario.root, key: below.signer.publicKey, transport: 2)
      let charters = [own, seat].map { StoredCharter(charter: $0, issuer: root.context.key) }
      root.storage.put(charters[0])
      for charter in charters { below.storage.put(charter) }
      for node in [root, below] {
        // Later releases know more types; entries' headers name the version.
        node.context.schema = RecordSchema(types: RecordType.all, version: 1)
        try node.context.refresh(from: node.storage)
      }
      city = Office(context: root.context, storage: root.storage, signer: root.signer, charters: [charters[0]])
      district = Office(context: below.context, storage: below.storage, signer: below.signer, charters: charters)
      try city.record([.charter(own)], for: .down, at: tick())
      try city.record([.charter(seat)], for: .subtree(district.context.office), at: tick())
    }

    mutating func tick() -> UInt64 {
      now += 1_000
      return now
    }

    /// The district calls.
    /// - Returns: what was said, and what a vector gives its reader.
    mutating func meet(rememberedByDistrict other: [StreamHead]?) throws -> (Conversation, JSONValue) {
      now += 60_000
      let offices = [district, city], agreements = [other, agreed]
      var given = try zip(offices, agreements).map { try Self.given($0, agreed: $1, clock: now) }
      var signed: [[Entry]] = [[], []]
      let sides = try offices.indices.map { index in
        try ConversationSide(
          offices[index].context, offices[index].storage, clock: now, agreed: agreements[index]
        ) { side in
          let before = Set(side.storage.heads())
          let context = try Self.sign(side, by: offices[index].signer)
          signed[index] = side.storage.heads().filter { $0.stream.author == context.key && !before.contains($0) }
            .flatMap { head in
              let known = before.first { $0.stream == head.stream }?.seq ?? 0
              return side.storage.entries(of: head.stream, from: known + 1, bytesMax: .max)
            }
          return context
        }
      }
      var conversation = try Conversation(sides[0], sides[1])
      try conversation.run()
      district.context = sides[0].context
      city.context = sides[1].context
      agreed = try sides[0].shared(with: city.context.office)
      for index in given.indices {
        given[index]["signs"] = .list(signed[index].map { Self.run($0.header.stream, [$0]) })
      }
      let root = Shown.hex(city.context.tree.rootKey.bytes)
      return (conversation, .object(["root": root, "sides": .list(given.map { .object($0) })]))
    }

    /// Work of a lost branch is recorded again; then receipts and whatever else is owed.
    private static func sign(_ side: ConversationSide, by signer: SoftwareSigner) throws -> ReplicaContext {
      let settled = try BranchRecovery.settle(
        side.context, signer: signer, isBehind: false, at: side.clock, in: side.storage)
      var journal = Journal(context: settled?.context ?? side.context, signer: signer)
      for (audience, changes) in try Witness.owed(context: journal.context, at: side.clock, in: side.storage) {
        _ = try journal.record(changes, for: audience, at: side.clock, in: side.storage)
      }
      try journal.finish(in: side.storage)
      return journal.context
    }

    private static func run(_ stream: StreamID, _ entries: [Entry]) -> JSONValue {
      .object(["stream": Shown.hex(stream.encoded), "entries": .list(entries.map { Shown.hex($0.encoded) })])
    }

    private static func given(_ office: Office, agreed: [StreamHead]?, clock: UInt64) throws -> [String: JSONValue] {
      let charters = Fixed.bytes {
        $0.arrayHead(office.charters.count)
        for stored in office.charters {
          $0.arrayHead(2)
          $0.byteString(stored.issuer.bytes)
          $0.byteString(Entry.payload(of: [.charter(stored.charter)]))
        }
      }
      let held = office.context.tree.inSendingOrder(office.storage.heads()).map { head in
        run(head.stream, office.storage.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      var given: [String: JSONValue] = [
        "office": .text(office.context.office.text), "clock": Shown.number(clock),
        "key": Shown.hex(office.context.key.bytes), "charters": Shown.hex(charters), "held": .list(held),
      ]
      if let agreed {
        given["agreed"] = .list(
          agreed.map { head in
            .object([
              "stream": Shown.hex(head.stream.encoded), "seq": Shown.number(head.seq),
              "hash": Shown.hex(head.hash.bytes),
            ])
          })
      }
      return given
    }
  }

  private static func draft(
    _ name: String, _ lines: [Conversation.Line], _ given: JSONValue, refused: String? = nil
  ) -> VectorDraft {
    let input = Fixed.bytes {
      $0.arrayHead(lines.count)
      for line in lines {
        $0.arrayHead(2)
        $0.unsigned(UInt64(line.by))
        $0.byteString(line.frame)
      }
    }
    return VectorDraft("session-\(name)", page, "session", input, given: given, refused: refused)
  }

  static func conversations() throws -> [VectorDraft] {
    var pair = try Pair()
    let district = pair.district.context.office
    for number in 1...3 as ClosedRange<UInt8> {
      try pair.district.record([Fixed.record("单位 \(number)", id: number)], for: .up, at: pair.tick())
    }
    try pair.district.record([Fixed.record("不外传", id: 9)], for: .own, at: pair.tick())
    try pair.city.record([Fixed.record("致县局", id: 4)], for: .office(district), at: pair.tick())
    let (first, givenFirst) = try pair.meet(rememberedByDistrict: nil)
    var drafts = [draft("first", first.lines, givenFirst)]
    // The city's receipts and the district's sighting were exchanged; what is owed for those comes with the next work.
    let (idle, givenIdle) = try pair.meet(rememberedByDistrict: pair.agreed)
    drafts.append(draft("idle", idle.lines, givenIdle))

    let backup = (context: pair.district.context, storage: pair.district.storage.copy(), agreed: pair.agreed)
    try pair.district.record([Fixed.record("备份之后", id: 5)], for: .up, at: pair.tick())
    try pair.district.record([Fixed.record("备份之后", id: 6)], for: .up, at: pair.tick())
    try pair.city.record([Fixed.record("通知", id: 7)], for: .down, at: pair.tick())
    let (brief, givenBrief) = try pair.meet(rememberedByDistrict: pair.agreed)
    drafts.append(draft("agreed", brief.lines, givenBrief))

    // The district's machine is set back, and works on before it calls.
    pair.district = Office(
      context: backup.context, storage: backup.storage, signer: pair.district.signer, charters: pair.district.charters)
    try pair.district.record([Fixed.record("恢复之后", id: 8)], for: .up, at: pair.tick())
    let (fork, givenFork) = try pair.meet(rememberedByDistrict: backup.agreed)
    drafts.append(draft("fork", fork.lines, givenFork))
    return try drafts + broken(first.lines, givenFirst) + late(fork.lines, givenFork)
  }

  /// What comes after the city said that it is settled, while the district still waits for what it wanted.
  private static func late(_ lines: [Conversation.Line], _ given: JSONValue) throws -> [VectorDraft] {
    let frames = try lines.map { try SyncFrame(decoding: $0.frame) }
    guard let place = frames.firstIndex(of: .settled), frames.lastIndex(of: .settled) != place,
      let want = frames.last(where: { if case .want = $0 { true } else { false } })
    else { throw MalformedVector(what: "fork") }
    return [("settled-twice", SyncFrame.settled), ("want-late", want)].map { name, frame in
      let line = Conversation.Line(by: lines[place].by, frame: frame.encoded)
      return draft(name, lines.prefix(place + 1) + [line], given, refused: "protocol-violated")
    }
  }

  /// The first contact with one thing in it that must not be.
  private static func broken(_ lines: [Conversation.Line], _ given: JSONValue) throws -> [VectorDraft] {
    let frames = try lines.map { try SyncFrame(decoding: $0.frame) }
    /// The lines before a place, and others from there on.
    func draft(_ name: String, at place: Int?, _ said: [SyncFrame], refused: String) throws -> VectorDraft {
      guard let place else { throw MalformedVector(what: name) }
      let rest = said.map { Conversation.Line(by: lines[place].by, frame: $0.encoded) }
      return Self.draft(name, lines.prefix(place) + rest, given, refused: refused)
    }
    func place(_ isMeant: (SyncFrame) -> Bool) -> Int? { frames.firstIndex(where: isMeant) }
    let frontier = place { if case .frontier = $0 { true } else { false } }
    let run = place { if case .entries = $0 { true } else { false } }
    guard case .hello(var hello) = frames[0], let run, case .entries(.spare(let sent)) = frames[run] else {
      throw MalformedVector(what: "first contact")
    }
    var altered = sent.items
    altered[0].payload[altered[0].payload.count - 1] ^= 1
    let forged = EntryRun(stream: sent.stream, first: sent.first, previous: sent.previous, items: altered)
    hello.version = 0
    let old = SyncFrame.hello(hello)
    hello.version = ConversationSide.version
    hello.office = try Fixed.office("130527")
    let violated = "protocol-violated"
    let wants = [SyncFrame](repeating: .want(stream: sent.stream, from: 9), count: SessionLimits.wantsMax + 1)
    return [
      try draft("version", at: 0, [old], refused: "unsupported-version"),
      try draft("office", at: 0, [.hello(hello)], refused: "wrong-office"),
      try draft("hello-twice", at: frontier, [frames[0]], refused: violated),
      try draft("done-early", at: frontier, [.done], refused: violated),
      try draft("entries-early", at: frontier, [.entries(.spare(sent))], refused: violated),
      try draft("frontier-late", at: run, [.frontier(heads: [], isLast: true)], refused: violated),
      try draft("positions-unasked", at: run, [.positions([])], refused: violated),
      try draft("credit-large", at: run, [.credit(bytes: UInt64(SessionLimits.creditBytes) + 1)], refused: violated),
      try draft("settled-early", at: run, [.settled], refused: violated),
      try draft("done-twice", at: run, [.done, .done], refused: violated),
      try draft("wants-many", at: run, wants, refused: "too-much"),
      try draft("altered", at: run, [.entries(.spare(forged))], refused: "invalid-entry"),
    ]
  }
}
