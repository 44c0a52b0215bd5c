@testable import Casework
import Testing

private typealias Fix = CaseFixture

/// The same acts in another order of arrival.
@Suite("Order of arrival")
struct ArrivalOrderTests {
  @Test("all 720 orders of six acts fold to the same file")
  func sixActs() {
    let acts = [
      Fix.act("file", id: "1", stamp: 1), Fix.act("record", id: "2", stamp: 2, after: ["1"]),
      Fix.act("propose", id: "3", stamp: 4, after: ["2"]),
      Fix.act("takeover", id: "4", by: Fix.city, stamp: 9, after: ["1"]),
      Fix.act("evidence", id: "5", stamp: 3, after: ["1"], facts: ["note": .text("材料")]),
      Fix.act("close", id: "6", by: Fix.city, stamp: 10, after: ["4", "5"]),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.steps.map(\.act.id) == ["1", "4", "2", "5", "6", "3"])
    #expect(folded.steps.map(\.stands) == [true, true, true, true, true, false])
    #expect(folded.state == "closed")
    let orders = permutations(acts)
    #expect(Set(orders.map { $0.map(\.id) }).count == 720)
    #expect(orders.allSatisfy { Fix.fold($0) == folded })
  }

  @Test("random files, shuffled, repeated and with gaps, fold to the same value", arguments: UInt64(1)...40)
  func randomFiles(_ seed: UInt64) {
    var random = CaseTestGenerator(state: seed)
    var acts = randomActs(count: 40, &random)
    if seed.isMultiple(of: 2) { acts.remove(at: Int.random(in: 0..<acts.count, using: &random)) }
    let folded = Fix.fold(acts)
    #expect(folded.steps.count + folded.waiting.count == acts.count)
    #expect(folded.steps.map(\.act) == slowOrder(acts))
    for _ in 0..<12 {
      let shuffled = (acts + acts.prefix(7)).shuffled(using: &random)
      #expect(Fix.fold(shuffled) == folded)
    }
  }

  @Test("the random files reach standing, void and taken-over acts alike")
  func randomFilesAreNotTrivial() {
    let files = (UInt64(1)...40).map { seed in
      var random = CaseTestGenerator(state: seed)
      return Fix.fold(randomActs(count: 40, &random))
    }
    #expect(files.contains { $0.takeover != nil })
    #expect(files.contains { $0.steps.contains { $0.isSupplement } })
    #expect(Set(files.map(\.state)).count >= 3)
    #expect(files.allSatisfy { $0.steps.contains { !$0.stands } })
  }

  @Test("ready acts: the superior's first, then the earlier stamp, then the id")
  func precedence() {
    let acts = [
      Fix.act("evidence", id: "d", stamp: 1), Fix.act("evidence", id: "c", stamp: 1),
      Fix.act("evidence", id: "b", stamp: 0), Fix.act("evidence", id: "a", by: Fix.city, stamp: 7),
    ]
    #expect(ActOrder.ordered(acts).ordered.map(\.id) == ["a", "b", "c", "d"])
  }

  @Test("a parent goes first whatever rank and stamp say")
  func causality() {
    let acts = [
      Fix.act("evidence", id: "a", by: Fix.province, stamp: 1, after: ["b"]),
      Fix.act("evidence", id: "b", stamp: 9),
    ]
    #expect(ActOrder.ordered(acts).ordered.map(\.id) == ["b", "a"])
  }

  @Test("a missing act keeps its followers waiting, and its arrival brings them in")
  func missingThenArriving() {
    let acts = Fix.chain([Fix.act("file"), Fix.act("record"), Fix.act("propose"), Fix.act("decide")])
    let partial = Fix.fold([acts[0], acts[2], acts[3]])
    #expect(partial.steps.map(\.act.id) == ["file"])
    #expect(partial.state == "filed")
    #expect(partial.waiting.map(\.act.id) == ["propose", "decide"])
    #expect(partial.waiting.map(\.missing) == [["record"], ["propose"]])
    #expect(partial.heads == ["file"])
    let whole = Fix.fold([acts[3], acts[2], acts[0], acts[1]])
    #expect(whole.waiting.isEmpty)
    #expect(whole.state == "decided")
    #expect(whole == Fix.fold(acts))
  }

  @Test("acts in a circle wait, and hold up nothing else")
  func cycle() {
    let acts = [
      Fix.act("evidence", id: "a", after: ["b"]), Fix.act("evidence", id: "b", after: ["a"]),
      Fix.act("evidence", id: "c", after: ["c"]), Fix.act("evidence", id: "d"),
    ]
    let folded = Fix.fold(acts)
    #expect(folded.steps.map(\.act.id) == ["d"])
    #expect(folded.waiting.map(\.missing) == [["b"], ["a"], ["c"]])
  }

  @Test("an act that names a parent twice waits for it once")
  func repeatedParent() {
    let acts = [Fix.act("evidence", id: "b", after: ["a", "a"]), Fix.act("evidence", id: "a")]
    #expect(ActOrder.ordered(acts).ordered.map(\.id) == ["a", "b"])
  }

  @Test("two contents under one id: the same one is kept whichever came first")
  func sameID() {
    let first = Fix.act("evidence", id: "a", facts: ["note": .text("一")])
    let second = Fix.act("evidence", id: "a", facts: ["note": .text("二"), "original": .flag(true)])
    let folded = Fix.fold([first, second])
    #expect(folded.steps.count == 1)
    #expect(Fix.fold([second, first]) == folded)
  }

  @Test("a file of many acts, most of them ready at once, comes out sorted")
  func manyActs() {
    let acts = (0..<2_000).map { Fix.act("evidence", id: "\($0)", stamp: UInt64(($0 * 7_919) % 2_000)) }
    #expect(ActOrder.ordered(acts).ordered.map(\.stamp) == (0..<2_000).map(UInt64.init))
  }

  // MARK: - Random files

  /// Each act builds on up to three earlier ones, so that there are no circles.
  private func randomActs(count: Int, _ random: inout CaseTestGenerator) -> [Act] {
    let rules = Fix.workflow.acts.map(\.id)
    let offices = [Fix.district, Fix.district, Fix.city, Fix.province]
    var acts: [Act] = []
    for index in 0..<count {
      let rule = index == 0 ? "file" : rules[Int.random(in: 0..<rules.count, using: &random)]
      let parents = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
        acts.randomElement(using: &random)?.id
      }
      let office = offices[Int.random(in: 0..<offices.count, using: &random)]
      acts.append(
        Fix.act(
          rule, id: "\(index)", by: index == 0 ? Fix.district : office,
          stamp: UInt64.random(in: 0...9, using: &random), after: index == 0 ? [] : parents + ["0"],
          on: "2026-02-\(10 + index % 18)"))
    }
    return acts
  }

  /// The rule as it is said, without a heap: of the acts whose parents are all placed, the first one.
  private func slowOrder(_ acts: [Act]) -> [Act] {
    var left = acts
    var placed: [Act] = []
    while true {
      let ready = left.filter { Set($0.parents).isSubset(of: placed.map(\.id)) }
      let next = ready.min { ($1.rank, $0.stamp, $0.id) < ($0.rank, $1.stamp, $1.id) }
      guard let next else { return placed }
      placed.append(next)
      left.removeAll { $0.id == next.id }
    }
  }
}
