import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// Transfer and dossier in every order of arrival, and dossiers that are not what was signed.
@Suite("Dossiers in any order, and altered ones")
struct TransferOrderTests {
  /// A file that went east to west and on: what there is of it, cut into what can arrive apart.
  private struct Story {
    let region: Transferring
    let id: RecordID

    init() throws {
      region = try Transferring()
      let file = try region.filedCase()
      try region.settle()
      try region.east.transfer(file, to: "130505")
      try region.settle()
      try region.west.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
      try region.settle()
      id = try region.id(file)
    }

    /// The entries of each stream, the last one apart where `splits` says so.
    func chunks(of replica: Replica, splits: (StreamID) -> Bool) -> [[Entry]] {
      replica.storage.heads().flatMap { head -> [[Entry]] in
        let entries = replica.storage.entries(of: head.stream, from: 1, bytesMax: .max)
        return splits(head.stream) && entries.count > 1 ? [Array(entries.dropLast()), [entries[entries.count - 1]]] : [entries]
      }
    }
  }

  /// What a replica knows of the file and of who signed it.
  private func state(_ replica: Replica, _ id: RecordID) throws -> [String] {
    let storage = replica.storage
    var lines = storage.acts(of: id).map { "act \($0)" }
    lines.append("summary \(String(describing: storage.summary(of: id)))")
    for type in [RecordType.caseFile, .subject] {
      lines += storage.rows(type.number).map { row in
        "row \(row.id) \(row.stampBytes) \(row.fields.sorted { $0.key < $1.key }.map { "\($0.value)" })"
      }
    }
    lines += storage.heldChanges().map { "held \($0)" }.sorted()
    lines += storage.values(prefix: DossierLedger.prefix).map { "guest \($0)" }
    return lines
  }

  /// A few dozen of all orders, spread over them.
  private func orders(_ count: Int) -> [[Int]] {
    var orders = [Array(0..<count), Array((0..<count).reversed())]
    for step in 1..<12 {
      var left = Array(0..<count)
      var order: [Int] = []
      while !left.isEmpty { order.append(left.remove(at: (order.count * step + step * step) % left.count)) }
      orders.append(order)
    }
    return orders
  }

  private func expectOneState(_ chunks: [[Entry]], like settled: Replica, _ id: RecordID) throws {
    #expect(chunks.count > 3)
    var expected: [String]?
    for order in orders(chunks.count) {
      let replica = try settled.enrolledAnew()
      try replica.takeAll(order.map { chunks[$0] })
      let state = try state(replica, id)
      let first = expected ?? state
      let difference = Set(first).symmetricDifference(state).sorted().map { $0.prefix(300) }
      if !difference.isEmpty { Issue.record("\(order): \(difference.prefix(2))") }
      expected = first
      #expect(try replica.folded(id) == settled.folded(id))
    }
  }

  @Test("at the receiver: packs, charter, dossier and its own acts in any order")
  func receiver() throws {
    let story = try Story()
    let west = story.region.west
    let dossiers = story.region.city.context.stream(.office(west.context.office))
    try expectOneState(story.chunks(of: west) { $0 == dossiers || $0.audience == .up }, like: west, story.id)
  }

  @Test("at the province: the dossier before the charter of its authors, the transfer last, and every other order")
  func province() throws {
    let story = try Story()
    let (east, province) = (story.region.east, story.region.province)
    try expectOneState(
      story.chunks(of: province) { $0.author == east.context.key }, like: province, story.id)
    // An office with a seat needs nobody's word.
    #expect(province.storage.values(prefix: DossierLedger.prefix).isEmpty)
  }

  @Test("what came in any order is what a rebuild from the log gives, and a restart reads the guests again")
  func rebuilt() throws {
    let story = try Story()
    for office in [story.region.west, story.region.city] {
      let before = try state(office, story.id)
      var projector = Projector(context: office.context)
      try projector.rebuild(in: office.storage)
      office.context = projector.context
      #expect(try state(office, story.id) == before)
      let tree = office.context.tree
      try office.context.refresh(from: office.storage)
      #expect(office.context.tree == tree)
    }
  }

  /// A dossier that the city owes the west, with `change` made to it.
  private func handed(_ change: (inout Dossier) throws -> Void) throws -> Transferring {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.east.transfer(file, to: "130505")
    try region.city.meet(region.east)
    for (audience, changes) in try Witness.owed(context: region.city.context, at: region.city.now, in: region.city.storage) {
      var assembler = DossierAssembler()
      var altered = changes
      for case .dossier(let piece) in changes {
        guard case .complete(var dossier) = assembler.add(piece) else { continue }
        try change(&dossier)
        altered = dossier.pieces.map { .dossier($0) }
      }
      try region.city.write(altered, for: audience)
    }
    try region.city.send(to: region.west)
    return region
  }

  private func replace(_ old: String, by new: String, in bytes: inout [UInt8]) throws {
    let (from, to) = (Array(old.utf8), Array(new.utf8))
    try #require(from.count == to.count)
    let start = try #require((0...(bytes.count - from.count)).first { Array(bytes[$0..<($0 + from.count)]) == from })
    bytes.replaceSubrange(start..<(start + from.count), with: to)
  }

  @Test("an entry that was altered does not count, the others do; it is held, told, and found by verify")
  func altered() throws {
    let region = try handed { dossier in
      let index = try #require(dossier.items.lastIndex { item in
        ((try? Entry(decoding: item.entry).changes()) ?? []).contains {
          if case .act(let act) = $0 { act.rule == "propose-filing" } else { false }
        }
      })
      try replace("欠薪", by: "无事", in: &dossier.items[index].entry)
    }
    let west = region.west
    #expect(west.storage.heldChanges().map(\.reason) == [.dossierRefused])
    guard case .held(let views) = try west.perform(.quarantine) else { throw CancellationError() }
    #expect(views.contains { $0.reason == "dossier-refused" && $0.message.zh.contains("与签名不符") })
    let file = try #require(west.storage.summaries().first)
    // What builds on it waits; nothing is taken for what it is not.
    #expect(file.waitingCount == 3 && file.actCount == 0 && file.office == "130526")
    let problems = try west.verifyProblems()
    #expect(problems.map(\.code) == ["dossier"] && problems[0].message.en.contains("payload-altered"))
  }

  @Test("a dossier is refused: forged signature, another file, a guest in a seated office's place, a piece missing")
  func forged() throws {
    let signature = try handed { dossier in
      dossier.items[0].entry = try Entry(decoding: dossier.items[0].entry).withOtherSignature()
    }
    #expect(try signature.west.verifyProblems().first?.message.en.contains("bad-signature") == true)
    let unknown = try handed { $0.guests = [] }
    #expect(try unknown.west.verifyProblems().allSatisfy { $0.message.en.contains("unknown-author") })
    #expect(unknown.west.storage.summaries().isEmpty)
    let other = try handed { $0.file = RecordID([UInt8](repeating: 7, count: 16)) ?? .zero }
    #expect(try other.west.verifyProblems().contains { $0.message.en.contains("other-file") })
    #expect(other.west.storage.summaries().isEmpty)
    let stray = try handed { dossier in
      let guest = dossier.guests[0]
      dossier.guests[0] = Guest(
        office: guest.office, name: guest.name, parent: try #require(OfficeCode("13")), keys: guest.keys)
    }
    // The city may not hang an office under the province.
    #expect(stray.west.storage.heldChanges().map(\.reason) == [.dossierRefused])
    #expect(stray.west.storage.summaries().isEmpty)
    let missing = try Transferring()
    let piece = DossierPiece(file: .zero, part: 2, parts: 3, bytes: [0])
    try missing.city.write([.dossier(piece)], for: .office(missing.west.context.office))
    try missing.city.send(to: missing.west)
    #expect(missing.west.storage.heldChanges().map(\.reason) == [.dossierRefused])
  }

  @Test("a dossier reads back as written, in as many pieces as its size takes; other encodings are refused")
  func encoding() throws {
    let office = try #require(OfficeCode("130526")), city = try #require(OfficeCode("1305"))
    let key = try SoftwareSigner.generate(suite: .ed25519).publicKey
    let items = (0..<5).map { (index: UInt64) -> Dossier.Item in
      let entry = [UInt8](repeating: UInt8(index), count: 40_000)
      return Dossier.Item(from: index == 0 ? nil : index, until: index == 1 ? nil : index, entry: entry)
    }
    let dossier = Dossier(
      file: .zero, guests: [Guest(office: office, name: "东", parent: city, keys: [key])], items: items,
      withdrawn: [.zero])
    #expect(dossier.pieces.count == 4)
    var assembler = DossierAssembler()
    let outcomes = dossier.pieces.map { assembler.add($0) }
    #expect(outcomes == [.incomplete, .incomplete, .incomplete, .complete(dossier)])
    for piece in dossier.pieces {
      #expect(try Entry.changes(ofPayload: Entry.payload(of: [.dossier(piece)])) == [.dossier(piece)])
    }
    let stray = assembler.add(dossier.pieces[1])
    #expect(stray == .broken)
    #expect(throws: CBORReader.Failure.trailingBytes) { try Dossier(file: .zero, decoding: dossier.encoded + [0]) }
    let crowd = Dossier(
      file: .zero,
      guests: (0...Dossier.guestsMax).map { _ in Guest(office: office, name: "", parent: city, keys: []) }, items: [])
    #expect(throws: CBORReader.Failure.tooLong) { try Dossier(file: .zero, decoding: crowd.encoded) }
    // 0xA1 is a map; part 0; more parts than a dossier has.
    let parts = UInt8(Dossier.piecesMax + 1)
    let id = [0x50] + [UInt8](repeating: 0, count: 16)
    for (first, second) in [(UInt8(0), UInt8(1)), (2, 1), (1, parts)] {
      let body = [0x84] + id + [first, second, 0x40]
      let payload = [0x81, 0x82, 0x0A, 0x40 + UInt8(body.count)] + body
      #expect(throws: CBORReader.Failure.outOfRange) { try Entry.changes(ofPayload: payload) }
    }
  }

  @Test("a file longer than one dossier takes several")
  func long() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    // Some 30 KiB each: forty of them are more than a dossier holds.
    for index in 0..<40 {
      try region.east.act(file, "record-evidence", ["zhang"], ["evidence": String(repeating: "证", count: 10_000) + "\(index)"])
    }
    try region.east.transfer(file, to: "130505")
    try region.city.meet(region.east)
    let owed = try Witness.owed(context: region.city.context, at: region.city.now, in: region.city.storage)
      .filter { $0.changes.contains { if case .dossier = $0 { true } else { false } } }
    #expect(owed.count == 2)
    try region.settle()
    let id = try region.id(file)
    #expect(try region.west.folded(id) == region.city.folded(id))
    #expect(try region.west.file(file).acts.count == 44)
    #expect(try region.west.verifyProblems() == [])
  }
}

extension Entry {
  /// The same header under a signature that is none.
  fileprivate func withOtherSignature() throws -> [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(3)
    writer.byteString(headerBytes)
    writer.byteString([signature[0] ^ 1] + signature.dropFirst())
    writer.byteString(payload)
    return writer.bytes
  }
}
