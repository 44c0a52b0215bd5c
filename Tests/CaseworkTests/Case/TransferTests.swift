import Casework
import Testing

private typealias Fix = CaseFixture

/// A file goes to an office beside, whatever the others do meanwhile.
@Suite("Transfer in the fold")
struct TransferTests {
  private let filed = Fix.act("file", id: "1")

  private func transfer(
    _ id: String, to target: String, by office: String = Fix.district, stamp: UInt64 = 5, after parents: [String],
    on date: String = "2026-02-02"
  ) -> Act {
    Fix.act(
      "transfer", id: id, by: office, stamp: stamp, after: parents, on: date, officers: [Fix.officer("h")],
      facts: [
        ActRule.transferTo: .text(target), ActRule.transferReason: .text("属地管辖"), ActRule.scopeEnd: .integer(3),
      ])
  }

  @Test("the target becomes responsible; what the former office adds later is void, on every order of arrival")
  func handedOver() throws {
    let acts = [
      filed, transfer("2", to: Fix.neighbour, after: ["1"]), Fix.act("evidence", id: "3", stamp: 6, after: ["1"]),
      Fix.act("evidence", id: "4", by: Fix.neighbour, stamp: 7, after: ["2"]),
      Fix.act("close", id: "5", stamp: 8, after: ["1"], on: "2026-02-03"),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.stands("2") && folded.responsible == Fix.neighbour && folded.takeover == nil)
    #expect(folded.scopeEnds.mapValues(\.id) == [Fix.district: "2"])
    // No supplement: neither side sees the other's record any more.
    let refusal = try #require(folded.refusal("3"))
    #expect(refusal.code == .notResponsible)
    #expect(refusal.message.zh.contains("dist 已于 2026-02-02 将本案移交 next"))
    #expect(refusal.message.en.contains("transferred the file to next"))
    #expect(folded.stands("4") && folded.refusal("5")?.code == .notResponsible)
    for order in permutations(acts) { #expect(Fix.fold(order) == folded) }
  }

  @Test("back again: the first office may act, the second may not")
  func returned() {
    let folded = Fix.fold([
      filed, transfer("2", to: Fix.neighbour, after: ["1"]),
      transfer("3", to: Fix.district, by: Fix.neighbour, after: ["2"]),
      Fix.act("evidence", id: "4", after: ["3"]), Fix.act("evidence", id: "5", by: Fix.neighbour, after: ["3"]),
    ])
    #expect(folded.responsible == Fix.district && folded.stands("4") && !folded.stands("5"))
    #expect(folded.scopeEnds.mapValues(\.id) == [Fix.neighbour: "3"])
  }

  @Test("of a transfer and a takeover that did not know of each other the takeover stands; after either none comes second")
  func races() {
    let acts = [
      filed, transfer("2", to: Fix.neighbour, after: ["1"]),
      Fix.act("takeover", id: "3", by: Fix.city, stamp: 9, after: ["1"], on: "2026-02-03"),
      transfer("4", to: Fix.province, stamp: 6, after: ["1"]),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.responsible == Fix.city && folded.scopeEnds.isEmpty)
    #expect(folded.refusal("2")?.code == .notResponsible && folded.refusal("4")?.code == .notResponsible)
    for order in permutations(acts) { #expect(Fix.fold(order) == folded) }
    let twice = Fix.fold([acts[0], acts[1], acts[3]])
    #expect(twice.responsible == Fix.neighbour && !twice.stands("4"))
    // The superior of the office that has it now may take it over, and ends nobody's scope by that.
    let later = Fix.fold([acts[0], acts[1], Fix.act("takeover", id: "5", by: Fix.city, after: ["2"], on: "2026-02-03")])
    #expect(later.responsible == Fix.city && later.formerOffices == [Fix.district, Fix.neighbour])
    #expect(later.scopeEnds.keys.sorted() == [Fix.district])
  }

  @Test("an order stays with its addressee, a finished file where it is")
  func refused() {
    var order = Fix.workflow
    order.kind = .order
    #expect(order.act("transfer") == nil && Fix.workflow.act("transfer") == .transfer)
    let closed = Fix.fold([filed, Fix.act("close", id: "2", after: ["1"]), transfer("3", to: Fix.neighbour, after: ["2"])])
    #expect(closed.refusal("3")?.code == .fileClosed)
    var empty = transfer("2", to: Fix.neighbour, after: ["1"])
    empty.facts[ActRule.transferReason] = .text("")
    #expect(Fix.fold([filed, empty]).refusal("2")?.code == .formField)
  }
}
