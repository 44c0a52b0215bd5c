/// The counting of one period, and what it came across.
struct DeadlineCount {
  enum End {
    /// Last day of the period, and the day it rolled to.
    case day(last: CivilDate, due: CivilDate)
    /// Suspended from a day, with so much left.
    case suspended(from: CivilDate, remaining: Int)
  }

  /// Suspended days that lay in the period.
  struct Span {
    let from: CivilDate
    /// First day that counts again.
    let resumed: CivilDate

    var days: Int { resumed - from }

    func contains(_ day: CivilDate) -> Bool { from <= day && day < resumed }
  }

  let unit: DeadlineUnit
  let units: Int
  let anchor: CivilDate
  /// Normalized.
  let suspensions: [Suspension]
  let calendar: HolidayTable

  /// Ascending.
  private(set) var leftOut: [Span] = []
  /// Years without a notice that mattered, ascending.
  private(set) var provisionalYears: [Int] = []

  init(
    unit: DeadlineUnit, units: Int, anchor: CivilDate, suspensions: [Suspension], calendar: HolidayTable
  ) {
    self.unit = unit
    self.units = units
    self.anchor = anchor
    self.suspensions = suspensions
    self.calendar = calendar
  }

  mutating func end(roll: Bool) -> End {
    let counted = unit == .workingDay ? workingDays() : calendarDays()
    guard roll, case .day(let last, _) = counted else { return counted }
    return rolled(last)
  }

  private mutating func workingDays() -> End {
    var waiting = suspensions[...]
    var day = anchor
    var left = units
    while left > 0 {
      day = day + 1
      if let next = waiting.first, next.contains(day) {
        guard let resumed = next.to else {
          note(after: anchor, through: day + -1)
          return .suspended(from: day, remaining: left)
        }
        waiting.removeFirst()
        leftOut.append(Span(from: next.from, resumed: resumed))
        day = resumed + -1
      } else if calendar.isWorkingDay(day) {
        left -= 1
      }
    }
    note(after: anchor, through: day)
    return .day(last: day, due: day)
  }

  private mutating func calendarDays() -> End {
    var last = plainEnd
    for suspension in suspensions where suspension.from <= last {
      guard let resumed = suspension.to else {
        return .suspended(from: suspension.from, remaining: last - suspension.from + 1)
      }
      leftOut.append(Span(from: suspension.from, resumed: resumed))
      last = last + (resumed - suspension.from)
    }
    return .day(last: last, due: last)
  }

  /// Where a period not in working days ends without suspensions.
  var plainEnd: CivilDate {
    switch unit {
    case .day, .workingDay: anchor + units
    case .month: anchor.adding(months: units)
    case .year: anchor.adding(years: units)
    }
  }

  /// The first working day from `last` on that is not suspended (民法典 第二百零三条).
  private mutating func rolled(_ last: CivilDate) -> End {
    var day = last
    note(after: last + -1, through: last)
    while !calendar.isWorkingDay(day) {
      day = day + 1
      while let suspension = suspensions.first(where: { $0.contains(day) }) {
        guard let resumed = suspension.to else { return .suspended(from: suspension.from, remaining: 0) }
        leftOut.append(Span(from: suspension.from, resumed: resumed))
        day = resumed
      }
    }
    note(after: last, through: day)
    return .day(last: last, due: day)
  }

  private mutating func note(after start: CivilDate, through end: CivilDate) {
    let known = provisionalYears.last ?? .min
    provisionalYears += calendar.provisionalYears(after: start, through: end).filter { $0 > known }
  }
}

extension DeadlineCount.End {
  var due: CivilDate? {
    guard case .day(_, let due) = self else { return nil }
    return due
  }

  var remaining: Int? {
    guard case .suspended(_, let remaining) = self else { return nil }
    return remaining
  }
}
