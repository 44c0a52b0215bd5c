/// A day found by counting, and whether a year without notice was crossed.
public struct CalendarResult: Sendable, Hashable {
  public var date: CivilDate
  public var provisional: Bool

  public init(date: CivilDate, provisional: Bool) {
    self.date = date
    self.provisional = provisional
  }
}

extension HolidayTable {
  /// The `count`-th working day after `start`; the start day is not counted (民事诉讼法 第八十五条).
  /// - Complexity: O(days).
  public func date(after start: CivilDate, workingDays count: Int) -> CalendarResult {
    step(from: start, by: 1, count: count)
  }

  /// The `count`-th working day before `start`: the last day to give notice so many working days ahead.
  public func date(before start: CivilDate, workingDays count: Int) -> CalendarResult {
    step(from: start, by: -1, count: count)
  }

  /// Working days after `from`, up to and with `to`; negative when `to` lies before `from`.
  public func workingDays(from: CivilDate, to: CivilDate) -> Int {
    if to < from { return -workingDays(from: to, to: from) }
    var count = 0
    var day = from
    while day < to {
      day = day + 1
      if isWorkingDay(day) { count += 1 }
    }
    return count
  }

  /// The day itself, or the first working day after it (期间届满的最后一日是法定休假日的，以法定休假日后的第一日为届满日).
  public func rolledForward(_ date: CivilDate) -> CalendarResult {
    var day = date
    var provisional = isProvisional(year: day.year)
    while !isWorkingDay(day) {
      day = day + 1
      provisional = provisional || isProvisional(year: day.year)
    }
    return CalendarResult(date: day, provisional: provisional)
  }

  private func step(from start: CivilDate, by direction: Int, count: Int) -> CalendarResult {
    var day = start
    var left = count
    var provisional = false
    while left > 0 {
      day = day + direction
      provisional = provisional || isProvisional(year: day.year)
      if isWorkingDay(day) { left -= 1 }
    }
    return CalendarResult(date: day, provisional: provisional)
  }
}
