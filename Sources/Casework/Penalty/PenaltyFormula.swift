/// How the law states a fine, or a sum to be paid.
public indirect enum PenaltyFormula: Sendable, Hashable {
  /// No fine; the rule only orders measures.
  case none
  case fixed(Money)
  case range(min: Money, max: Money)
  /// So many hundredths of an amount: 1 to 5 times the gains is 100 to 500 of `gains`.
  case multiple(minHundredths: Int, maxHundredths: Int, base: String)
  /// For each of a count: a person, a child and month (the count is then the sum of the children's months).
  case perUnit(min: Money, max: Money, unit: String)
  /// So many ten-thousandths of an amount for each day: 0.05 % is 5. The days come under `daysKey`.
  case dailyRate(tenThousandths: Int, base: String)
  /// The first whose base is there and not zero, else the last: 1 to 5 times the gains, without gains at most
  /// 50 000 yuan (劳动合同法 第九十二条).
  case firstOf([PenaltyFormula])

  /// Key of the number of days a daily rate runs.
  public static let daysKey = "days"
}

extension PenaltyFormula {
  /// What the formula allows.
  ///
  /// Part of a fen never widens what is allowed: a lower bound rounds up, an upper one down. A daily rate is no
  /// range and rounds to the nearest fen.
  /// - Parameter quantities: Amounts in fen, or counts, by key.
  /// - Returns: `nil` when a quantity is missing or negative, the formula contradicts itself, or a bound is
  ///   more than `Money` can hold. A base of zero allows nothing.
  public func bounds(quantities: [String: Int64]) -> PenaltyBounds? {
    switch self {
    case .none:
      return .nothing
    case .fixed(let amount):
      return PenaltyBounds(lower: amount, upper: amount)
    case .range(let min, let max):
      return PenaltyBounds(lower: min, upper: max)
    case .multiple(let minHundredths, let maxHundredths, let base):
      guard minHundredths <= maxHundredths, let base = Self.quantity(base, quantities),
        let lower = Money(fen: base).scaled(by: Int64(minHundredths), over: 100, .up),
        let upper = Money(fen: base).scaled(by: Int64(maxHundredths), over: 100, .down)
      else { return nil }
      return PenaltyBounds(lower: Swift.min(lower, upper), upper: upper)
    case .perUnit(let min, let max, let unit):
      guard let count = Self.quantity(unit, quantities), let lower = min.times(count), let upper = max.times(count)
      else { return nil }
      return PenaltyBounds(lower: lower, upper: upper)
    case .dailyRate(let tenThousandths, let base):
      guard let days = Self.quantity(Self.daysKey, quantities), let base = Self.quantity(base, quantities),
        let rate = Money(fen: days).times(Int64(tenThousandths)),
        let amount = Money(fen: base).scaled(by: rate.fen, over: 10_000, .nearest)
      else { return nil }
      return PenaltyBounds(lower: amount, upper: amount)
    case .firstOf(let formulas):
      return (formulas.first { $0.applies(quantities) } ?? formulas.last)?.bounds(quantities: quantities)
    }
  }

  /// Keys the formula reads, in its own order.
  public var quantityKeys: [String] {
    switch self {
    case .none, .fixed, .range: []
    case .multiple(_, _, let base): [base]
    case .perUnit(_, _, let unit): [unit]
    case .dailyRate(_, let base): [base, Self.daysKey]
    case .firstOf(let formulas): formulas.flatMap(\.quantityKeys)
    }
  }

  /// Whether the base is there; a negative one is, and then no bounds come of it, rather than another formula's.
  private func applies(_ quantities: [String: Int64]) -> Bool {
    switch self {
    case .none, .fixed, .range: true
    case .multiple(_, _, let base), .dailyRate(_, let base): (quantities[base] ?? 0) != 0
    case .perUnit(_, _, let unit): (quantities[unit] ?? 0) != 0
    case .firstOf(let formulas): formulas.contains { $0.applies(quantities) }
    }
  }

  private static func quantity(_ key: String, _ quantities: [String: Int64]) -> Int64? {
    quantities[key].flatMap { $0 < 0 ? nil : $0 }
  }
}
