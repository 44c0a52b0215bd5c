/// A day found by counting, and whether it may still move.
public struct CalendarResult: Sendable, Hashable {
  public var date: CivilDate
  /// A day used or crossed lies in a year without a notice (暂定).
  public var provisional: Bool

  public init(date: CivilDate, provisional: Bool) {
    self.date = date
    self.provisional = provisional
  }
}

extension HolidayTable {
  /// More working days than forty years have; a count beyond it is cut off, so that no walk is endless.
  public static let workingDaysMax = 10_000

  /// The `count`-th working day after `start`; the start day is not counted (民事诉讼法 第八十五条). Zero is the
  /// start day itself, working day or not.
  /// - Complexity: O(`count`) lookups.
  public func date(after start: CivilDate, workingDays count: Int) -> CalendarResult {
    let date = walk(from: start, by: 1, count: count)
    return CalendarResult(date: date, provisional: isProvisional(after: start, through: date))
  }

  /// The `count`-th working day before `start`: the last day to give notice so many working days ahead
  /// (行政处罚法 第六十四条: 举行听证的七个工作日前). The start day is not counted.
  public func date(before start: CivilDate, workingDays count: Int) -> CalendarResult {
    let date = walk(from: start, by: -1, count: count)
    return CalendarResult(date: date, provisional: isProvisional(after: date + -1, through: start + -1))
  }

  /// Working days after `from`, up to and with `to`; negative when `to` lies before `from`.
  /// - Complexity: O(log *n*) in the number of entries, however far apart the days are.
  public func workingDays(from: CivilDate, to: CivilDate) -> Int {
    workingDays(through: to) - workingDays(through: from)
  }

  /// The day itself, or the first working day after it (民法典 第二百零三条: 期间的最后一日是法定休假日的，
  /// 以法定休假日结束的次日为期间的最后一日). A make-up Saturday is a working day and does not roll.
  public func rolledForward(_ date: CivilDate) -> CalendarResult {
    var day = date
    while !isWorkingDay(day) { day = day + 1 }
    return CalendarResult(date: day, provisional: isProvisional(after: date + -1, through: day))
  }

  /// Years without a notice that hold a day after `start`, up to and with `end`.
  func provisionalYears(after start: CivilDate, through end: CivilDate) -> [Int] {
    guard start < end else { return [] }
    return ((start + 1).year...end.year).filter { isProvisional(year: $0) }
  }

  private func isProvisional(after start: CivilDate, through end: CivilDate) -> Bool {
    !provisionalYears(after: start, through: end).isEmpty
  }

  private func walk(from start: CivilDate, by direction: Int, count: Int) -> CivilDate {
    var day = start
    var left = min(count, Self.workingDaysMax)
    while left > 0 {
      day = day + direction
      if isWorkingDay(day) { left -= 1 }
    }
    return day
  }
}
