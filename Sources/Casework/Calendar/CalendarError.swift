/// A calendar file that cannot be read: which line, why, and how to mend it.
public struct CalendarError: Error, Sendable, Hashable {
  public enum Problem: String, Sendable, Hashable, CaseIterable {
    case header, fields, date, name, flag, year, repeated, empty
    case tooLong = "too-long"
  }

  /// From 1.
  public var line: Int
  public var problem: Problem
  /// What stands there, cut to `foundMax` characters.
  public var found: String

  /// A message stays one line on a screen.
  static let foundMax = 40

  public init(line: Int, problem: Problem, found: String = "") {
    self.line = line
    self.problem = problem
    self.found = String(found.prefix(Self.foundMax))
  }

  public var message: Bilingual {
    let reason = reason
    return Bilingual(
      zh: "放假安排表第 \(line) 行：\(reason.zh)", en: "Holiday table, line \(line): \(reason.en)")
  }

  private var reason: Bilingual {
    switch problem {
    case .header:
      Bilingual(
        zh: "首行应为 \(HolidayTable.header)，请补上。",
        en: "the first line must read \(HolidayTable.header); put it there.")
    case .fields:
      Bilingual(
        zh: "应有四列，以英文逗号分隔，不加引号。",
        en: "four columns are needed, separated by commas, without quotes.")
    case .date:
      Bilingual(
        zh: "“\(found)”不是日期，应写作 YYYY-MM-DD。",
        en: "\"\(found)\" is not a date; write YYYY-MM-DD.")
    case .name:
      Bilingual(
        zh: "缺少节日名称，请按放假通知填写。", en: "the holiday has no name; take it from the notice.")
    case .flag:
      Bilingual(
        zh: "is_workday 为“\(found)”，放假填 0，调休上班填 1。",
        en: "is_workday is \"\(found)\"; write 0 for a day off, 1 for a make-up working day.")
    case .year:
      Bilingual(
        zh: "通知年份为“\(found)”，应为该日所在年或下一年。",
        en: "the notice year is \"\(found)\"; it must be the year of the day or the next.")
    case .repeated:
      Bilingual(
        zh: "\(found) 已在前面出现，请只保留一行。", en: "\(found) already stands above; keep one of the lines.")
    case .empty:
      Bilingual(
        zh: "文件只有首行，没有日期，可能不完整，请重新取得。",
        en: "there is a header and no day; the file may be cut off, fetch it again.")
    case .tooLong:
      Bilingual(
        zh: "超过 \(HolidayTable.rowsMax) 行，不是放假安排表。",
        en: "more than \(HolidayTable.rowsMax) lines; this is no holiday table.")
    }
  }
}
