/// A statutory period: so many units after an anchor.
public struct DeadlineRule: Sendable, Hashable {
  /// A period beyond this is a mistake: the longest in the law are the five years of 行政处罚法 第三十六条, and
  /// the longest count the 90 working days of 劳动保障监察条例 第十七条. Counts, and what an extension adds, are
  /// cut off here, so that no walk is endless.
  public static let countMax = 10_000

  /// The clock's name in its workflow; empty for a period asked for by itself.
  public let id: String
  /// Stands before the derivation when given.
  public let title: Bilingual?
  public let unit: DeadlineUnit
  public let count: Int
  /// Whether a last day that is a rest day moves to the first working day after it.
  public let roll: Bool
  /// Document and article the period rests on.
  public let article: String

  public init(
    id: String = "", title: Bilingual? = nil, unit: DeadlineUnit, count: Int, roll: Bool, article: String
  ) {
    self.id = id
    self.title = title
    self.unit = unit
    self.count = Self.limited(count)
    self.roll = roll
    self.article = article
  }

  static func limited(_ count: Int) -> Int { min(max(count, 0), countMax) }
}

/// One line of a derivation, in both languages.
public typealias DerivationStep = Bilingual

/// A computed deadline with its derivation. Never stored as truth.
public struct Deadline: Sendable, Hashable, Codable {
  /// Last day that is in time; `nil` while the clock is suspended.
  public var due: CivilDate?
  /// What is left to count after resumption: working days for a period in working days, else days.
  /// `nil` unless suspended. Zero when only the roll to a working day is left.
  public var remaining: Int?
  /// Whether a year without the State Council's notice was counted through (暂定).
  public var provisional: Bool
  /// How it came about, line by line.
  public var steps: [DerivationStep]

  public init(due: CivilDate?, remaining: Int? = nil, provisional: Bool, steps: [DerivationStep]) {
    self.due = due
    self.remaining = remaining
    self.provisional = provisional
    self.steps = steps
  }
}

extension DeadlineRule {
  /// Counts from `anchor`, whose day is not counted (民事诉讼法 第八十五条, 民法典 第二百零一条).
  ///
  /// Suspended days are left out, and the clock goes on with resumption; see `Suspension` for the two days at
  /// its ends. A period in days, months or years ends as many days later as were suspended before its end. A
  /// suspension that begins after the last day changes nothing; a last day that rolls, rolls to a working day
  /// outside suspensions.
  /// - Parameters:
  ///   - suspensions: in any order, overlapping or not; one without an end leaves no due day.
  ///   - extra: units of the same kind an approved extension adds; months are added together with the rest.
  public func deadline(
    anchor: CivilDate, suspensions: [Suspension] = [], extension extra: Int = 0, calendar: HolidayTable
  ) -> Deadline {
    let extra = Self.limited(extra)
    var count = DeadlineCount(
      unit: unit, units: self.count + extra, anchor: anchor,
      suspensions: suspensions.normalized(after: anchor), calendar: calendar)
    let end = count.end(roll: roll)
    let derivation = Derivation(rule: self, extra: extra, count: count, end: end, calendar: calendar)
    return Deadline(
      due: end.due, remaining: end.remaining, provisional: !count.provisionalYears.isEmpty,
      steps: derivation.steps)
  }
}
