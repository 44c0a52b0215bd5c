import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode

/// The one executable: local work, synchronisation and serving.
struct DocketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docket",
    abstract: "案联 Docket：人社局监督检查与案件的离线登记、同步与督办。Offline-first supervision for HRSS bureaus.",
    discussion: """
      每个机构一个目录（--home 或 DOCKET_HOME）。断网照常登记，联网后 docket sync。
      One folder for each office (--home or DOCKET_HOME). Work offline, then docket sync.

      退出码 exit codes: 0 完成 done; 1 规则不允许 refused by a rule; 64 用法 usage; 65 输入有误 bad input;
      69 连接不上 peer unreachable; 74 读写 I/O; 76 协议 protocol; 77 无权 not permitted; 78 完整性 integrity.
      """,
    version: "docket \(OfficeNode.version)",
    groupedSubcommands: [
      CommandGroup(
        name: "机构 office",
        subcommands: [
          InitCommand.self, InviteCommand.self, JoinCommand.self, StatusCommand.self, OfficeCommand.self,
          OfficerCommand.self, KeyCommand.self, AdoptCommand.self,
        ]),
      CommandGroup(
        name: "制度 rules", subcommands: [RegimeCommand.self, IndicatorCommand.self, CalendarCommand.self]),
      CommandGroup(
        name: "办理 work",
        subcommands: [
          SubjectCommand.self, ComplaintCommand.self, DrawCommand.self, InspectCommand.self, CaseCommand.self,
          AttachCommand.self,
        ]),
      CommandGroup(name: "文书 documents", subcommands: [NumberCommand.self]),
      CommandGroup(
        name: "监督 supervision",
        subcommands: [
          BoardCommand.self, CoverageCommand.self, TallyCommand.self, OverdueCommand.self, OrderCommand.self,
          TakeoverCommand.self, TransferCommand.self, ReferCommand.self,
        ]),
      CommandGroup(
        name: "同步 synchronisation",
        subcommands: [
          ServeCommand.self, SyncCommand.self, PeersCommand.self, OutboxCommand.self, BundleCommand.self,
          ConflictsCommand.self, QuarantineCommand.self, LogCommand.self, ExplainCommand.self, VerifyCommand.self,
        ]),
      CommandGroup(name: "维护 care", subcommands: [DoctorCommand.self, BackupCommand.self, RestoreCommand.self]),
    ])
}

@main
enum Main {
  static func main() async {
    let arguments = GlobalOptions.movedBehind(Array(CommandLine.arguments.dropFirst()))
    let language = GlobalOptions.language(of: arguments, environment: ProcessInfo.processInfo.environment)
    do {
      var command = try DocketCommand.parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as DeskFailure {
      ErrorOutput.print(failure, language: language, isJSON: arguments.contains("--json"))
      exit(failure.kind.rawValue)
    } catch {
      // Help and completion scripts are asked for; a mistake in the arguments is told to a program as a program reads it.
      guard arguments.contains("--json"), !DocketCommand.exitCode(for: error).isSuccess else {
        DocketCommand.exit(withError: error)
      }
      let text = DocketCommand.message(for: error)
      let failure = DeskFailure(
        kind: .usage, code: "usage", message: Bilingual(zh: "命令用法有误：\(text)", en: text),
        remedy: Bilingual(zh: "用 docket 命令 --help 查看用法。", en: "See docket COMMAND --help."))
      ErrorOutput.print(failure, language: language, isJSON: true)
      exit(failure.kind.rawValue)
    }
  }
}
