import Casebook
import Foundation
import ReplicaStore
import Replication

/// Runs everything, the engine and the floor in turn, so that other work on the machine meets both.
struct Measurement {
  let changes: Int
  let workload: String?
  let seed: UInt64
  let runs: Int
  let commits: CommitCadence
  let schemaRows: Int
  let acts: Int
  /// Whether catching up is measured over TLS too.
  let isSecured: Bool
  let scratch: String

  /// The size that growth and the SM2 suite are compared at.
  private static let referenceChanges = 100_000

  func report() throws -> Report {
    let path = workload ?? scratch + "/workload.tsv"
    if workload == nil {
      var generator = WorkloadGenerator(seed: seed)
      try generator.write(changes, to: path)
    }
    let file = try WorkloadFile(path: path)
    func input(_ limit: Int, _ suite: SuiteID, withFloor: Bool) throws -> WorkloadInput {
      try WorkloadInput.make(
        from: file, limit: limit, commits: commits, suite: suite, in: scratch, withFloor: withFloor)
    }
    let whole = try input(changes, .ed25519, withFloor: true)
    // Near the reference size there is nothing to compare with: then a tenth of it serves.
    let isLarge = whole.changes >= 2 * Self.referenceChanges
    let reference = isLarge ? Self.referenceChanges : max(1, whole.changes / 10)
    let small = try input(reference, .ed25519, withFloor: true)
    let sm2 = try input(reference, .sm2, withFloor: false)

    var engine: [CatchUpResult] = []
    var floor: [FloorResult] = []
    var small25519: [Double] = []
    var smallFloor: [Double] = []
    var smallSM2: [Double] = []
    var disk = 0
    // As often as the whole contains it, before and after, so that no figure is of a better moment of the machine than
    // another: the best of three looks at a third of a second is better than the best of three looks at five.
    let repeats = max(2, whole.changes / small.changes)
    for run in 0..<runs {
      let isLast = run == runs - 1
      var smalls = SmallRuns()
      func measureSmall(_ count: Int) throws {
        for _ in 0..<count {
          smalls.ed25519.append(try catchUp(small, isLast: false).0.wallSeconds)
          smalls.sm2.append(try catchUp(sm2, isLast: false).0.wallSeconds)
          smalls.floor.append(try floorRun(small, isLast: false).wallSeconds)
        }
      }
      try measureSmall(repeats / 2)
      floor.append(try floorRun(whole, isLast: isLast))
      let (result, bytes) = try catchUp(whole, isLast: isLast)
      engine.append(result)
      disk = bytes
      try measureSmall(repeats - repeats / 2)
      small25519.append(mean(smalls.ed25519))
      smallSM2.append(mean(smalls.sm2))
      smallFloor.append(mean(smalls.floor))
    }
    guard engine.allSatisfy({ $0.entries == whole.entries }), floor.allSatisfy({ $0.changes == whole.changes }) else {
      throw Incomplete()
    }
    let secured = isSecured ? try securedRuns(whole) : nil
    let local = try ActComparison(acts: acts, turns: runs, scratch: scratch).figures()
    let (held, ahead) = Exchange.heads(5_000, moved: 20)
    let idle = try Exchange(left: held, right: held, agreed: held)
    let moved = try Exchange(left: held, right: ahead, agreed: held)
    let unknown = try Exchange(left: held, right: ahead, agreed: nil)
    let wall = best(engine.map(\.wallSeconds))
    let floorWall = best(floor.map(\.wallSeconds))
    let smallWall = best(small25519)
    let rate = Double(whole.changes) / wall
    let millions = Double(whole.changes) / 1_000_000
    return Report(
      seed: workload == nil ? seed : nil, changes: whole.changes, entries: whole.entries, applyPerSecond: rate,
      floorPerSecond: Double(whole.changes) / floorWall, applyVsFloor: floorWall / wall,
      applyTLSPerSecond: secured.map { Double(whole.changes) / $0.best }, applyTLSVsFile: secured?.vsFile,
      applyTLSVsFloor: secured?.vsFloor,
      cpuSecondsPerMillion: best(engine.map(\.cpuSeconds)) / millions,
      applyCpuVsFloor: best(floor.map(\.cpuSeconds)) / best(engine.map(\.cpuSeconds)),
      floorCpuSecondsPerMillion: best(floor.map(\.cpuSeconds)) / millions,
      sm2PerSecond: Double(sm2.changes) / best(smallSM2),
      sm2VsEd25519: smallWall / best(smallSM2),
      wireBytesPerChange: Double(whole.wireBytes) / Double(whole.changes),
      wireOverheadBytesPerChange: Double(whole.wireBytes - whole.valueBytes) / Double(whole.changes),
      diskBytesPerChange: Double(disk) / Double(whole.changes), idleBytes: idle.allBytes,
      idleRoundTrips: idle.roundTrips, frontier20Of5000Bytes: moved.findingBytes,
      frontier20Of5000UnknownBytes: unknown.findingBytes,
      catchupRssDeltaMib: Double(engine.map(\.memoryDeltaKibibytes).max() ?? 0) / 1_024, schemaRows: schemaRows,
      schemaAddSeconds: try SchemaAddition.seconds(rows: schemaRows, in: scratch), growthReferenceChanges: small.changes,
      growthVs100k: rate / (Double(small.changes) / smallWall),
      floorGrowthVs100k: best(smallFloor) / Double(small.changes) * Double(whole.changes) / floorWall,
      localActPerSecond: local.perSecond, localActFloorPerSecond: local.floorPerSecond, localActVsFloor: local.vsFloor,
      localActCpuVsFloor: local.cpuVsFloor,
      sameRows: engine.last?.rowsDigest == floor.last?.rowsDigest && engine.last?.rowsDigest.isEmpty == false,
      isOptimised: Self.isOptimised)
  }

  struct Incomplete: Error {}

  /// Seconds of the small inputs within one run.
  private struct SmallRuns {
    var ed25519: [Double] = []
    var sm2: [Double] = []
    var floor: [Double] = []
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func best(_ values: [Double]) -> Double { values.min() ?? .infinity }

  static var isOptimised: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  /// The floor, the engine from the file and the engine over TLS, in turn.
  /// - Returns: seconds of the best run over TLS, and the median ratios of runs that followed one another.
  private func securedRuns(_ input: WorkloadInput) throws -> (best: Double, vsFile: Double, vsFloor: Double) {
    var seconds: [Double] = []
    var vsFile: [Double] = []
    var vsFloor: [Double] = []
    for _ in 0..<runs {
      let floor = try floorRun(input, isLast: false)
      let secured = try catchUp(input, isLast: false, command: "catch-up-secured").0
      let file = try catchUp(input, isLast: false).0
      guard secured.entries == input.entries else { throw Incomplete() }
      seconds.append(secured.wallSeconds)
      vsFile.append(file.wallSeconds / secured.wallSeconds)
      vsFloor.append(floor.wallSeconds / secured.wallSeconds)
    }
    return (best(seconds), vsFile.sorted()[runs / 2], vsFloor.sorted()[runs / 2])
  }

  /// - Returns: with the bytes its database takes once closed.
  private func catchUp(
    _ input: WorkloadInput, isLast: Bool, command: String = "catch-up"
  ) throws -> (CatchUpResult, Int) {
    let database = scratch + "/engine.sqlite"
    defer { remove(database) }
    let offices = String(decoding: try JSONEncoder().encode(input.offices), as: UTF8.self)
    let result = try Child.run(
      [command, "--frames", input.frames, "--database", database, "--offices", offices,
        "--entries-min", "\(commits.least)", "--entries-max", "\(commits.most)"] + (isLast ? ["--digest"] : []),
      as: CatchUpResult.self)
    let size = ["", "-wal"].reduce(0) { sum, end in
      let attributes = try? FileManager.default.attributesOfItem(atPath: database + end)
      return sum + (attributes?[.size] as? Int ?? 0)
    }
    return (result, size)
  }

  private func floorRun(_ input: WorkloadInput, isLast: Bool) throws -> FloorResult {
    let database = scratch + "/floor.sqlite"
    defer { remove(database) }
    return try Child.run(
      [
        "floor", "--input", input.floor, "--database", database,
        "--page-bytes", "\(ReplicaStore.pageBytes)", "--checkpoint-bytes", "\(Checkpointer.copyBytes)",
        "--cache-kibibytes", "\(ReplicaStore.cacheKibibytes)",
        "--entries-min", "\(commits.least)", "--entries-max", "\(commits.most)",
        "--entries-part", "\(CommitCadence.part)",
      ] + (isLast ? ["--digest"] : []),
      as: FloorResult.self)
  }

  private func remove(_ database: String) {
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + end) }
  }
}
