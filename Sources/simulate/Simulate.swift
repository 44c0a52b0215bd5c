public import ArgumentParser
import Foundation
public import Simulation

/// Replays seeds of the simulator.
@main
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "模拟多个机构：同一种子，同一过程。Many offices over virtual time; one seed, one run.",
    discussion: """
      每个种子先出各种故障，再恢复并要求各机构一致。全部成立时退出码为 0，否则为 1，并给出重放命令。
      Each seed first lets everything go wrong, then heals it and demands agreement. Exit status 0 only if all held.
      """)

  @Option(help: "只运行这一个种子。Run this seed alone.")
  var seed: UInt64?

  @Option(help: "运行这么多个种子。Run so many seeds.")
  var seeds: Int = 1

  @Option(help: "从这个种子开始；默认随机。First seed; drawn when not given.")
  var from: UInt64?

  @Option(help: "存储：memory、sqlite 或 both。Store: memory, sqlite or both.")
  var store: StoreChoice = .memory

  @Option(help: "故意放入的错误；须被发现。A bug put in on purpose, which must be caught.")
  var canary: Canary?

  @Option(help: "机构数上限。Most offices; larger trees are cut.")
  var officesMax: Int = SimulationOptions.officesMax

  @Flag(inversion: .prefixedNo, help: "会话可保持连接。Sessions may stay open; without, as before there were such.")
  var live = true

  @Flag(inversion: .prefixedNo, help: "机构可用摘要树比对前沿。Offices may compare heads by a digest tree; likewise.")
  var trees = true

  @Flag(
    inversion: .prefixedNo,
    help: "有移交、国密密钥、任一步断电。Transfers, keys of suite 2 and crashes at any effect; likewise.")
  var wide = true

  @Flag(help: "列出可放入的错误。List them.")
  var listCanaries = false

  @Flag(help: "打印全过程。Print every event.")
  var verbose = false

  @Option(help: "同时运行的种子数。Seeds run at once.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  enum StoreChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case memory, sqlite, both

    var stores: [SimulationOptions.Store] {
      switch self {
      case .memory: [.memory]
      case .sqlite: [.sqlite]
      case .both: [.memory, .sqlite]
      }
    }
  }

  func validate() throws {
    guard seeds >= 1, jobs >= 1, officesMax >= 3 else {
      throw ValidationError("--seeds and --jobs are at least 1, --offices-max at least 3.")
    }
    if seed != nil, from != nil { throw ValidationError("--seed stands for --from with one seed.") }
  }

  func run() async throws {
    if listCanaries {
      for canary in Canary.allCases { print("\(canary.rawValue): \(canary.explanation) [\(canary.checker.rawValue)]") }
      return
    }
    // Printed before anything runs, so that a run that never ends can be replayed too.
    let first = seed ?? from ?? UInt64.random(in: 0..<1_000_000_000_000)
    let count = seed == nil ? seeds : 1
    print("simulate: \(count) seeds from \(first), store \(store.rawValue), canary \(canary?.rawValue ?? "none")")
    let summary = try await runAll(first: first, count: count)
    print(summary.line(canary: canary))
    if !summary.isGood(canary: canary) { throw ExitCode.failure }
  }

  private func runAll(first: UInt64, count: Int) async throws -> Summary {
    try await withThrowingTaskGroup(of: [SimulationResult].self) { group in
      var summary = Summary()
      var next = 0
      func add() {
        let seed = first &+ UInt64(next)
        next += 1
        group.addTask { try results(of: seed) }
      }
      while next < min(jobs, count) { add() }
      while let results = try await group.next() {
        for result in results { report(result, &summary) }
        tell(summary, of: count * store.stores.count)
        let isCaught = canary != nil && summary.isGood(canary: canary)
        if next < count, !isCaught { add() }
      }
      return summary
    }
  }

  /// One seed over each store chosen; both must go the same way.
  private func results(of seed: UInt64) throws -> [SimulationResult] {
    var results: [SimulationResult] = []
    for store in store.stores {
      let options = SimulationOptions(
        seed: seed, store: store, canary: canary, officesMax: officesMax, isLive: live, hasTrees: trees,
        isWide: wide)
      if verbose || isSingle { print(options) }
      let folder = NSTemporaryDirectory() + "simulate-\(ProcessInfo.processInfo.processIdentifier)-\(seed)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let show: (@Sendable (String) -> Void)? = verbose ? { @Sendable line in print(line) } : nil
      results.append(try Simulator(options: options, folder: folder, show: show).run())
    }
    return results
  }

  private var isSingle: Bool { seed != nil || seeds == 1 }

  private func report(_ result: SimulationResult, _ summary: inout Summary) {
    let options = result.options
    summary.add(result)
    if isSingle {
      print("trace \(String(result.traceHash, radix: 16)) of \(result.events) events, \(result.statistics)")
    }
    guard !result.isSound, canary == nil || isSingle else { return }
    let bug =
      (canary.map { " --canary \($0.rawValue)" } ?? "") + (live ? "" : " --no-live") + (trees ? "" : " --no-trees")
      + (wide ? "" : " --no-wide")
    let size = officesMax == SimulationOptions.officesMax ? "" : " --offices-max \(officesMax)"
    print(
      "seed \(options.seed) failed; replay: simulate --seed \(options.seed) --store \(options.store.rawValue)\(size)\(bug)"
    )
    if !isSingle { print("  \(options)") }
    for finding in result.findings.prefix(isSingle ? 50 : 4) { print("  \(finding)") }
  }

  /// How far many seeds have come, beside the results: two thousand of large trees take an hour and more.
  private func tell(_ summary: Summary, of runs: Int) {
    let steps = 20
    guard runs >= steps, summary.runs % (runs / steps) < store.stores.count else { return }
    // Into a file, too, what failed so far can be read.
    fflush(nil)
    FileHandle.standardError.write(Data("\(summary.runs)/\(runs), \(summary.failed) failed\n".utf8))
  }

  struct Summary {
    var runs = 0
    var failed = 0
    var caught = 0
    var entries = 0
    var sessions = 0
    var crashes = 0
    /// By seed, to compare the stores.
    private var traces: [UInt64: UInt64] = [:]
    private var differing: [UInt64] = []

    mutating func add(_ result: SimulationResult) {
      runs += 1
      entries += result.statistics.entries
      sessions += result.statistics.sessions
      crashes += result.statistics.crashes
      if !result.isSound { failed += 1 }
      if let canary = result.options.canary, result.findings.contains(where: { $0.checker == canary.checker }) {
        caught += 1
      }
      if let other = traces.updateValue(result.traceHash, forKey: result.options.seed), other != result.traceHash {
        differing.append(result.options.seed)
      }
    }

    func isGood(canary: Canary?) -> Bool { (canary == nil ? failed == 0 : caught > 0) && differing.isEmpty }

    func line(canary: Canary?) -> String {
      let stores = differing.isEmpty ? "" : "; the stores differ for seeds \(differing)"
      let verdict =
        canary.map { caught > 0 ? "\($0.rawValue) was caught" : "\($0.rawValue) was not caught" } ?? "\(failed) failed"
      return "\(runs) runs, \(verdict); \(entries) entries, \(sessions) sessions, \(crashes) crashes\(stores)"
    }
  }
}

extension Canary: ExpressibleByArgument {}
