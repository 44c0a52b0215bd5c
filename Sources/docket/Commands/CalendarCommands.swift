import ArgumentParser
import Casebook
import Casework
import RegimePacks

struct CalendarCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calendar", abstract: "工作日历 working days", subcommands: [Due.self, Show.self, Import.self])

  struct Due: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "计算期限届满日 compute a due day: --from 2026-04-30 --plus 5wd|60d|6mo|2y [--roll]")
    @Option(help: "起算日（当日不计） anchor day, not counted") var from: String
    @Option(help: "期间 period: 5wd 60d 6mo 2y") var plus: String
    @Flag(help: "末日遇休息日顺延 roll a rest day forward") var roll = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      guard CivilDate(from) != nil else { throw ValidationError("YYYY-MM-DD: \(from)") }
      let units: [(String, DeadlineUnit)] = [("wd", .workingDay), ("mo", .month), ("d", .day), ("y", .year)]
      guard let (suffix, unit) = units.first(where: { plus.hasSuffix($0.0) }),
        let count = Int(plus.dropLast(suffix.count)), (0...3650).contains(count)
      else { throw ValidationError("5wd | 60d | 6mo | 2y: \(plus)") }
      let draft = DueDraft(from: from, unit: unit, count: count, roll: roll)
      let shipped = try HolidayTable(csv: try BundledCalendar.csv)
      let reply = try await RuleSource.published(.calendarDue(draft), options)
      if let reply = reply ?? DueView(draft, calendar: shipped).map(DeskReply.due) { Printer(options).print(reply) }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "列出一年的放假和调休及其来源 a year's days off and make-up days, and where they come from")
    @Argument(help: "年份 year") var year: Int
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      guard (2...9999).contains(year) else { throw ValidationError("\(year)") }
      let shipped = try HolidayTable(csv: try BundledCalendar.csv)
      let reply = try await RuleSource.published(.calendarYear(year), options)
      Printer(options).print(reply ?? .calendarYear(CalendarYearView(year: year, table: shipped)))
    }
  }

  struct Import: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "预览放假安排变动的期限；--apply 下达全部下级 which deadlines a notice moves; --apply passes it down",
      discussion: """
        CSV：date,name,is_workday,notice_year，一年或几年。不加 --apply 不写入任何内容。
        A CSV with the columns date,name,is_workday,notice_year, one or more years. Without --apply nothing is written.
        """)
    @Argument(help: "文件 file", completion: .file(extensions: ["csv"])) var file: String
    @Option(help: "放假通知的文号 number of the notice") var notice: String
    @Flag(help: "下达，使之生效 publish it") var apply = false
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      .calendarImport(CalendarDraft(csv: try CommandFiles.read(file), notice: notice, isApplied: apply))
    }
  }
}
