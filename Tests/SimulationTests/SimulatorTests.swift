import Foundation
import Simulation
import TestKit
import Testing

@Suite("The simulator")
struct SimulatorTests {
  /// Trees of this size show most bugs, and a seed of it takes well under a second in a debug build.
  private static let smallTree = 7

  private func run(
    _ seed: UInt64, _ store: SimulationOptions.Store = .memory, canary: Canary? = nil, officesMax: Int = smallTree,
    isLive: Bool = false, hasTrees: Bool = true, isWide: Bool = true
  ) throws -> SimulationResult {
    let folder = NSTemporaryDirectory() + "simulation-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let options = SimulationOptions(
      seed: seed, store: store, canary: canary, officesMax: officesMax, isLive: isLive, hasTrees: hasTrees,
      isWide: isWide)
    return try Simulator(options: options, folder: folder).run()
  }

  private func expectSound(_ result: SimulationResult, officesMax: Int = smallTree) {
    let options = result.options
    let flags =
      (options.staysPerMille > 0 ? "" : " --no-live") + (options.treesPerMille > 0 ? "" : " --no-trees")
      + (options.isWide ? "" : " --no-wide")
    let replay = "simulate --seed \(options.seed) --store \(options.store.rawValue) --offices-max \(officesMax)\(flags)"
    #expect(result.findings.isEmpty, "replay: \(replay)\n\(options)")
  }

  @Test("one seed is one run", arguments: [3, 11, 29] as [UInt64])
  func deterministic(_ seed: UInt64) throws {
    let (one, other) = (try run(seed), try run(seed))
    #expect(one.traceHash == other.traceHash)
    #expect(one.statistics == other.statistics)
    #expect(one.statistics.entries > 0)
  }

  @Test("digest trees are told, and what they are drawn from moves nothing else")
  func trees() throws {
    let seed = try #require((1...20 as ClosedRange<UInt64>).first { try run($0).statistics.trees > 0 })
    var with = SimulationOptions(seed: seed)
    let without = SimulationOptions(seed: seed, hasTrees: false)
    #expect(with.treesPerMille > 0 && without.treesPerMille == 0)
    with.treesPerMille = 0
    #expect(with == without)
    #expect(try run(seed, hasTrees: false).statistics.trees == 0)
  }

  @Test("what wide runs have happens in them, and what it is drawn from moves nothing else")
  func wide() throws {
    let all = try (1...40 as ClosedRange<UInt64>).map { try run($0).statistics }
    #expect(all.contains { $0.transfers > 0 && $0.handedOver > 0 })
    #expect(all.contains { $0.sm2 > 0 && $0.sm2 < $0.entries })
    #expect(all.contains { $0.torn > 0 && $0.continued > 0 })
    // Far into a step, while a machine starts, and in the midst of a rebuild.
    #expect(all.contains { $0.deepestCrash > 20 })
    #expect(all.contains { $0.failedStarts > 1 && $0.rebuilds > 0 })
    let seed = try #require((1...20 as ClosedRange<UInt64>).first { SimulationOptions(seed: $0).transfersPerMille > 0 })
    var options = SimulationOptions(seed: seed)
    options.isWide = false
    (options.transfersPerMille, options.sm2PerMille, options.upgradesPerMille, options.tornPerMille) = (0, 0, 0, 0)
    #expect(options == SimulationOptions(seed: seed, isWide: false))
    let narrow = try run(seed, isWide: false).statistics
    #expect(narrow.transfers == 0 && narrow.sm2 == 0 && narrow.rebuilds == 0)
  }

  @Test("another seed is another run")
  func drawn() throws {
    #expect(try run(3).traceHash != run(4).traceHash)
  }

  @Test("the SQLite store goes the model's way", arguments: [5, 17] as [UInt64])
  func stores(_ seed: UInt64) throws {
    let (model, store) = (try run(seed), try run(seed, .sqlite))
    #expect(model.traceHash == store.traceHash)
    expectSound(store)
  }

  @Test("every planted bug is caught by its checker", arguments: Canary.allCases)
  func canaries(_ canary: Canary) throws {
    let seeds = 1...200 as ClosedRange<UInt64>
    let catching = try seeds.first { seed in
      try run(seed, canary: canary).findings.contains { $0.checker == canary.checker }
    }
    let seed = try #require(catching, "\(canary.rawValue) was not caught")
    // It is the bug that was caught: without it the same seed is sound.
    expectSound(try run(seed))
  }

  @Test("every checker has a bug that it must catch")
  func everyCheckerIsTried() {
    #expect(Set(Canary.allCases.map(\.checker)) == Set(Checker.allCases))
  }

  private static let past: [String] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("seeds.txt").path
    // A file that cannot be read is a line that is no seed.
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "no seeds.txt"
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }()

  @Test("seeds that once failed", arguments: past)
  func pastSeeds(_ line: String) throws {
    let words = line.split(separator: " ")
    try #require(words.count >= 2, "\(line)")
    let seed = try #require(UInt64(words[0]), "\(line)")
    let store = try #require(SimulationOptions.Store(rawValue: String(words[1])), "\(line)")
    let officesMax = words.count > 2 ? try #require(Int(words[2]), "\(line)") : SimulationOptions.officesMax
    let isLive = words.count > 3 && words[3] == "live"
    let hasTrees = words.count > 4 && words[4] == "trees"
    let isWide = words.count > 5 && words[5] == "wide"
    expectSound(
      try run(seed, store, officesMax: officesMax, isLive: isLive, hasTrees: hasTrees, isWide: isWide),
      officesMax: officesMax)
  }

  /// Others each day, the same all day; a day's may be run again with `DOCKET_SEEDS_FROM=N`.
  private static func firstFresh() throws -> UInt64 {
    guard let text = ProcessEnvironment.value("DOCKET_SEEDS_FROM") else {
      return UInt64(Date().timeIntervalSince1970 / 86_400) * 1_000
    }
    return try #require(UInt64(text), "DOCKET_SEEDS_FROM=\(text)")
  }

  @Test("seeds that nobody chose, over both stores")
  func fresh() throws {
    let first = try Self.firstFresh()
    print("fresh seeds: \(first) and 65 more; again: DOCKET_SEEDS_FROM=\(first), or one with simulate --seed N")
    for seed in first..<first + 60 { expectSound(try run(seed, isLive: true)) }
    for seed in first + 60..<first + 66 { expectSound(try run(seed, .sqlite, isLive: true)) }
  }
}
