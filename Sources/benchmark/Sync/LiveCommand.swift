import ArgumentParser
import Foundation
import OfficeNode

struct LiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Single acts between two offices that do nothing else, over TLS on this machine.",
    discussion: """
      The superior is `docket serve` in a process of its own; the office under it is here, with a replica of its own. An \
      act is written and signed here, verified and written there, and measured until it is durable there, by the \
      superior's own word (both read the machine's one clock), and until the superior's receipt for it is back.
      """)

  @Option(help: "办理次数 acts, one after the other")
  var acts = 1_000
  @Option(help: ArgumentHelp("docket 可执行文件 the docket executable [beside this one]", valueName: "file"))
  var docket: String?
  @Option(help: ArgumentHelp("临时目录 folder for the databases", valueName: "folder"))
  var folder: String?
  @Option(help: "语言 language: zh, en [LANG]")
  var lang: String?
  @Flag(help: "JSON")
  var json = false

  func validate() throws {
    guard acts >= 1 else { throw ValidationError("acts: >= 1") }
  }

  func run() async throws {
    let scratch = "\(folder ?? NSTemporaryDirectory())/docket-live-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let report = try await measured(executable: docket ?? beside + "/docket", scratch: scratch)
    if json {
      print(try report.json())
    } else {
      let language = Figures.language(lang)
      Figures.warnUnlessOptimised(report.isOptimised, in: language)
      Figures.print(report.table(), in: language)
    }
  }

  private func measured(executable: String, scratch: String) async throws -> LiveReport {
    let keys = try OfficeKeys("live")
    let root = try RootOffice.found(scratch + "/province", over: [keys])
    let worker = try LiveOffice(keys, of: root, path: scratch + "/live.sqlite")
    let node = try ServingNode(executable: executable, home: root.home.path, log: scratch + "/node.log", logLevel: "trace")
    defer { node.stop() }
    let session = try await LiveSession.begin(worker, with: root, at: node.port)
    let figures = try await session.quietActs(acts, scratch: scratch)
    await session.end()
    node.stop()
    // What has a receipt is there: read from the database once its node is gone.
    guard try root.entriesHeld(of: [keys]) == [UInt64(acts)] else { throw OfficeKeys.Impossible() }
    let durable = try worker.secondsToDurable(asToldIn: StoredLog(path: scratch + "/node.log", of: keys))
    return LiveReport(figures, durable: durable)
  }
}
