import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode
import RegimePacks

struct RegimeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regime", abstract: "监管制度 regimes", subcommands: [List.self, Show.self, Check.self, Diff.self, Publish.self])

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出已发布到本机构的制度 list regimes published here")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .regimeList }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看制度：六部分原文、指标、罚则、流程 show a regime: its six parts, figures, penalties, workflows",
      discussion: """
        不写代码列出随软件提供的制度包；已发布到本机构的以最新一版为准。
        Without a code, the bundled packs; of a pack published here the newest version.
        """)
    @Argument(help: "制度包代码 code of the pack") var code: String?
    @Argument(help: "制度 regime") var regime: String?
    @Flag(help: "职责 duties") var duties = false
    @Flag(help: "职责边界 boundaries with other departments") var boundaries = false
    @Flag(help: "公共服务 public services") var services = false
    @Flag(help: "专项行动 campaigns") var campaigns = false
    @Flag(help: "原文缺陷及处理 defects of the document and the rules chosen") var remarks = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let printer = Printer(options)
      guard let code else {
        let packs = try BundledPacks.all()
        printer.print(.regimes(try packs.flatMap { try PackPreview.views(ofYAML: $0.yaml, file: "\($0.code).yaml") }))
        return
      }
      let hasFlag = duties || boundaries || services || campaigns || remarks
      if let regime {
        printer.print(try await RuleSource.regime(code, regime, options))
        if !hasFlag || options.json { return }
      }
      guard case .pack(let page) = try await RuleSource.pack(code, options) else { return }
      if options.json || !hasFlag {
        printer.print(.pack(page))
        return
      }
      if duties { printer.groups(page.duties, ("职责", "Duties")) }
      if boundaries { printer.groups(page.boundaries, ("职责边界", "Boundaries")) }
      if services { printer.groups(page.services, ("公共服务", "Public services")) }
      if campaigns { printer.groups(page.campaigns, ("专项行动", "Campaigns")) }
      if remarks { printer.remarks(page.remarks) }
    }
  }

  struct Diff: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "与已发布的最新一版比较，不写入 what a pack changes against the newest version published here")
    @Argument(help: "随软件提供的制度包代码，或文件 code of a bundled pack, or a file") var pack: String
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .regimeDiff(yaml: try RuleSource.draft(pack)) }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "检查制度包文件，一次列出全部错误 check a pack file, every mistake in one run")
    @Argument(help: "文件 file", completion: .file(extensions: ["yaml"])) var file: String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let mistakes = PackPreview.mistakes(inYAML: try CommandFiles.readPack(file), file: file)
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
    @Flag(help: "只看与已发布版本的差别，不写入 only show what it changes; nothing is written") var preview = false
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let yaml = try RuleSource.draft(pack)
      return preview ? .regimeDiff(yaml: yaml) : .regimePublish(yaml: yaml)
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
