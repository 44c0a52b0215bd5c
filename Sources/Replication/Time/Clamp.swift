/// Holds a clock that ran ahead to what its superior saw: a stamp later than its entry's first receipt plus a grace is
/// ordered by that receipt's clock. The stamp itself never changes; nobody's work is refused for its clock.
public enum Clamp {
  /// Clocks of office machines without a time server drift by minutes; more is a wrong clock.
  public static let graceMilliseconds: UInt64 = 10 * 60_000

  /// - Parameter receipts: superiors' receipts over the entry's stream, on the branch that is held.
  /// - Returns: what orders the entry at `seq` instead of its stamp, or `nil` when the stamp does.
  public static func of(_ stamp: HybridTimestamp, seq: UInt64, receipts: [Receipt]) -> HybridTimestamp? {
    receipts.lazy.filter { $0.head.seq >= seq }.map(\.clock).min().flatMap { of(stamp, firstReceipt: $0) }
  }

  /// - Parameter clock: Unix milliseconds of the first receipt over the entry.
  public static func of(_ stamp: HybridTimestamp, firstReceipt clock: UInt64) -> HybridTimestamp? {
    let (latest, isNever) = clock.addingReportingOverflow(graceMilliseconds)
    return isNever || stamp.milliseconds <= latest ? nil : HybridTimestamp(milliseconds: clock)
  }
}
