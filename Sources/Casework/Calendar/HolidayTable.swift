/// Working days by the State Council's yearly notice: weekends, days off, and make-up working days (调休).
public struct HolidayTable: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public var date: CivilDate
    public var name: String
    /// A make-up working day, else a day off.
    public var isWorkday: Bool

    public init(date: CivilDate, name: String, isWorkday: Bool) {
      self.date = date
      self.name = name
      self.isWorkday = isWorkday
    }
  }

  private var entries: [CivilDate: Entry] = [:]
  /// Years the State Council has given notice for.
  private var years: Set<Int> = []

  /// - Parameter years: years with a notice; every other year is computed on weekends alone and is provisional.
  public init(entries: [Entry], years: Set<Int>) {
    for entry in entries { self.entries[entry.date] = entry }
    self.years = years
  }

  /// Reads `date,name,is_workday,notice_year`, a header line first. A day may be in another year's notice.
  public init(csv: String) throws(CalendarError) {
    for (index, line) in csv.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let text = line.hasSuffix("\r") ? line.dropLast() : line
      if index == 0 {
        guard text == "date,name,is_workday,notice_year" else { throw CalendarError(line: 1, problem: .header) }
        continue
      }
      if text.isEmpty { continue }
      let fields = text.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 4 else { throw CalendarError(line: index + 1, problem: .fields) }
      guard let date = CivilDate(String(fields[0])) else { throw CalendarError(line: index + 1, problem: .date) }
      guard let isWorkday = ["1": true, "true": true, "0": false, "false": false][fields[2].lowercased()] else {
        throw CalendarError(line: index + 1, problem: .flag)
      }
      guard let year = Int(fields[3]) else { throw CalendarError(line: index + 1, problem: .year) }
      guard entries[date] == nil else { throw CalendarError(line: index + 1, problem: .repeated) }
      entries[date] = Entry(date: date, name: String(fields[1]), isWorkday: isWorkday)
      years.insert(year)
    }
  }

  public func isWorkingDay(_ date: CivilDate) -> Bool { entries[date]?.isWorkday ?? (date.weekday <= 5) }

  /// Whether the year is computed on weekends alone, because its notice is not known (暂定).
  public func isProvisional(year: Int) -> Bool { !years.contains(year) }

  /// Name of a day off or make-up day.
  public func name(of date: CivilDate) -> String? { entries[date]?.name }
}

/// A calendar file that cannot be read.
public struct CalendarError: Error, Sendable, Hashable {
  public enum Problem: String, Sendable, Hashable, CaseIterable {
    case header, fields, date, flag, year, repeated
  }

  /// From 1.
  public var line: Int
  public var problem: Problem

  public init(line: Int, problem: Problem) {
    self.line = line
    self.problem = problem
  }

  public var message: Bilingual {
    switch problem {
    case .header:
      Bilingual(
        zh: "第 1 行应为 date,name,is_workday,notice_year。", en: "Line 1 must read date,name,is_workday,notice_year.")
    case .fields: Bilingual(zh: "第 \(line) 行应有四列。", en: "Line \(line) must have four columns.")
    case .date: Bilingual(zh: "第 \(line) 行日期应为 YYYY-MM-DD。", en: "Line \(line): the date must be YYYY-MM-DD.")
    case .flag:
      Bilingual(zh: "第 \(line) 行 is_workday 应为 0 或 1。", en: "Line \(line): is_workday must be 0 or 1.")
    case .year: Bilingual(zh: "第 \(line) 行通知年份不是整数。", en: "Line \(line): the notice year is not a number.")
    case .repeated: Bilingual(zh: "第 \(line) 行日期重复。", en: "Line \(line): the date stands twice.")
    }
  }
}
