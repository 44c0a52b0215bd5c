import ArgumentParser
import Casebook
import Casework
import Foundation
import Logging
import OfficeNode
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "接受下级同步和新机构加入，直到被停止 take peers' calls until stopped")
  @Option(help: "监听地址，none 为不接受连接 listening address, none to take no calls") var listen = "0.0.0.0:7443"
  @Flag(name: .customLong("manual-sync"), help: "不自动与上级同步 do not call the superior by itself") var isManual = false
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    var logger = Logger(label: "docket") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .info
    let printer = Printer(options)
    // A backup that was being made when the node was told to stop.
    defer { Leftovers.removeAll() }
    do {
      let node = try OfficeNode.open(DeskConnector.home(options), effects: .live, logger: logger)
      let plan = NodeService.Plan(listen: listen == "none" ? nil : listen, dials: !isManual)
      let service = try NodeService(node: node, plan: plan, logger: logger) { port in
        // Written past the buffer: whoever waits for this line reads it at once.
        FileHandle.standardOutput.write(Data((Self.readyLine(port, printer, options) + "\n").utf8))
      }
      try await ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [.init(service: service)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      ).run()
    } catch {
      throw DeskFailures.failure(error)
    }
  }

  private static func readyLine(_ port: Int?, _ printer: Printer, _ options: GlobalOptions) -> String {
    if options.json { return JSONOutput.text(["port": port]) }
    guard let port else { return printer.word("节点已就绪，不接受连接。", "Ready, taking no calls.") }
    return printer.word("节点已就绪，端口 \(port)。", "Ready on port \(port).")
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
