import Casework
import Testing

/// One line of `Vectors/money.tsv`.
struct MoneyVector: Sendable, CustomTestStringConvertible {
  enum Rule: Sendable {
    case formula(PenaltyFormula)
    case late(Money)
  }

  var name: String
  var rule: Rule
  var quantities: [String: Int64]
  /// `nil` where nothing can be worked out.
  var expected: PenaltyBounds?

  var testDescription: String { name }

  init(_ row: [String]) throws {
    try #require(row.count == 6)
    try #require(!row[1].isEmpty, "no article")
    name = row[0]
    rule = try Self.rule(row[2])
    quantities = try row[3].split(separator: ";").reduce(into: [:]) { result, part in
      let pair = part.split(separator: "=")
      try #require(pair.count == 2)
      let value: Int64 = try #require(Int64(pair[1]))
      result[String(pair[0])] = value
    }
    if row[4] == "-" { return }
    let (lower, upper) = (try #require(Money(row[4])), try #require(Money(row[5])))
    let bounds: PenaltyBounds = try #require(PenaltyBounds(lower: lower, upper: upper))
    expected = bounds
  }

  private static func rule(_ text: String) throws -> Rule {
    if text.hasPrefix("late ") { return .late(try #require(Money(String(text.dropFirst(5))))) }
    return .formula(try formula(text))
  }

  private static func formula(_ text: String) throws -> PenaltyFormula {
    if text.hasPrefix("first-of ") {
      return .firstOf(try text.dropFirst(9).split(separator: "|").map { try formula(String($0)) })
    }
    let words = text.split(separator: " ").map(String.init)
    func money(_ index: Int) throws -> Money { try #require(Money(words[index])) }
    func number(_ index: Int) throws -> Int { try #require(Int(words[index])) }
    switch (words[0], words.count) {
    case ("none", 1): return .none
    case ("fixed", 2): return .fixed(try money(1))
    case ("range", 3): return .range(min: try money(1), max: try money(2))
    case ("multiple", 4):
      return .multiple(minHundredths: try number(1), maxHundredths: try number(2), base: words[3])
    case ("per-unit", 4): return .perUnit(min: try money(1), max: try money(2), unit: words[3])
    case ("daily", 3): return .dailyRate(tenThousandths: try number(1), base: words[2])
    default: return try #require(nil, "unknown formula \(text)")
    }
  }

  static func all() throws -> [MoneyVector] {
    try CalendarFixture.rows("money.tsv", separator: "\t").dropFirst().map(MoneyVector.init)
  }
}

@Suite("Fines worked out beforehand")
struct PenaltyVectorTests {
  @Test("the file is whole")
  func whole() throws { #expect(try MoneyVector.all().count == 40) }

  @Test("bounds", arguments: try MoneyVector.all())
  func bounds(_ vector: MoneyVector) throws {
    switch vector.rule {
    case .formula(let formula):
      #expect(formula.bounds(quantities: vector.quantities) == vector.expected)
    case .late(let fine):
      let days = Int(try #require(vector.quantities["days"]))
      let expected = try #require(vector.expected)
      #expect(LateFine(fine: fine, days: days).amount == expected.lower)
      #expect(expected.lower == expected.upper)
    }
  }
}
