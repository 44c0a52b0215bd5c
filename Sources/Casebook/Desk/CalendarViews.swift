public import Casework

/// A holiday notice to pass down, or to look at first (`docket calendar import`).
public struct CalendarDraft: Sendable, Hashable, Codable {
  /// One or more years in the format of the shipped table.
  public var csv: String
  /// Number of the State Council's notice, or of the document that passes it on (文号).
  public var notice: String
  /// Publish it; else only show what would move.
  public var isApplied: Bool

  public init(csv: String, notice: String, isApplied: Bool) {
    self.csv = csv
    self.notice = notice
    self.isApplied = isApplied
  }
}

/// What a notice moves, before or after it was published.
public struct CalendarImportView: Sendable, Hashable, Codable {
  /// Ascending.
  public var years: [Int]
  /// Years this office had published in just this form already; they are not published again.
  public var known: [Int]
  public var notice: String
  /// `false`: a preview, nothing was written.
  public var isApplied: Bool
  /// Where it stands in this office's log; `nil` when nothing was written.
  public var entry: String?
  /// Every running period that moves or becomes definite, by file number.
  public var moves: [CalendarMove]
  /// Open files held here.
  public var openFiles: Int
  /// Those of them in which nothing moves.
  public var untouchedFiles: Int
  /// Running periods of open files that stay as they are.
  public var untouchedClocks: Int
}

/// One running period of an open file before and after a notice.
public struct CalendarMove: Sendable, Hashable, Codable {
  public var file: String
  public var number: String
  public var title: String
  /// Office responsible for the file.
  public var office: String
  public var clock: String
  public var name: Bilingual
  /// It is the file's next deadline, before or after.
  public var isNext: Bool
  /// `YYYY-MM-DD`; `nil` while the clock is suspended.
  public var oldDue: String?
  public var newDue: String?
  public var wasProvisional: Bool
  public var isProvisional: Bool
}

/// A year's working days and where they come from.
public struct CalendarYearView: Sendable, Hashable, Codable {
  public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
    /// A directive that binds this office.
    case directive
    /// The table the program came with.
    case shipped
    /// No notice is known: weekends alone, provisional (暂定).
    case none
  }

  /// A day the notices name.
  public struct Day: Sendable, Hashable, Codable {
    public var date: String
    public var name: String
    public var isWorkday: Bool
    public var noticeYear: Int
  }

  /// A directive for the year held here.
  public struct Directive: Sendable, Hashable, Codable {
    public var office: String
    public var notice: String
    /// Unix milliseconds by the publishing office's clock.
    public var published: UInt64
    /// It is the one this office counts by.
    public var isInForce: Bool
  }

  public var year: Int
  public var source: Source
  /// Working days of the year.
  public var workingDays: Int
  /// By date.
  public var days: [Day]
  /// By time of publication.
  public var directives: [Directive]

  /// Outside an office: the shipped table alone.
  public init(year: Int, table: HolidayTable) {
    self.init(year: year, table: table, source: table.isProvisional(year: year) ? .none : .shipped, directives: [])
  }

  init(year: Int, table: HolidayTable, source: Source, directives: [Directive]) {
    self.year = year
    self.source = source
    self.directives = directives
    days = table.entries.filter { $0.date.year == year }.map {
      Day(date: $0.date.description, name: $0.name, isWorkday: $0.isWorkday, noticeYear: $0.noticeYear)
    }
    let ends = (CivilDate(year: year - 1, month: 12, day: 31), CivilDate(year: year, month: 12, day: 31))
    workingDays = ends.0.flatMap { first in ends.1.map { table.workingDays(from: first, to: $0) } } ?? 0
  }
}

/// A period to be counted (`docket calendar due`).
public struct DueDraft: Sendable, Hashable, Codable {
  /// The day that is not counted, `YYYY-MM-DD`.
  public var from: String
  public var unit: DeadlineUnit
  public var count: Int
  /// A last day that is a rest day moves to the next working day.
  public var roll: Bool

  public init(from: String, unit: DeadlineUnit, count: Int, roll: Bool) {
    self.from = from
    self.unit = unit
    self.count = count
    self.roll = roll
  }
}

/// A counted period with its derivation.
public struct DueView: Sendable, Hashable, Codable {
  public var due: String
  public var provisional: Bool
  public var derivation: [Bilingual]

  /// - Returns: `nil` when the day counted from is none.
  public init?(_ draft: DueDraft, calendar: HolidayTable) {
    guard let anchor = CivilDate(draft.from) else { return nil }
    let deadline = DeadlineRule(unit: draft.unit, count: draft.count, roll: draft.roll, article: "")
      .deadline(anchor: anchor, calendar: calendar)
    due = deadline.due?.description ?? ""
    provisional = deadline.provisional
    derivation = deadline.steps
  }
}
