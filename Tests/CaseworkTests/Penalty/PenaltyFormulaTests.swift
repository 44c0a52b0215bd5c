import Casework
import Testing

@Suite("Formulas")
struct PenaltyFormulaTests {
  private let dispatch = PenaltyFormula.firstOf([
    .multiple(minHundredths: 100, maxHundredths: 500, base: "gains"), .range(min: .zero, max: Money(yuan: 50_000)),
  ])

  @Test("part of a fen never widens what is allowed")
  func parts() {
    let formula = PenaltyFormula.multiple(minHundredths: 50, maxHundredths: 150, base: "payable")
    #expect(
      formula.bounds(quantities: ["payable": 3]) == PenaltyBounds(lower: Money(fen: 2), upper: Money(fen: 4)))
    let half = PenaltyFormula.multiple(minHundredths: 50, maxHundredths: 50, base: "payable")
    #expect(half.bounds(quantities: ["payable": 3]) == PenaltyBounds(lower: Money(fen: 1), upper: Money(fen: 1)))
  }

  @Test("a formula that contradicts itself gives nothing")
  func contradiction() {
    #expect(PenaltyFormula.range(min: Money(yuan: 2), max: Money(yuan: 1)).bounds(quantities: [:]) == nil)
    #expect(PenaltyFormula.fixed(Money(yuan: -1)).bounds(quantities: [:]) == nil)
    let multiple = PenaltyFormula.multiple(minHundredths: 300, maxHundredths: 100, base: "gains")
    #expect(multiple.bounds(quantities: ["gains": 100]) == nil)
    #expect(PenaltyFormula.firstOf([]).bounds(quantities: [:]) == nil)
  }

  @Test("a lone base of zero allows nothing; a missing one is not known")
  func zero() {
    let formula = PenaltyFormula.multiple(minHundredths: 100, maxHundredths: 500, base: "gains")
    #expect(formula.bounds(quantities: ["gains": 0]) == .nothing)
    #expect(formula.bounds(quantities: [:]) == nil)
    #expect(formula.bounds(quantities: ["gain": 100]) == nil)
  }

  @Test("the last stands when none has its base")
  func last() {
    let formula = PenaltyFormula.firstOf([
      .multiple(minHundredths: 100, maxHundredths: 500, base: "gains"),
      .perUnit(min: Money(yuan: 1), max: Money(yuan: 2), unit: "persons"),
    ])
    #expect(formula.bounds(quantities: ["gains": 0, "persons": 0]) == .nothing)
    #expect(formula.bounds(quantities: ["gains": 0]) == nil)
    #expect(
      formula.bounds(quantities: ["persons": 3])
        == PenaltyBounds(lower: Money(yuan: 3), upper: Money(yuan: 6)))
    let nested = PenaltyFormula.firstOf([formula, .fixed(Money(yuan: 9))])
    #expect(nested.bounds(quantities: [:])?.upper == Money(yuan: 9))
  }

  @Test("keys it reads")
  func keys() {
    #expect(dispatch.quantityKeys == ["gains"])
    #expect(PenaltyFormula.dailyRate(tenThousandths: 5, base: "arrears").quantityKeys == ["arrears", "days"])
    #expect(PenaltyFormula.none.quantityKeys.isEmpty)
  }

  @Test("bounds are ordered and not negative")
  func ordered() {
    #expect(PenaltyBounds(lower: Money(fen: 2), upper: Money(fen: 1)) == nil)
    #expect(PenaltyBounds(lower: Money(fen: -1), upper: Money(fen: 1)) == nil)
    #expect(PenaltyBounds(lower: .zero, upper: .zero) == .nothing)
  }
}
