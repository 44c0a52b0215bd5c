/// The additional fine for a fine not paid in time (加处罚款).
///
/// 3 % of the fine for each day, not more than the fine (《行政处罚法》第七十二条第一款第一项;《行政强制法》第四十五条). Days of
/// administrative reconsideration or litigation do not count (第七十三条第三款).
public struct LateFine: Sendable, Hashable {
  public static let article = "《行政处罚法》第七十二条、第七十三条"
  /// Percent of the fine for a day.
  public static let percentPerDay: Int64 = 3

  public let fine: Money
  /// Days that count; never negative.
  public let days: Int

  public init(fine: Money, days: Int) {
    self.fine = fine
    self.days = max(0, days)
  }

  /// - Parameters:
  ///   - due: Last day to pay without an additional fine.
  ///   - until: Day of payment, or the day it is worked out for; it counts.
  ///   - suspensions: Reconsideration and litigation; may overlap.
  public init(fine: Money, due: CivilDate, until: CivilDate, suspensions: [Suspension] = []) {
    var days = until - due
    for suspension in suspensions.normalized(after: due) where suspension.from <= until {
      days -= min(suspension.to ?? .distantFuture, until + 1) - suspension.from
    }
    self.init(fine: fine, days: days)
  }

  /// Part of a fen is dropped.
  public var amount: Money {
    if fine <= .zero { return .zero }
    let (percent, overflows) = Int64(days).multipliedReportingOverflow(by: Self.percentPerDay)
    return overflows || percent >= 100 ? fine : fine.scaled(by: percent, over: 100, .down) ?? fine
  }

  /// Whether another day would add nothing.
  public var isCapped: Bool { amount == fine }
}
