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
}
