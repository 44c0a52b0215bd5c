import Casebook
import Replication
import SignatureSuites
import Testing

@Suite("Exchange by files")
struct BundleTests {
  /// A city with a pack and two districts, each with a case; nothing exchanged yet but the charters.
  private struct Region {
    let city: Replica
    let east: Replica
    let west: Replica

    init() throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      try city.publish("renxian")
      try city.staff()
    }

    /// The district gets the packs and opens a case.
    func work(_ office: Replica) throws {
      for part in try city.bundle(for: office.context.office) { try office.apply(part) }
      try office.staff()
      let file = try office.open("case")
      try office.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try office.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    }
  }

  /// Every order of a few things.
  private func orders<Value>(_ values: [Value]) -> [[Value]] {
    guard let first = values.first else { return [[]] }
    return orders(Array(values.dropFirst())).flatMap { rest in
      (0...rest.count).map { index in rest.prefix(index) + [first] + rest.dropFirst(index) }
    }
  }

  @Test("two bundles do what a session does, and receipts travel back in the next")
  func sameAsSession() throws {
    let region = try Region()
    try region.work(region.east)
    let other = try region.city.restored()
    for head in region.city.storage.heads() {
      let run = region.city.storage.entries(of: head.stream, from: 1, bytesMax: .max)
      other.storage.append(run, head: head, receivedAt: 0)
    }
    try region.east.send(to: other)
    for part in try region.east.bundle(for: region.city.context.office) {
      #expect(try region.city.apply(part).stored > 0)
    }
    let author = region.east.context.key
    func heads(_ replica: Replica) -> [StreamHead] { replica.storage.heads().filter { $0.stream.author == author } }
    #expect(heads(region.city) == heads(other) && !heads(other).isEmpty)
    let up = region.east.context.stream(.up)
    #expect(region.east.storage.receipts(of: up).isEmpty)
    for part in try region.city.bundle(for: region.east.context.office) { try region.east.apply(part) }
    #expect(region.east.storage.receipts(of: up).last?.receipt.head == region.east.storage.head(of: up))
  }

  @Test("parts in every order, each twice, give what the order of writing gives; nothing waits in the end")
  func everyOrder() throws {
    let region = try Region()
    let east = region.east.context.office
    // Small parts: one item each.
    let parts = try region.city.bundle(for: east, partBytes: 1)
    #expect((3...5).contains(parts.count))
    let plain = try region.east.restored()
    for part in parts { try plain.apply(part) }
    #expect(plain.storage.rows(RecordType.pack.number).count == 1)
    for order in orders(parts) {
      let office = try region.east.restored()
      for part in order + order { try office.apply(part) }
      #expect(office.state(for: east) == plain.state(for: east))
      #expect(office.storage.parkedRuns(of: nil).isEmpty)
      #expect(office.storage.heldChanges() == plain.storage.heldChanges())
    }
  }

  @Test("runs of an author whose charter comes later wait for it")
  func charterLater() throws {
    let region = try Region()
    let township = try region.east.subordinate("130526-01", salt: 3)
    region.city.context.tree = region.east.context.tree
    try township.record([.record(RecordWrite(type: 1, id: township.newID(), fields: [.init(number: 2, value: .text("乡镇"), replaces: [])]))], for: .up)
    try township.send(to: region.east)
    // A city that has not heard of the township.
    let city = try region.city.restored()
    var tree = OfficeTree(rootKey: city.context.key)
    for seat in region.city.context.tree.all where seat.charter.office.text != "130526-01" {
      try tree.admit(seat.charter, from: city.context.key, suites: .standard)
    }
    city.context.tree = tree
    let parts = try region.east.bundle(for: city.context.office, since: .whole, partBytes: 1)
    let author = township.context.key
    let late = try parts.filter { try BundleReader($0).holds(author: author) }
    #expect(late.count == 1)
    let first = try city.apply(try #require(late.first))
    #expect(first.waiting == 1 && first.stored == 0)
    #expect(city.storage.rows(1).isEmpty)
    for part in parts where part != late.first { try city.apply(part) }
    #expect(city.storage.rows(1).map { $0.text(2) } == ["乡镇"])
    #expect(city.storage.parkedRuns(of: nil).isEmpty)
  }

  @Test("cut short anywhere, then whole: nothing lost, nothing doubled")
  func cutShort() throws {
    let region = try Region()
    let part = try #require(try region.city.bundle(for: region.east.context.office).first)
    let whole = try region.east.restored()
    try whole.apply(part)
    let state = whole.state(for: whole.context.office)
    for tenth in 1..<10 {
      let office = try region.east.restored()
      let cut = Array(part.prefix(part.count * tenth / 10))
      let before = try office.apply(cut)
      let after = try office.apply(part)
      let foreign = whole.storage.heads().filter { $0.stream.author != whole.context.key }
      #expect(before.stored + after.stored == foreign.reduce(0) { $0 + Int($1.seq) })
      #expect(after.known == before.stored)
      #expect(office.state(for: office.context.office) == state)
    }
  }

  @Test("only what the other office may read goes in, whatever is asked for")
  func scope() throws {
    let region = try Region()
    for office in [region.east, region.west] {
      try region.work(office)
      for part in try office.bundle(for: region.city.context.office) { try region.city.apply(part) }
    }
    let (east, west) = (region.east.context.office, region.west.context.office)
    for since in [BundleSince.acknowledged, .whole, .last, .received(0), .positions([:])] {
      for part in try region.city.bundle(for: west, since: since) {
        var reader = try BundleReader(part)
        while let item = reader.next() {
          #expect(region.city.context.tree.mayRead(west, item.stream))
          #expect(region.city.context.tree.office(of: item.stream.author) != east)
        }
      }
    }
    // Sent all the same, such a run is refused and the rest is taken in.
    let up = region.east.context.stream(.up)
    let stolen = region.east.storage.entries(of: up, from: 1, bytesMax: .max).map(\.encoded)
    var intake = BundleIntake(context: region.west.context)
    let outcome = try intake.take(BundleItem(stream: up, entries: stolen), at: 0, in: region.west.storage)
    #expect(outcome == .refused(.outOfScope(up)))
    #expect(region.west.storage.head(of: up) == nil)
  }

  @Test("what was shown to have arrived is not sent again; what was lost on the way is")
  func since() throws {
    let region = try Region()
    try region.work(region.east)
    let (city, east) = (region.city.context.office, region.east.context.office)
    func entries(_ parts: [[UInt8]]) throws -> Int {
      try parts.reduce(0) { sum, part in
        var reader = try BundleReader(part)
        var count = 0
        while let item = reader.next() { count += item.entries.count }
        return sum + count
      }
    }
    let first = try region.east.bundle(for: city)
    // Lost on the way: the next one has it all again, and more.
    try region.east.perform(.fileOpen(FileDraft(kind: "complaint", pack: "renxian", regime: "case-handling", workflow: nil, title: "t", subject: nil, openedOn: "2026-01-05", addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil, complainantPhone: nil)))
    let second = try region.east.bundle(for: city)
    #expect(try entries(second) == entries(first) + 1)
    #expect(try entries(region.east.bundle(for: city, since: .last)) < entries(first))
    for part in second { try region.city.apply(part) }
    // Upwards receipts say what arrived; downwards the heads that the district shows.
    let down = try region.city.bundle(for: east)
    #expect(try entries(down) == 1)
    for part in down { try region.east.apply(part) }
    let third = try region.east.bundle(for: city)
    #expect(third.allSatisfy { part in (try? BundleReader(part).holds(author: region.east.context.key)) == false })
    for part in third { #expect(try region.city.apply(part).stored == 0) }
    #expect(try region.city.bundle(for: east).isEmpty)
    #expect(try region.east.bundle(for: city).isEmpty)
    // All of it again for an office that lost its data, its own entries too.
    let whole = try region.city.bundle(for: east, since: .whole)
    let restored = try region.east.restored()
    for part in whole { try restored.apply(part) }
    #expect(restored.storage.head(of: restored.context.stream(.up)) == region.east.storage.head(of: region.east.context.stream(.up)))
  }

  @Test("what waits is bounded; beyond, nothing is kept and it is said")
  func bounded() throws {
    let region = try Region()
    let parts = try region.city.bundle(for: region.east.context.office, partBytes: 1)
    let office = try region.east.restored()
    // What the second part continues stands in the first.
    let refused = try office.apply(parts[1], parkedBytesMax: 100)
    #expect(refused.full > 0 && refused.waiting == 0 && refused.stored == 0)
    #expect(office.storage.parkedRuns(of: nil).isEmpty)
    for part in parts { try office.apply(part, parkedBytesMax: 100) }
    #expect(office.storage.rows(RecordType.pack.number).count == 1)
  }

  @Test("entries that nobody signed are refused, now or when their time comes; the honest ones stand")
  func forged() throws {
    let region = try Region()
    let stream = region.city.context.stream(.down)
    let run = region.city.storage.entries(of: stream, from: 1, bytesMax: .max)
    let last = try #require(run.last)
    let header = EntryHeader(
      suite: .ed25519, stream: stream, seq: last.header.seq + 1, previous: last.hash(using: Ed25519Suite()),
      payloadHash: Entry.payloadHash([0x80], using: Ed25519Suite()), payloadLength: 1, stamp: last.header.stamp.next,
      schema: 1, seen: nil, part: nil)
    let forged = try Entry(header: header, payload: [0x80], signer: try SoftwareSigner.generate(suite: .ed25519))
    let office = try region.east.restored()
    var intake = BundleIntake(context: office.context)
    let bad = BundleItem(stream: stream, entries: [forged.encoded])
    // Before what it claims to follow, and after.
    #expect(try intake.take(bad, at: 0, in: office.storage) == .refused(.chain(.badSignature(seq: header.seq))))
    let good = BundleItem(stream: stream, entries: run.map(\.encoded))
    #expect(try intake.take(good, at: 0, in: office.storage) == .stored(run.count, known: 0))
    #expect(try intake.take(bad, at: 0, in: office.storage) == .refused(.chain(.badSignature(seq: header.seq))))
    #expect(office.storage.head(of: stream)?.seq == last.header.seq)
    // Of an author nobody knows yet it waits unverified, and counts for nothing when the charter comes.
    var unknown = office.context
    unknown.tree = OfficeTree(rootKey: office.context.tree.rootKey)
    let fresh = MemoryStorage()
    var early = BundleIntake(context: unknown)
    let lie = BundleItem(stream: stream, entries: (run.dropLast() + [forged]).map(\.encoded))
    #expect(try early.take(lie, at: 0, in: fresh) == .refused(.chain(.gap(expected: last.header.seq, found: header.seq))))
    let first = EntryHeader(
      suite: .ed25519, stream: stream, seq: 1, previous: .zero, payloadHash: header.payloadHash, payloadLength: 1,
      stamp: header.stamp, schema: 1, seen: nil, part: nil)
    let stranger = try Entry(header: first, payload: [0x80], signer: try SoftwareSigner.generate(suite: .ed25519))
    #expect(try early.take(BundleItem(stream: stream, entries: [stranger.encoded]), at: 0, in: fresh) == .waiting(1))
    var later = BundleIntake(context: office.context)
    try later.releaseAll(at: 0, in: fresh)
    #expect(later.released == 0 && fresh.head(of: stream) == nil && fresh.parkedRuns(of: nil).isEmpty)
  }

  @Test("missing parts are named until they come")
  func missingParts() throws {
    let region = try Region()
    let parts = try region.city.bundle(for: region.east.context.office, partBytes: 1)
    let office = try region.east.restored()
    let others = Array(4..<parts.count + 1)
    #expect(try office.apply(parts[2]).missing == [1, 2] + others)
    #expect(try office.apply(parts[0]).missing == [2] + others)
    #expect(try office.apply(Array(parts[1].dropLast())).missing.isEmpty, "a cut part is none")
    #expect(try office.apply(parts[1]).missing == others)
    for part in parts.dropFirst(3) { try office.apply(part) }
    #expect(try BundleMemory.read(of: region.city.context.office, in: office.storage).arriving.isEmpty)
  }
}

extension BundleReader {
  fileprivate func holds(author: KeyFingerprint) throws -> Bool {
    var copy = self
    while let item = copy.next() { if item.stream.author == author { return true } }
    return false
  }
}
