import Casework
import Testing

private typealias Fix = DrawFixture

@Suite("Which officers are drawn")
struct DrawOfficerTests {
  @Test("distinct, never recused, for every seed")
  func recusal() throws {
    let recusals = (1...12).flatMap { unit in
      [unit % 5, (unit + 1) % 5].map {
        DrawRecusal(subject: "S" + Fix.number(unit, digits: 4), officer: "P00\($0 + 1)")
      }
    }
    let draw = try Fix.draw(
      Fix.roster(12), DrawParameters(size: .percent(100), officers: Fix.officers(5), recusals: recusals))
    for seed in 0..<100 {
      for unit in try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))).standing {
        #expect(Set(unit.officers).count == 2)
        for officer in unit.officers {
          #expect(!recusals.contains(DrawRecusal(subject: unit.subject, officer: officer)))
        }
      }
    }
  }

  @Test("the load differs by one at the most", arguments: [(20, 7, 2), (7, 10, 3), (13, 4, 1), (5, 3, 3)])
  func load(units: Int, officers: Int, each: Int) throws {
    let draw = try Fix.draw(
      Fix.roster(units),
      DrawParameters(size: .percent(100), officers: Fix.officers(officers), officersPerSubject: each))
    for seed in 0..<20 {
      var loads = Dictionary(uniqueKeysWithValues: Fix.officers(officers).map { ($0.id, 0) })
      for unit in try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))).standing {
        for officer in unit.officers { loads[officer, default: 0] += 1 }
      }
      #expect(loads.values.reduce(0, +) == units * each)
      #expect((loads.values.max() ?? 0) - (loads.values.min() ?? 0) <= 1)
    }
  }

  @Test("a unit that leaves too few officers is named before anything is committed")
  func impossible() {
    let recusals = ["P001", "P002"].map { DrawRecusal(subject: "S0003", officer: $0) }
    let parameters = DrawParameters(size: .count(1), officers: Fix.officers(3), recusals: recusals + recusals)
    let problem = DrawProblem.tooFewOfficers("S0003", wanted: 2, available: 1)
    #expect(throws: problem) { try Fix.draw(Fix.roster(9), parameters) }
    #expect(problem.message.zh.contains("S0003") && problem.message.en.contains("S0003"))
    var able = parameters
    able.officersPerSubject = 1
    #expect(throws: Never.self) { try Fix.draw(Fix.roster(9), able) }
  }
}
