import ArgumentParser
import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites

/// What one catch-up took.
struct CatchUpResult: Codable {
  var wallSeconds: Double
  var cpuSeconds: Double
  var entries: Int
  /// Peak of resident memory above what the process had with its empty store open.
  var memoryDeltaKibibytes: Int
  /// Chained SHA-256 over all rows, as the floor computes it; empty unless asked for.
  var rowsDigest: String
}

/// The engine's own process, so that its memory and time are its own: takes frames in through admission, projector and
/// store, as a node does.
struct CatchUp: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "catch-up", shouldDisplay: false)

  @Option var frames: String
  @Option var database: String
  @Option var offices: String
  @Option var entriesMin: Int
  @Option var entriesMax: Int
  @Flag var digest = false

  func run() throws {
    let context = try JSONDecoder().decode(Offices.self, from: Data(offices.utf8)).cityContext()
    let store = try ReplicaStore.create(path: database, schema: WorkloadSchema.schema, suites: .standard)
    try ResidentMemory.resetPeak()
    let before = try ResidentMemory.now()
    let wall = ContinuousClock.now
    let cpu = processSeconds()
    let entries = try Self.apply(frames, context: context, commits: CommitCadence(least: entriesMin, most: entriesMax), to: store)
    var result = CatchUpResult(
      wallSeconds: wall.duration(to: .now) / .seconds(1), cpuSeconds: processSeconds() - cpu, entries: entries,
      memoryDeltaKibibytes: try ResidentMemory.peak() - before, rowsDigest: "")
    if digest { result.rowsDigest = Hexadecimal.string(try Self.rowsDigest(of: store).bytes) }
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// - Returns: entries stored.
  static func apply(
    _ path: String, context: ReplicaContext, commits: CommitCadence, to store: ReplicaStore
  ) throws -> Int {
    var context = context
    var stored = 0
    var taken = 0
    let reader = try FrameReader(path: path)
    var next = try reader.next()
    while next != nil {
      context = try store.transaction { storage in
        var admission = Admission(context: context)
        var count = 0
        while count < commits.entries(stored: taken), let frame = next {
          if case .entries(let run) = frame {
            stored += try admission.admit(run, at: wallMilliseconds(), in: storage).stored
            count += run.count
          }
          next = try reader.next()
        }
        taken += count
        try admission.finish(in: storage)
        return admission.context
      }
    }
    return stored
  }

  private static func wallMilliseconds() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1_000) }

  private static func rowsDigest(of store: ReplicaStore) throws -> Digest {
    try store.read { storage in
      var digest = Digest.zero
      let suite = Ed25519Suite()
      for type in WorkloadSchema.tables {
        for row in try storage.rows(type.number) {
          var bytes = digest.bytes + row.id.bytes + [0x1F]
          for field in type.fields {
            switch row.value(field.number) {
            case .text(let text): bytes += Array(text.utf8)
            case .integer(let number): bytes += Array(String(number).utf8)
            default: break
            }
            bytes.append(0x1F)
          }
          digest = suite.hash(bytes)
        }
      }
      return digest
    }
  }

  /// `CLOCKS_PER_SEC` is a million (POSIX, `<time.h>`).
  private func processSeconds() -> Double { Double(clock()) / 1e6 }
}
