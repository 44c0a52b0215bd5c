/// One step of a discretion standard (裁量基准, 《行政处罚法》第三十四条). The percentages are the bureau's.
public struct PenaltyTier: Sendable, Hashable {
  /// `mitigated` (减轻), `lighter` (从轻), `normal` (一般) or `heavier` (从重).
  public let id: String
  public let name: Bilingual
  /// Percent of the way from the statutory lower bound to the upper; of a `mitigated` tier, percent of the lower
  /// bound itself. 0 to 100, not above `toPercent`.
  public let fromPercent: Int
  /// 0 to 100.
  public let toPercent: Int

  /// The tier that goes below the statutory lower bound (减轻处罚, 《行政处罚法》第三十二条).
  public static let mitigated = "mitigated"

  /// - Returns: `nil` for percentages outside 0 to 100, or in the wrong order.
  public init?(id: String, name: Bilingual, fromPercent: Int, toPercent: Int) {
    guard 0 <= fromPercent, fromPercent <= toPercent, toPercent <= 100 else { return nil }
    self.id = id
    self.name = name
    self.fromPercent = fromPercent
    self.toPercent = toPercent
  }
}
