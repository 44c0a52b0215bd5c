import ArgumentParser
import Foundation

struct OfficesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offices",
    abstract: "Many offices call one node at once for a first sync, over TLS on this machine.",
    discussion: """
      The node is `docket serve` in a process of its own; this process holds the offices' sessions and serves their logs \
      from memory. One more office records an act every 100 ms meanwhile and waits for its receipt.
      """)

  @Option(help: "机构数 offices")
  var count = 300
  @Option(help: "每机构变更数 changes of each office, eight an entry")
  var changes = 20_000
  @Option(help: "空闲时测几次办理 acts measured while nothing else goes on")
  var acts = 500
  @Option(help: "静止观测秒数，0 为不测 seconds that the node is watched at rest, 0 for none")
  var rest = 60
  @Flag(inversion: .prefixedNo, help: "其间查询节点状态和看板 ask the node for its status, its peers and the board meanwhile")
  var desk = true
  @Option(help: "随机种子 seed")
  var seed: UInt64 = 20_261_121
  @Option(help: ArgumentHelp("docket 可执行文件 the docket executable [beside this one]", valueName: "file"))
  var docket: String?
  @Option(help: ArgumentHelp("临时目录 folder for the databases", valueName: "folder"))
  var folder: String?
  @Option(help: "语言 language: zh, en [LANG]")
  var lang: String?
  @Flag(help: "JSON")
  var json = false

  /// Record ids tell offices apart by two bytes.
  private static let officesMax = 65_535

  func validate() throws {
    guard (1...Self.officesMax).contains(count), changes >= OfficeLog.changesPerEntry, acts >= 0, rest >= 0 else {
      throw ValidationError("count: 1 to \(Self.officesMax); changes: >= \(OfficeLog.changesPerEntry); acts, rest: >= 0")
    }
  }

  func run() async throws {
    let scratch = "\(folder ?? NSTemporaryDirectory())/docket-offices-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let report = try await OfficesRun(
      count: count, changes: changes, acts: acts, restSeconds: rest, isAsked: desk, seed: seed,
      executable: docket ?? beside + "/docket", scratch: scratch
    ).report()
    if json {
      print(try report.json())
    } else {
      let language = Figures.language(lang)
      Figures.warnUnlessOptimised(Measurement.isOptimised, in: language)
      Figures.print(report.table(), in: language)
    }
  }
}
