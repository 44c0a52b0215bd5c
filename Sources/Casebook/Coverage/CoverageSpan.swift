import Casework

/// The days an indicator is counted over, the first and the last included.
struct CoverageSpan: Sendable, Hashable {
  let first: CivilDate
  let last: CivilDate

  init(first: CivilDate, last: CivilDate) {
    self.first = first
    self.last = last
  }

  /// The month, quarter, half or year that a day lies in.
  init(_ period: IndicatorPeriod, around day: CivilDate) {
    let months =
      switch period {
      case .month: 1
      case .quarter: 3
      case .halfYear: 6
      case .year: 12
      }
    first = (day + (1 - day.day)).adding(months: -((day.month - 1) % months))
    last = first.adding(months: months) + -1
  }

  /// The one before it.
  static func preceding(_ period: IndicatorPeriod, of day: CivilDate) -> CoverageSpan {
    CoverageSpan(period, around: CoverageSpan(period, around: day).first + -1)
  }

  func contains(_ day: CivilDate) -> Bool { first <= day && day <= last }

  /// How much of `required` should be done by the end of `today` when the work is spread evenly (今日应达): rounded
  /// down, so that nothing is due before its time, and all of it from the last day on.
  func due(of required: Int, by today: CivilDate) -> Int {
    let days = last - first + 1
    let passed = min(max(today - first + 1, 0), days)
    return days > 0 ? required * passed / days : required
  }
}
