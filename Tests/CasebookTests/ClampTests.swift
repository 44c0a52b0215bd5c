import Casebook
import Replication
import Testing

/// Clocks that jump by years, both ways: nothing is refused, and a clock that ran ahead does not win for ever.
@Suite("Wrong clocks")
struct ClampTests {
  private static let year: UInt64 = 366 * 86_400_000

  /// A county three years ahead and a city of the right time write the same name, unseen by each other.
  private func conflict() throws -> (region: Judged, id: RecordID) {
    let region = try Judged()
    let id = region.county.newID()
    try region.county.name(id, "原名")
    try region.city.meet(region.county)
    try region.city.witness()
    try region.city.meet(region.county)
    return (region, id)
  }

  @Test("a county three years ahead loses to one that wrote later, once its work is receipted")
  func ahead() throws {
    let region = try Judged()
    let east = region.county
    let west = try region.city.subordinate("130527", salt: 3)
    try region.city.meet(west)
    let id = east.newID()
    east.now += 3 * Self.year
    try east.name(id, "快三年")
    try region.city.meet(east)
    #expect(region.city.name(of: id) == "快三年")
    try region.city.witness()
    west.now = region.city.now + 60_000
    // The other office writes the same record without having seen it: a transferred file, a shared subject.
    try west.name(id, "其后")
    try region.city.meet(west)
    #expect(region.city.name(of: id) == "其后")
    let field = try #require(region.city.storage.row(RecordType.subject.number, id)?.fields[2])
    #expect(field.versions.map(\.value) == [.text("其后"), .text("快三年")])
    // The same, the receipt last.
    try region.city.meet(east)
    try region.province.meet(region.city)
    #expect(region.province.name(of: id) == "其后")
    #expect(try Judged.state(of: region.province).filter { $0.hasPrefix("row") }
      == Judged.state(of: region.city).filter { $0.hasPrefix("row") })
  }

  @Test("receipt first or entry first: the order is the same, and so is a rebuild")
  func orders() throws {
    let region = try Judged()
    let east = region.county
    let west = try region.city.subordinate("130527", salt: 3)
    try region.city.meet(west)
    try region.province.meet(region.city)
    let id = east.newID()
    east.now += 3 * Self.year
    let fast = try east.name(id, "快三年")
    try region.city.meet(east)
    try region.city.witness()
    west.now = region.city.now + 60_000
    let right = try west.name(id, "其后")
    let stream = region.city.context.stream(.office(east.context.office))
    let receipts = region.city.storage.entries(of: stream, from: 1, bytesMax: .max)
    let before = region.province.storage
    let chunks = [[fast], [right], receipts.filter { $0.header.seq > before.head(of: stream)?.seq ?? 0 }]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let replica = try region.province.blank()
      for head in before.heads().sorted(by: { region.province.depth($0) < region.province.depth($1) }) {
        try replica.take(before.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try replica.takeAll(order.map { chunks[$0] })
      #expect(replica.name(of: id) == "其后", "\(order)")
      let state = try Judged.state(of: replica)
      var projector = Projector(context: replica.context)
      try projector.rebuild(in: replica.storage)
      #expect(try Judged.state(of: replica) == state)
    }
  }

  @Test("a county three years behind is kept, loses among concurrent values, and wins with what it has seen")
  func behind() throws {
    let (region, id) = try conflict()
    region.county.now -= 3 * Self.year
    try region.county.name(id, "慢三年")
    try region.city.meet(region.county)
    // It replaces what it saw, whatever its clock says.
    #expect(region.city.name(of: id) == "慢三年")
  }

  @Test("a foreign clock pulls ours by a minute at most")
  func pulled() throws {
    let (region, id) = try conflict()
    region.county.now += 3 * Self.year
    try region.county.name(id, "快三年")
    try region.city.meet(region.county)
    let entry = try region.city.name(region.city.newID(), "x")
    #expect(entry.header.stamp.milliseconds <= region.city.now + HybridClock.advanceMillisecondsMax + 1)
  }

  @Test("an act claimed before what its author had seen, or after its receipt, is flagged in the file and on the board")
  func doubts() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    try city.publish("renxian")
    try city.meet(county)
    try county.staff()
    let file = try county.open("case")
    func act(_ clock: UInt64) throws {
      let honest = county.now
      county.now = clock
      let change = ActChange(
        file: try #require(county.storage.rows(RecordType.caseFile.number).first?.id), id: county.newID(), parents: [],
        rule: "propose-filing",
        facts: [.init(name: "@date", value: .text("2026-01-05")), .init(name: "@officers", value: .list([]))])
      try county.record([.act(change)], for: .up)
      county.now = honest
    }
    func flagged(_ replica: Replica) throws -> [TimeDoubt] { try replica.file(file).acts.compactMap(\.doubt) }
    try city.meet(county)
    try city.witness()
    try city.meet(county)
    // Honest, with a receipt seen: nothing.
    try act(county.now + 1_000)
    try city.meet(county)
    try city.witness()
    #expect(try flagged(city).isEmpty)
    try act(county.now + 2 * Self.year)
    try city.meet(county)
    #expect(try flagged(city).isEmpty)
    try city.witness()
    #expect(try flagged(city) == [.ahead])
    guard case .board(let board) = try city.perform(.board) else { throw CancellationError() }
    #expect(board.rows.first { $0.office == "130526" }?.doubtedActs == 1)
    // The claim stays what it was; only the order is another.
    let claims = try city.file(file).acts.map(\.claimed)
    #expect(claims.contains { $0 > city.now + Self.year })
    let before = city.storage.doubts()
    var projector = Projector(context: city.context)
    try projector.rebuild(in: city.storage)
    #expect(city.storage.doubts() == before)
  }

  @Test("the interval decides the doubt, with ten minutes' grace on both sides")
  func edges() {
    let minute: UInt64 = 60_000
    #expect(TimeDoubt(claimed: 100 * minute, from: nil, until: nil) == nil)
    #expect(TimeDoubt(claimed: 110 * minute, from: nil, until: 100 * minute) == nil)
    #expect(TimeDoubt(claimed: 110 * minute + 1, from: nil, until: 100 * minute) == .ahead)
    #expect(TimeDoubt(claimed: 90 * minute, from: 100 * minute, until: 200 * minute) == nil)
    #expect(TimeDoubt(claimed: 90 * minute - 1, from: 100 * minute, until: 200 * minute) == .backdated)
  }

  @Test("a broken key signs two entries under one stamp: each act is ordered by its own receipt, in whatever order they come")
  func twins() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let id = county.newID()
    let clock = county.storage.value("clock")
    county.now += 3 * Self.year
    var entries: [Entry] = []
    for (audience, word) in [(Audience.up, "甲"), (.down, "乙")] {
      county.storage.setValue("clock", clock)
      county.now -= entries.isEmpty ? 0 : 1_000
      let act = ActChange(
        file: id, id: county.newID(), parents: [], rule: "evidence", facts: [.init(name: "note", value: .text(word))])
      let write = RecordWrite(
        type: RecordType.subject.number, id: id, fields: [.init(number: 2, value: .text(word), replaces: [])])
      entries.append(try county.write([.act(act), .record(write)], for: audience))
    }
    #expect(entries[0].header.stamp == entries[1].header.stamp)
    try city.takeAll([[entries[0]]])
    let first = city.now + 1_000
    try city.witness()
    city.now += 3_600_000
    try city.takeAll([[entries[1]]])
    let second = city.now + 1_000
    try city.witness()
    let receipts = [Audience.office(county.context.office), .subtree(county.context.office)].flatMap {
      city.pieces(of: city.context.stream($0)).suffix(1)
    }
    let before = region.province.storage
    let chunks = entries.map { [$0] } + receipts
    let places = (0..<4).flatMap { one in (0..<4).flatMap { two in (0..<4).map { three in [one, two, three] } } }
    let orders = places.filter { Set($0).count == 3 }.map { $0 + [6 - $0.reduce(0, +)] }
    #expect(orders.count == 24)
    for order in orders {
      let replica = try region.province.blank()
      for head in before.heads().sorted(by: { region.province.depth($0) < region.province.depth($1) }) {
        try replica.take(before.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try replica.takeAll(order.map { chunks[$0] })
      let stamps = Set(replica.storage.acts(of: id).map(\.stamp.milliseconds))
      #expect(stamps == [first, second], "\(order)")
      let stamp = WriteStamp(time: entries[0].header.stamp, author: county.context.key)
      #expect(replica.storage.clamp(of: stamp)?.milliseconds == first, "\(order)")
    }
  }
}
