import ArgumentParser
import Casebook

/// What opening any file takes.
struct OpeningOptions: ParsableArguments {
  @Option(help: "制度包 pack") var pack: String
  @Option(help: "制度 regime") var regime: String
  @Option(help: "流程（制度有多个时） workflow, where the regime has several") var workflow: String?
  @Option(help: "对象名称或代码 the unit's name or code") var subject: String?
  @Option(help: "收件日期 day it came in, YYYY-MM-DD [今天 today]") var date: String?
  @Option(help: "来源案卷编号 number of the file it comes from") var relatesTo: String?

  func draft(
    _ kind: String, title: String, addressee: String? = nil, check: String? = nil, complainant: String? = nil,
    phone: String? = nil, overCeilingReason: String? = nil
  ) -> FileDraft {
    FileDraft(
      kind: kind, pack: pack, regime: regime, workflow: workflow, title: title, subject: subject, openedOn: date,
      addressee: addressee, relatesTo: relatesTo, checkKind: check, complainantName: complainant,
      complainantPhone: phone, overCeilingReason: overCeilingReason)
  }
}

/// What taking any act takes.
struct ActOptions: ParsableArguments {
  @Option(name: .customLong("officer"), help: "办理人员登录名，首位负责（可多次） officer's login, the answerable one first (repeatable)")
  var officers: [String] = []
  @Option(help: "办理日期 day it was taken, YYYY-MM-DD [今天 today]") var date: String?
  @Option(help: "文书事项 form field: name=value（可多次 repeatable）") var field: [String] = []

  func draft(_ file: String, _ act: String, _ options: GlobalOptions, extra: [String: String] = [:]) throws -> ActDraft {
    var facts = extra
    for text in field {
      guard let mark = text.firstIndex(of: "="), mark > text.startIndex else {
        throw ValidationError("--field name=value: \(text)")
      }
      facts[String(text[..<mark])] = String(text[text.index(after: mark)...])
    }
    let acting = officers.isEmpty ? options.officer.map { [$0] } ?? [] : officers
    return ActDraft(file: file, act: act, officers: acting, date: date, facts: facts)
  }
}

/// `… act`, `… show`, `… list` are the same for every kind of file.
struct FileActCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "act", abstract: "办理一个步骤（docket case show 列出可办步骤） take an act of the file's workflow")
  @Argument(help: "案卷编号 number of the file") var file: String
  @Argument(help: "步骤 act id") var act: String
  @OptionGroup var acting: ActOptions
  @OptionGroup var options: GlobalOptions
  func request() throws -> DeskRequest { .fileAct(try acting.draft(file, act, options)) }
}

struct FileShowCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "查看案卷 show a file")
  @Argument(help: "案卷编号 number of the file") var file: String
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .fileShow(file: file) }
}

struct CaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "案件 cases",
    subcommands: [Open.self, List.self, FileShowCommand.self, FileActCommand.self, Clock.self])

  struct Open: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "登记案件线索 open a case")
    @Argument(help: "标题 title") var title: String
    @Option(help: "作为检查计入指标的种类 kind of check it counts as: audit phone …") var check: String?
    @OptionGroup var opening: OpeningOptions
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .fileOpen(opening.draft("case", title: title, check: check)) }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出案卷 list files")
    @Option(help: "类别 kind: case inspection complaint order") var kind: String?
    @Option(help: "机构 office") var office: String?
    @Flag(help: "只列未办结的 open ones only") var open = false
    @Option(help: "最多行数 rows at the most") var limit = 200
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest {
      .fileList(FileFilter(kind: kind, office: office, openOnly: open, limit: limit))
    }
  }

  struct Clock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "各期限及其推算过程 each deadline with its derivation")
    @Argument(help: "案卷编号 number of the file") var file: String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      guard case .file(let view) = try await DeskConnector.perform(.fileShow(file: file), options) else { return }
      if options.json {
        print(JSONOutput.text(["clocks": view.clocks]))
      } else {
        Printer(options).clocks(view)
      }
    }
  }
}

struct ComplaintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "complaint", abstract: "投诉举报 complaints",
    subcommands: [Register.self, FileActCommand.self, FileShowCommand.self, Reveal.self])

  struct Register: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "登记投诉举报（投诉人密封，不随案卷流转） register a complaint; the complainant is sealed")
    @Argument(help: "事项 matter") var title: String
    @Option(help: "投诉举报人姓名 complainant's name") var name: String?
    @Option(help: "电话 telephone") var phone: String?
    @OptionGroup var opening: OpeningOptions
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest {
      .fileOpen(opening.draft("complaint", title: title, complainant: name, phone: phone))
    }
  }

  struct Reveal: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看密封的投诉举报人（查看本身被记录） show the sealed complainant; the look is recorded")
    @Argument(help: "案卷编号 number of the file") var file: String
    @Option(help: "用途 purpose") var purpose: String
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest {
      guard let officer = options.officer else { throw ValidationError("--as OFFICER") }
      return .fileReveal(file: file, purpose: purpose, officer: officer)
    }
  }
}

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "现场检查 inspections",
    subcommands: [Start.self, Record.self, Sign.self, Close.self, FileShowCommand.self])

  struct Start: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "开始一次检查 start an inspection")
    @Argument(help: "标题 title") var title: String
    @Option(help: "种类 kind: routine special full written phone annual audit review publicity campaign")
    var check = "routine"
    @Option(help: "超过频次上限的理由 why the unit is visited above its yearly ceiling") var overCeilingReason: String?
    @OptionGroup var opening: OpeningOptions
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest {
      .fileOpen(opening.draft("inspection", title: title, check: check, overCeilingReason: overCeilingReason))
    }
  }

  struct Record: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "记录检查情况（须两名持证人员） record the findings")
    @Argument(help: "编号 number") var file: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .fileAct(try acting.draft(file, "record", options)) }
  }

  struct Sign: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "当事人签字，或注明拒签 the party signs, or refuses")
    @Argument(help: "编号 number") var file: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .fileAct(try acting.draft(file, "sign", options)) }
  }

  struct Close: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "办结归档 close it")
    @Argument(help: "编号 number") var file: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .fileAct(try acting.draft(file, "close", options)) }
  }
}
