/// What a period is counted in. There is no global "day": each rule says its own (field notes 3.0).
public enum DeadlineUnit: String, Sendable, Hashable, Codable, CaseIterable {
  case day
  case workingDay = "working-day"
  case month
  case year

  public var name: Bilingual {
    switch self {
    case .day: Bilingual(zh: "日", en: "days")
    case .workingDay: Bilingual(zh: "个工作日", en: "working days")
    case .month: Bilingual(zh: "个月", en: "months")
    case .year: Bilingual(zh: "年", en: "years")
    }
  }
}

/// A statutory period: so many units after an anchor.
public struct DeadlineRule: Sendable, Hashable {
  /// A period beyond this is a mistake: the longest in the law is the absolute five years of a remedy.
  public static let countMax = 10_000

  public var unit: DeadlineUnit
  public var count: Int
  /// Whether a last day that is a rest day moves to the first working day after it.
  public var roll: Bool
  public var article: String

  public init(unit: DeadlineUnit, count: Int, roll: Bool, article: String) {
    self.unit = unit
    self.count = min(max(count, 0), Self.countMax)
    self.roll = roll
    self.article = article
  }
}

/// Days that do not count: after the day of suspension, up to and with the day of resumption.
public struct Suspension: Sendable, Hashable {
  public var from: CivilDate
  /// `nil` while it lasts.
  public var to: CivilDate?

  public init(from: CivilDate, to: CivilDate?) {
    self.from = from
    self.to = to
  }
}

/// A computed deadline with its derivation. Never stored as truth.
public struct Deadline: Sendable, Hashable, Codable {
  /// `nil` while the clock is suspended.
  public var due: CivilDate?
  /// Whether a year without the State Council's notice was counted through (暂定).
  public var provisional: Bool
  /// How it came about, line by line.
  public var steps: [Bilingual]

  public init(due: CivilDate?, provisional: Bool, steps: [Bilingual]) {
    self.due = due
    self.provisional = provisional
    self.steps = steps
  }
}

extension DeadlineRule {
  /// Counts from `anchor`, whose day is not counted.
  ///
  /// Suspended working days and days are left out; the clock goes on after resumption
  /// (任县 四(九)二(二): 自恢复调查之日起，调查期限继续计算). For months and years the suspended days are added at the end.
  /// - Parameter extra: units an approved extension adds.
  public func deadline(
    anchor: CivilDate, suspensions: [Suspension] = [], extension extra: Int = 0, calendar: HolidayTable
  ) -> Deadline {
    var steps = [
      Bilingual(
        zh: "自 \(anchor) 次日起算 \(count)\(unit.name.zh)", en: "\(count) \(unit.name.en) from the day after \(anchor)")
    ]
    if extra > 0 {
      steps.append(Bilingual(zh: "经批准延长 \(extra)\(unit.name.zh)", en: "extended by \(extra) \(unit.name.en)"))
    }
    for suspension in suspensions {
      steps.append(
        Bilingual(
          zh: "中止 \(suspension.from) 至 \(suspension.to?.description ?? "今")，期间不计",
          en: "suspended \(suspension.from) to \(suspension.to?.description ?? "now"), not counted"))
    }
    if suspensions.contains(where: { $0.to == nil }) {
      return Deadline(due: nil, provisional: false, steps: steps)
    }
    var result = counted(from: anchor, units: count + extra, suspensions: suspensions, calendar: calendar)
    if roll {
      let rolled = calendar.rolledForward(result.date)
      if rolled.date != result.date {
        steps.append(
          Bilingual(
            zh: "\(result.date) 为休息日，顺延至 \(rolled.date)", en: "\(result.date) is a rest day, rolls to \(rolled.date)"))
      }
      result = CalendarResult(date: rolled.date, provisional: result.provisional || rolled.provisional)
    }
    steps.append(Bilingual(zh: "届满日 \(result.date)", en: "due \(result.date)"))
    if result.provisional {
      steps.append(
        Bilingual(zh: "暂定：有年份尚无放假安排，仅按周末计算", en: "provisional: a year without notice, weekends only"))
    }
    return Deadline(due: result.date, provisional: result.provisional, steps: steps)
  }

  private func counted(
    from anchor: CivilDate, units: Int, suspensions: [Suspension], calendar: HolidayTable
  ) -> CalendarResult {
    func isSuspended(_ day: CivilDate) -> Bool {
      suspensions.contains { $0.from < day && day <= $0.to ?? .distantFuture }
    }
    switch unit {
    case .workingDay, .day:
      var day = anchor
      var left = units
      var provisional = false
      while left > 0 {
        day = day + 1
        if unit == .workingDay { provisional = provisional || calendar.isProvisional(year: day.year) }
        if isSuspended(day) { continue }
        if unit == .day || calendar.isWorkingDay(day) { left -= 1 }
      }
      return CalendarResult(date: day, provisional: provisional)
    case .month, .year:
      let plain = unit == .month ? anchor.adding(months: units) : anchor.adding(years: units)
      let suspended = suspensions.reduce(0) { total, suspension in
        total + max(0, Int((suspension.to ?? suspension.from).dayNumber - max(suspension.from, anchor).dayNumber))
      }
      return CalendarResult(date: plain + suspended, provisional: false)
    }
  }
}
