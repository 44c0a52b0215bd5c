import ArgumentParser
import Casebook
import Foundation

@main
struct Benchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures the engine beside the floor: the same rows and log bytes written raw in C into SQLite.",
    discussion: """
      Both run in processes of their own, in turn, over the same input. A change is one field value; a new record of \
      twelve fields counts twelve. --workload takes a file of `workload.py gen`.
      """,
    subcommands: [
      Measure.self, OfficesCommand.self, LiveCommand.self, BoardCommand.self, CatchUp.self, FloorRun.self,
      ActOffice.self, LocalActs.self, FloorActs.self, SecuredCatchUp.self, FrameSender.self,
    ], defaultSubcommand: Measure.self)
}

struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "measure", abstract: "All figures in one run.")

  @Option(help: "变更数 changes")
  var changes = 1_000_000
  @Flag(help: "一分钟左右的规模 a size for a minute: 200,000 changes")
  var quick = false
  @Option(help: ArgumentHelp("workload.py 的文件 a file of workload.py", valueName: "file"))
  var workload: String?
  @Option(help: "随机种子 seed of the workload made here")
  var seed: UInt64 = 20_261_121
  @Option(help: "各测几遍，取最好 runs of each; the best counts")
  var runs = 3
  @Option(help: "每次提交的条目数，引擎与对照相同；缺省随已存条目增长 entries of one commit, in engine and floor; growing by default")
  var commitEntries: Int?
  @Option(help: "加字段时的行数 rows of the schema change")
  var schemaRows = 1_000_000
  @Flag(help: "另测经本机 TLS 传输的追赶 catch up over TLS on this machine too")
  var tls = false
  @Option(help: "每遍办理次数 local acts of one run")
  var acts = 500
  @Option(help: ArgumentHelp("临时目录 folder for the databases", valueName: "folder"))
  var folder: String?
  @Option(help: "语言 language: zh, en [LANG]")
  var lang: String?
  @Flag(help: "JSON")
  var json = false

  private static let quickChanges = 200_000

  func validate() throws {
    guard changes >= 1, runs >= 1, commitEntries ?? 1 >= 1, schemaRows >= 1, acts >= 1 else {
      throw ValidationError("changes, runs, commit-entries, schema-rows, acts: >= 1")
    }
  }

  func run() throws {
    let base = folder ?? NSTemporaryDirectory()
    let scratch = "\(base)/docket-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let report = try Measurement(
      changes: quick ? min(changes, Self.quickChanges) : changes, workload: workload, seed: seed, runs: runs,
      commits: commitEntries.map { CommitCadence(least: $0, most: $0) } ?? .standard,
      schemaRows: schemaRows, acts: acts, isSecured: tls, scratch: scratch
    ).report()
    if json {
      print(try report.json())
    } else {
      let language = Figures.language(lang)
      Figures.warnUnlessOptimised(report.isOptimised, in: language)
      Figures.print(report.table(), in: language)
    }
  }
}
