import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "接受下级同步和新机构加入，直到被停止 take peers' calls until stopped",
    discussion: """
      配置依次取自：参数、环境变量 DOCKET_…、文件（--config、DOCKET_CONFIG 或机构目录中的 docket.json）、内置默认值；日志写到标准错误。
      Settings come from flags, then variables DOCKET_…, then a file (--config, DOCKET_CONFIG, or docket.json in the
      office's folder), then built-in defaults. Log lines go to standard error. All keys: Protocol/configuration.md.
      """)
  @OptionGroup var settings: ServeOptions
  @Flag(help: "列出全部配置项、值及其来源，不启动 list every setting and where it came from; do not serve")
  var printConfig = false
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let reading = try settings.read(DeskConnector.home(options))
    let printer = Printer(options)
    if printConfig {
      printer.configuration(reading)
      return
    }
    let home = DeskConnector.home(options)
    let keyPassphrase = try KeyPassphrase.find(home, options) { reading.configuration }
    try await ServingProcess(reading: reading, home: home, keyPassphrase: keyPassphrase).run { port in
      let text =
        options.json
        ? JSONOutput.text(["port": port])
        : port.map { printer.word("节点已就绪，端口 \($0)。", "Ready on port \($0).") }
          ?? printer.word("节点已就绪，不接受连接。", "Ready; takes no calls.")
      // Written past the buffer: whoever waits for this line reads it at once.
      FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
  }
}

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "与上级同步 synchronise with the superior")
  @Argument(help: "机构 office [上级 the superior]") var office: String?
  @Flag(help: "保持连接，有新内容即时同步，直到被停止 stay connected and exchange what is new at once, until stopped")
  var watch = false
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    if watch { return try await SyncWatch(options: options).run() }
    Printer(options).print(try await DeskConnector.perform(.sync(office: office), options))
  }
}

struct PeersCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "peers", abstract: "各机构的最后接触和数据时间 last contact and age of data")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .peers }
}

struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "两处并行修改的字段 fields written in two places",
    subcommands: [List.self, Resolve.self], defaultSubcommand: List.self)

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出 list")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .conflicts }
  }

  struct Resolve: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "采用其中一值 take one of the values")
    @Argument(help: "记录 record id") var record: String
    @Argument(help: "字段 field") var field: String
    @Argument(help: "序号 number of the value") var choice: Int
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .conflictResolve(record: record, field: field, choice: choice) }
  }
}

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "已保存但尚未采用的内容及原因 what is kept but not used, and why",
    subcommands: [List.self, Ratify.self], defaultSubcommand: List.self)

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出 list")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .quarantine }
  }

  struct Ratify: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "追认：使暂存或有争议的记录生效 let entries count that are in quarantine or disputed")
    @Argument(help: "机构 office") var office: String
    @Argument(help: "流 stream") var stream: String
    @Argument(help: "起始序号 first") var first: UInt64
    @Argument(help: "终止序号 last [同起始 the first]") var last: UInt64?
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest {
      .ratify(RatificationDraft(office: office, stream: stream, first: first, last: last ?? first))
    }
  }
}

struct LogCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "log", abstract: "日志条目 entries of the log")
  @Option(help: "最多条数 entries at the most") var limit = 50
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .log(limit: limit) }
}

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "核对全部签名、链接、授权书、回执和汇总 check every signature, link, charter, receipt and the projection")
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let reply = try await DeskConnector.perform(.verify, options)
    Printer(options).print(reply)
    guard case .verified(let view) = reply, let first = view.problems.first else { return }
    throw DeskFailure(
      kind: .integrity, code: first.code,
      message: Bilingual(
        zh: "数据与签名不符，第一处：\(first.office) \(first.stream)\(first.seq.map { " 第 \($0) 条" } ?? "")。",
        en: "The data is not what was signed; first at \(first.office) \(first.stream)\(first.seq.map { " #\($0)" } ?? "")."),
      remedy: Bilingual(
        zh: "请勿继续在此副本上登记；从备份恢复，或请上级重新邀请后取回记录。",
        en: "Do not work on with this copy; restore a backup, or be invited anew and fetch the entries back."))
  }
}
