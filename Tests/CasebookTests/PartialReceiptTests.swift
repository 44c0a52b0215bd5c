import Casebook
import Replication
import Testing

/// Found by `DeliveryTests` with eight offices: a receipt that came when only a part of what it covers
/// was held clamped the rest of its stream and left that part as it was.
@Suite("A receipt that reaches further than what is held")
struct PartialReceiptTests {
  @Test("receipt before, between and after the entries it covers: one order of values")
  func orders() throws {
    let region = try Judged()
    let east = region.county
    let west = try region.city.subordinate("130527", salt: 3)
    try region.city.meet(west)
    try region.province.meet(region.city)
    let id = east.newID()
    east.now += 3 * 366 * 86_400_000
    let fast = try east.name(id, "快三年")
    let more = try east.name(east.newID(), "再一件")
    try region.city.meet(east)
    try region.city.witness()
    west.now = region.city.now + 60_000
    let right = try west.name(id, "其后")
    let before = region.province.storage
    let stream = region.city.context.stream(.office(east.context.office))
    let receipts = region.city.storage.entries(of: stream, from: (before.head(of: stream)?.seq ?? 0) + 1, bytesMax: .max)
    let chunks = [[fast], [more], receipts, [right]]
    for order in [[0, 1, 2, 3], [2, 0, 1, 3], [0, 2, 1, 3], [3, 0, 2, 1], [0, 2, 3, 1], [0, 2, 3]] {
      let replica = try region.province.blank()
      for head in before.heads().sorted(by: { region.province.depth($0) < region.province.depth($1) }) {
        try replica.take(before.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try replica.takeAll(order.map { chunks[$0] })
      #expect(replica.name(of: id) == "其后", "\(order)")
    }
  }

  /// More receipts than are looked back over at once.
  @Test("an office that is receipted act by act: before, after and between, the same order, and so in a rebuild")
  func actByAct() throws {
    let region = try Judged()
    let east = region.county
    try region.province.meet(region.city)
    let before = region.province.storage
    let stream = region.city.context.stream(.office(east.context.office))
    let first = (before.head(of: stream)?.seq ?? 0) + 1
    let start = (before.head(of: east.context.stream(.up))?.seq ?? 0) + 1
    east.now += 3 * 366 * 86_400_000
    for number in 0..<40 {
      try east.name(east.newID(), "第\(number)件")
      try region.city.meet(east)
      try region.city.witness()
      region.city.now += 1_000
    }
    let acts = region.city.storage.entries(of: east.context.stream(.up), from: start, bytesMax: .max)
    let receipts = region.city.storage.entries(of: stream, from: first, bytesMax: .max)
    #expect(acts.count == 40 && receipts.count == 40)
    var clocks: [UInt64: UInt64] = [:]
    for entry in receipts {
      for case .receipt(let receipt) in try entry.changes() { clocks[entry.header.seq] = receipt.clock }
    }
    let base = before.heads().sorted { region.province.depth($0) < region.province.depth($1) }
    var states: Set<[String]> = []
    let half = [Array(acts[..<25]), Array(receipts[..<30]), Array(acts[25...]), Array(receipts[30...])]
    for order in [[acts, receipts], [receipts, acts], half, zip(acts, receipts).flatMap { [[$0], [$1]] }] {
      let replica = try region.province.blank()
      for head in base { try replica.take(before.entries(of: head.stream, from: 1, bytesMax: .max)) }
      try replica.takeAll(order)
      func state() throws -> [String] {
        let clamps = acts.map { entry in
          replica.storage.clamp(of: WriteStamp(time: entry.header.stamp, author: entry.header.stream.author))
        }
        #expect(clamps == receipts.map { HybridTimestamp(milliseconds: clocks[$0.header.seq] ?? 0) })
        return try Judged.state(of: replica)
      }
      let first = try state()
      var projector = Projector(context: replica.context)
      try projector.rebuild(in: replica.storage)
      #expect(try state() == first)
      states.insert(first)
    }
    #expect(states.count == 1)
    #expect(before.receipts(of: east.context.stream(.up)).count < 40)
    let held = region.city.storage
    let third = try #require(acts.dropFirst(2).first?.header.seq)
    #expect(held.receipts(of: east.context.stream(.up), from: third).count == 38)
  }
}
