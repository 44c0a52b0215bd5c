import Casework
import Testing

private typealias Fix = CaseFixture

/// A superior takes a file over while the office that had it works on, both offline.
@Suite("Takeover")
struct TakeoverTests {
  private let filed = Fix.act("file", id: "1")

  @Test("a concurrent close is void with the reason, on every order of arrival")
  func takeoverAgainstClose() throws {
    let acts = [
      filed, Fix.act("close", id: "2", stamp: 5, after: ["1"], on: "2026-02-02"),
      Fix.act("takeover", id: "3", by: Fix.city, stamp: 9, after: ["1"], on: "2026-02-03"),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.stands("3"))
    #expect(folded.responsible == Fix.city)
    #expect(folded.formerOffices == [Fix.district])
    #expect(folded.takeover?.id == "3")
    #expect(!folded.isFinal)
    let refusal = try #require(folded.refusal("2"))
    #expect(refusal.code == .notResponsible)
    #expect(refusal.message.zh.contains("city 已于 2026-02-03 办理“提级办理”（takeover）"))
    #expect(refusal.message.en.contains("city took the file over on 2026-02-03"))
    #expect(refusal.article == "来源-takeover")
    for order in permutations(acts) { #expect(Fix.fold(order) == folded) }
  }

  @Test("a close the superior had seen stands, and the takeover comes too late")
  func closeFirst() {
    let acts = [
      filed, Fix.act("close", id: "2", after: ["1"]),
      Fix.act("takeover", id: "3", by: Fix.city, after: ["2"]),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.stands("2"))
    #expect(folded.refusal("3")?.code == .fileClosed)
    #expect(folded.responsible == Fix.district)
  }

  @Test("the new office's later acts do not hide who took the file over")
  func reasonAfterFurtherActs() {
    let folded = Fix.fold([
      filed, Fix.act("takeover", id: "2", by: Fix.city, after: ["1"]),
      Fix.act("close", id: "3", by: Fix.city, after: ["2"]), Fix.act("close", id: "4", after: ["1"]),
    ])
    #expect(folded.stands("3"))
    #expect(folded.refusal("4")?.code == .notResponsible)
  }

  @Test("the former office may add to the record")
  func supplement() throws {
    let folded = Fix.fold([
      filed, Fix.act("takeover", id: "2", by: Fix.city, after: ["1"]),
      Fix.act("evidence", id: "3", by: Fix.city, after: ["2"], facts: ["note": .text("市局")]),
      Fix.act(
        "evidence", id: "4", after: ["1"], facts: ["note": .text("区局"), "received": .text("2026-01-06")]),
    ])
    let step = try #require(folded.steps.first { $0.act.id == "4" })
    #expect(step.stands)
    #expect(step.isSupplement)
    #expect(folded.steps.filter { $0.isSupplement }.count == 1)
    #expect(folded.standing("evidence").map(\.id) == ["3", "4"])
    // It adds facts and replaces none of the responsible office's.
    #expect(folded.facts["note"] == .text("市局"))
    #expect(folded.facts["received"] == .text("2026-01-06"))
  }

  @Test(
    "the former office moves neither state nor clocks, and approves nothing",
    arguments: ["withdraw", "close", "suspend", "extend", "prolong", "endorse"])
  func noMove(_ rule: String) {
    let folded = Fix.fold([
      filed, Fix.act("takeover", id: "2", by: Fix.city, after: ["1"]), Fix.act(rule, id: "3", after: ["1"]),
    ])
    #expect(folded.refusal("3")?.code == .notResponsible)
    #expect(folded.state == "filed")
  }

  @Test("an office that never had the file gets the plain reason")
  func stranger() throws {
    let folded = Fix.fold([
      filed, Fix.act("takeover", id: "2", by: Fix.city, after: ["1"]),
      Fix.act("evidence", id: "3", by: Fix.neighbour, after: ["1"]),
    ])
    let refusal = try #require(folded.refusal("3"))
    #expect(refusal.code == .notResponsible)
    #expect(refusal.message.en.contains("for the responsible office city"))
  }

  @Test("a second takeover: the office between becomes a former one too")
  func twice() {
    let folded = Fix.fold([
      filed, Fix.act("takeover", id: "2", by: Fix.city, after: ["1"]),
      Fix.act("takeover", id: "3", by: Fix.province, after: ["2"]),
      Fix.act("evidence", id: "4", by: Fix.city, after: ["2"]),
      Fix.act("evidence", id: "5", by: Fix.district, after: ["1"]),
      Fix.act("close", id: "6", by: Fix.city, after: ["2"]),
    ])
    #expect(folded.responsible == Fix.province)
    #expect(folded.formerOffices == [Fix.district, Fix.city])
    #expect(folded.stands("4"))
    #expect(folded.stands("5"))
    #expect(folded.refusal("6")?.message.en.contains("prov took the file over") == true)
  }

  @Test("of two concurrent takeovers the higher office's stands")
  func concurrentTakeovers() {
    let acts = [
      filed, Fix.act("takeover", id: "2", by: Fix.city, stamp: 1, after: ["1"]),
      Fix.act("takeover", id: "3", by: Fix.province, stamp: 9, after: ["1"]),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.responsible == Fix.province)
    #expect(folded.refusal("2")?.code == .notSuperior)
    for order in permutations(acts) { #expect(Fix.fold(order) == folded) }
  }
}

/// Every order of the items (Heap's method).
func permutations<Item>(_ items: [Item]) -> [[Item]] {
  var all: [[Item]] = []
  var items = items
  func permute(_ count: Int) {
    if count <= 1 {
      all.append(items)
      return
    }
    for index in 0..<count {
      permute(count - 1)
      items.swapAt(count.isMultiple(of: 2) ? index : 0, count - 1)
    }
  }
  permute(items.count)
  return all
}
