import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode
import RegimePacks

struct RegimeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regime", abstract: "监管制度 regimes", subcommands: [List.self, Show.self, Check.self, Publish.self])

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出已发布到本机构的制度 list regimes published here")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .regimeList }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看随软件提供的制度包 show a bundled pack; without a name, list them")
    @Argument(help: "制度包代码 code of the pack") var code: String?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let printer = Printer(options)
      let views = try BundledPacks.all().flatMap { pack in
        code == nil || pack.code == code
          ? try PackPreview.views(ofYAML: pack.yaml, file: "\(pack.code).yaml") : []
      }
      if let code, views.isEmpty { throw CommandFailure.noPack(code) }
      printer.print(.regimes(views))
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "检查制度包文件，一次列出全部错误 check a pack file, every mistake in one run")
    @Argument(help: "文件 file", completion: .file(extensions: ["yaml"])) var file: String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let mistakes = PackPreview.mistakes(inYAML: try CommandFiles.read(file), file: file)
      let printer = Printer(options)
      if options.json {
        print(JSONOutput.text(["mistakes": mistakes]))
      } else {
        for mistake in mistakes {
          print("\(file):\(mistake.line) \(mistake.path)  \(printer.text(mistake.message)) \(printer.text(mistake.remedy))")
        }
        if mistakes.isEmpty { printer.line("没有错误。", "No mistakes.") }
      }
      if !mistakes.isEmpty { throw CommandFailure.mistakes(mistakes.count, in: file) }
    }
  }

  struct Publish: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "向全部下级发布制度包 publish a pack to every office below")
    @Argument(help: "随软件提供的制度包代码，或文件 code of a bundled pack, or a file") var pack: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      if let bundled = try BundledPacks.all().first(where: { $0.code == pack }) {
        return .regimePublish(yaml: bundled.yaml)
      }
      let yaml = try CommandFiles.read(pack)
      let mistakes = PackPreview.mistakes(inYAML: yaml, file: pack)
      if !mistakes.isEmpty { throw CommandFailure.mistakes(mistakes.count, in: pack) }
      return .regimePublish(yaml: yaml)
    }
  }
}

struct IndicatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicator", abstract: "监督检查指标 indicators", subcommands: [List.self, Set.self])

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出指标、现行值及其依据 list indicators with provenance")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .indicatorList }
  }

  struct Set: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "下达指标（以上级指标为准） set a figure for the offices below")
    @Argument(help: "制度包/制度/指标（ceiling 为频次上限） pack/regime/indicator, or ceiling") var path: String
    @Argument(help: "数值 figure") var value: Int
    @Option(help: "下达文号 number of the document") var document: String
    @Option(help: "生效日期 effective date, YYYY-MM-DD") var effective: String
    @Option(help: "只对该机构 for this office only") var office: String?
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count == 3 else { throw ValidationError("制度包/制度/指标 pack/regime/indicator: \(path)") }
      return .indicatorSet(
        IndicatorDraft(
          pack: parts[0], regime: parts[1], indicator: parts[2], value: value, document: document,
          effective: effective, office: office))
    }
  }
}

struct CalendarCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calendar", abstract: "工作日历 working days", subcommands: [Due.self, Show.self])

  struct Due: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "计算期限届满日 compute a due day: --from 2026-04-30 --plus 5wd|60d|6mo|2y [--roll]")
    @Option(help: "起算日（当日不计） anchor day, not counted") var from: String
    @Option(help: "期间 period: 5wd 60d 6mo 2y") var plus: String
    @Flag(help: "末日遇休息日顺延 roll a rest day forward") var roll = false
    @OptionGroup var options: GlobalOptions

    private struct Answer: Encodable {
      let due: String
      let provisional: Bool
      let derivation: [Bilingual]
    }

    func run() async throws {
      guard let anchor = CivilDate(from) else { throw ValidationError("YYYY-MM-DD: \(from)") }
      let units: [(String, DeadlineUnit)] = [("wd", .workingDay), ("mo", .month), ("d", .day), ("y", .year)]
      guard let (suffix, unit) = units.first(where: { plus.hasSuffix($0.0) }),
        let count = Int(plus.dropLast(suffix.count)), (0...3650).contains(count)
      else { throw ValidationError("5wd | 60d | 6mo | 2y: \(plus)") }
      let calendar = try HolidayTable(csv: try BundledCalendar.csv)
      let deadline = DeadlineRule(unit: unit, count: count, roll: roll, article: "")
        .deadline(anchor: anchor, calendar: calendar)
      let printer = Printer(options)
      let due = deadline.due?.description ?? ""
      if options.json {
        print(JSONOutput.text(Answer(due: due, provisional: deadline.provisional, derivation: deadline.steps)))
      } else {
        print(due + (deadline.provisional ? printer.word("（暂定）", " (provisional)") : ""))
        for step in deadline.steps { print("  " + printer.text(step)) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "列出一年的放假和调休 a year's days off and make-up days")
    @Argument(help: "年份 year") var year: Int
    @OptionGroup var options: GlobalOptions

    private struct Day: Encodable {
      let date: String
      let name: String
      let isWorkday: Bool
    }

    func run() async throws {
      let calendar = try HolidayTable(csv: try BundledCalendar.csv)
      guard let first = CivilDate(year: year, month: 1, day: 1) else { throw ValidationError("\(year)") }
      let days = (0..<366).map { first + $0 }.filter { $0.year == year }.compactMap { date in
        calendar.name(of: date).map {
          Day(date: date.description, name: $0, isWorkday: calendar.isWorkingDay(date))
        }
      }
      let printer = Printer(options)
      if options.json {
        print(JSONOutput.text(["days": days]))
      } else {
        printer.table(
          [("日期", "date"), ("名称", "name"), ("上班", "working")], days.map { [$0.date, $0.name, $0.isWorkday ? "✓" : ""] })
        if calendar.isProvisional(year: year) {
          printer.line("该年尚无放假安排，按周末计算，结果暂定。", "No notice for that year: weekends only, provisional.")
        }
      }
    }
  }
}
