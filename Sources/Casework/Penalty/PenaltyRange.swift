/// What one rule allows in one case.
public struct PenaltyRange: Sendable, Hashable {
  public let rule: PenaltyRule
  public let statutory: PenaltyBounds

  /// - Returns: `nil` when the formula gives no bounds for the quantities.
  public init?(_ rule: PenaltyRule, quantities: [String: Int64]) {
    guard let bounds = rule.formula.bounds(quantities: quantities) else { return nil }
    self.rule = rule
    statutory = bounds
  }

  /// The tier's part of the statutory range, by proportion; never above the statutory upper bound, and below the
  /// lower one only for the mitigated tier. Part of a fen narrows it. Neighbouring tiers share their boundary.
  public func tier(_ tier: PenaltyTier) -> PenaltyBounds {
    let isMitigated = tier.id == PenaltyTier.mitigated
    let base = isMitigated ? Money.zero : statutory.lower
    let width = isMitigated ? statutory.lower.fen : statutory.upper.fen - statutory.lower.fen
    func point(_ percent: Int, _ rounding: Money.Rounding) -> Money? {
      Money(fen: width).scaled(by: Int64(percent), over: 100, rounding).flatMap(base.adding)
    }
    guard let from = point(tier.fromPercent, .up), let to = point(tier.toPercent, .down) else { return .nothing }
    return PenaltyBounds(lower: min(from, to), upper: to) ?? .nothing
  }
}
