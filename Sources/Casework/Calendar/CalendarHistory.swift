/// The table of working days as it came to be known: what was shipped, then one table for each notice from the moment
/// it was published.
///
/// A period that still runs is counted by the newest table. One that was met stays as it was counted when the act that
/// met it was recorded: a closed file is not recomputed, and nobody becomes late by a notice that came afterwards.
public struct CalendarHistory: Sendable, Hashable {
  public struct Step: Sendable, Hashable {
    /// The publishing entry's stamp, on the same clock as acts' stamps.
    public var stamp: UInt64
    /// The whole table from then on.
    public var table: HolidayTable

    public init(stamp: UInt64, table: HolidayTable) {
      self.stamp = stamp
      self.table = table
    }
  }

  public let shipped: HolidayTable
  /// Ascending.
  private let steps: [Step]

  /// - Parameter steps: in any order; of two with one stamp the later stands.
  public init(shipped: HolidayTable, steps: [Step] = []) {
    self.shipped = shipped
    self.steps = steps.enumerated().sorted { ($0.element.stamp, $0.offset) < ($1.element.stamp, $1.offset) }
      .map(\.element)
  }

  public var current: HolidayTable { steps.last?.table ?? shipped }

  /// The table an act of this stamp was recorded under.
  public func table(at stamp: UInt64) -> HolidayTable {
    steps.last { $0.stamp <= stamp }?.table ?? shipped
  }
}
