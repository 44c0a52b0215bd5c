/// The least and the most that may be imposed, both allowed.
public struct PenaltyBounds: Sendable, Hashable {
  public let lower: Money
  public let upper: Money

  /// - Returns: `nil` when the lower bound is negative or above the upper one.
  public init?(lower: Money, upper: Money) {
    guard .zero <= lower, lower <= upper else { return nil }
    self.lower = lower
    self.upper = upper
  }

  private init(cap: Money) {
    lower = .zero
    upper = cap
  }

  /// No fine at all.
  public static let nothing = PenaltyBounds(cap: .zero)

  public func contains(_ amount: Money) -> Bool { lower <= amount && amount <= upper }
}
