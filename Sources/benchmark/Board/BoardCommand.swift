import ArgumentParser
import Casebook
import Casework
import Foundation
import Logging
import OfficeNode
import ReplicaStore
import SignatureSuites

struct BoardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "board",
    abstract: "The supervision board of a bureau over many districts and a million files.",
    discussion: """
      The bureau is `docket serve` in a process of its own over a database made here; each board is asked for over its \
      control socket, as a command does.
      """)

  @Option(help: "机构数 districts")
  var offices = 200
  @Option(help: "案卷数 files of all districts, half of them checks")
  var files = 1_000_000
  @Option(help: "监督检查对象数 units of all districts")
  var units = 200_000
  @Option(help: "看板次数 boards asked for")
  var boards = 100
  @Option(help: "随机种子 seed")
  var seed: UInt64 = 20_261_121
  @Option(help: ArgumentHelp("docket 可执行文件 the docket executable [beside this one]", valueName: "file"))
  var docket: String?
  @Option(help: ArgumentHelp("临时目录 folder for the database", valueName: "folder"))
  var folder: String?
  @Option(help: "语言 language: zh, en [LANG]")
  var lang: String?
  @Flag(help: "JSON")
  var json = false

  func validate() throws {
    guard (1...9_999).contains(offices), files >= 0, units >= 0, boards > 0 else {
      throw ValidationError("offices: 1 to 9999; files, units: >= 0; boards: > 0")
    }
  }

  func run() async throws {
    let scratch = "\(folder ?? NSTemporaryDirectory())/docket-board-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let home = try await fill(scratch + "/province")
    let report = try await measured(home, executable: docket ?? beside + "/docket", log: scratch + "/node.log")
    if json {
      print(try report.json())
    } else {
      let language = Figures.language(lang)
      Figures.warnUnlessOptimised(Measurement.isOptimised, in: language)
      Figures.print(report.table(), in: language)
    }
  }

  private func fill(_ path: String) async throws -> Home {
    let districts = try (0..<offices).map { try OfficeKeys("d\(10_000 + $0)") }
    let root = try RootOffice.found(path, over: districts)
    do {
      let node = try OfficeNode.open(root.home, effects: .live, logger: Logger(label: "benchmark"))
      _ = try await node.perform(.regimePublish(yaml: BoardPack.yaml))
    }
    let store = try ReplicaStore.open(path: root.home.database, suites: .standard)
    let today = CivilDate.fromUnixMilliseconds(SystemEffects.live.now())
    var writer = BoardFiles(
      districts: districts, files: files, units: units, today: today, random: SeededRandom(seed: seed))
    try writer.write(to: store)
    return root.home
  }

  private func measured(_ home: Home, executable: String, log: String) async throws -> BoardReport {
    let node = try ServingNode(executable: executable, home: home.path, log: log)
    defer { node.stop() }
    var report = BoardReport(offices: offices, files: files, units: units)
    report.memoryBeforeKibibytes = try node.memory().now
    let began = ContinuousClock.now
    guard case .board(let view) = try await ask(.board, home) else { throw OfficeKeys.Impossible() }
    report.firstMilliseconds = began.duration(to: .now) / .milliseconds(1)
    // Nothing is measured that is not there.
    let counted = view.rows.reduce(0) { $0 + $1.open + $1.closed }
    guard counted == files, view.rows.contains(where: { $0.coverage ?? 0 > 0 }) || files < offices * 100 else {
      throw OfficeKeys.Impossible()
    }
    var seconds: [Double] = []
    let processor = try node.processorSeconds()
    for _ in 0..<boards {
      let began = ContinuousClock.now
      _ = try await ask(.board, home)
      seconds.append(began.duration(to: .now) / .seconds(1))
    }
    report.board = OfficesReport.Spread(seconds)
    report.processorMilliseconds = (try node.processorSeconds() - processor) * 1_000 / Double(boards)
    report.memoryPeakKibibytes = try node.memory().peak
    return report
  }

  /// A connection each, as each command makes one.
  private func ask(_ request: DeskRequest, _ home: Home) async throws -> DeskReply {
    guard let desk = await RemoteDesk.connect(home) else { throw OfficeKeys.Impossible() }
    do {
      let reply = try await desk.perform(request)
      await desk.close()
      return reply
    } catch {
      await desk.close()
      throw error
    }
  }
}
