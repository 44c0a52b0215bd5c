import ArgumentParser
import Casebook

struct BoardCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "board", abstract: "监督看板 the supervision board")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .board }
}

struct CoverageCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "coverage", abstract: "指标完成情况 coverage against indicators")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .coverage }
}

struct TallyCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "tally", abstract: "累计次数及其后果 what was counted over files, and what follows")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .tallies }
}

struct OverdueCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "overdue", abstract: "超期案卷 overdue files")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .overdue }
}

struct TakeoverCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "takeover", abstract: "提级办理：接办下级的案件 take a subordinate's case over")
  @Argument(help: "案卷编号 number of the file") var file: String
  @OptionGroup var acting: ActOptions
  @OptionGroup var options: GlobalOptions
  func request() throws -> DeskRequest { .fileAct(try acting.draft(file, "takeover", options)) }
}

struct OrderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "执法监督通知（决定）书 supervision orders",
    subcommands: [
      Issue.self, Acknowledge.self, Reply.self, Review.self, FileActCommand.self, FileShowCommand.self,
    ])

  struct Issue: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "向下级发出 issue one to a subordinate office")
    @Argument(help: "标题 title") var title: String
    @Option(help: "受送达机构 the office it is directed at") var to: String
    @Option(help: "制度包 pack") var pack: String
    @Option(help: "制度 regime") var regime: String
    @Option(help: "要求 demand") var demand: String
    @Option(help: "限期 due day, YYYY-MM-DD") var due: String
    @Option(help: "种类 kind: notice decision, or the pack's own") var kind = "notice"
    @Option(help: "来源案卷编号 number of the file it concerns") var relatesTo: String?
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let draft = FileDraft(
        kind: "order", pack: pack, regime: regime, workflow: nil, title: title, subject: nil, openedOn: acting.date,
        addressee: to, relatesTo: relatesTo, checkKind: nil, complainantName: nil, complainantPhone: nil)
      let act = try acting.draft("", "issue", options, extra: ["demand": demand, "dueDate": due, "kind": kind])
      return .orderIssue(draft, act)
    }
  }

  struct Acknowledge: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "签收 acknowledge receipt")
    @Argument(help: "编号 number") var file: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .fileAct(try acting.draft(file, "acknowledge", options)) }
  }

  struct Reply: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "书面报告执行结果 report the result")
    @Argument(help: "编号 number") var file: String
    @Argument(help: "报告内容 report") var report: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest {
      .fileAct(try acting.draft(file, "reply", options, extra: ["report": report]))
    }
  }

  struct Review: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "申请复查 apply for review")
    @Argument(help: "编号 number") var file: String
    @Argument(help: "理由 reason") var reason: String
    @OptionGroup var acting: ActOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest {
      .fileAct(try acting.draft(file, "apply-review", options, extra: ["reason": reason]))
    }
  }
}
