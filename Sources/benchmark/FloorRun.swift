import ArgumentParser
import CFloor
import Foundation
import Replication

struct FloorResult: Codable {
  var wallSeconds: Double
  var cpuSeconds: Double
  var entries: Int
  var changes: Int
  var rowsDigest: String
}

/// The floor's own process.
struct FloorRun: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "floor", shouldDisplay: false)

  struct Failed: Error, CustomStringConvertible {
    let description: String

    init(description: String) { self.description = description }

    /// - Parameter text: as the floor left it, with a zero behind it.
    init(_ text: [CChar]) {
      description = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  @Option var input: String
  @Option var database: String
  @Option var pageBytes: UInt32
  @Option var checkpointBytes: UInt32
  @Option var cacheKibibytes: UInt32
  @Option var entriesMin: UInt32
  @Option var entriesMax: UInt32
  @Option var entriesPart: UInt32
  @Flag var digest = false

  func run() throws {
    var error = [CChar](repeating: 0, count: 512)
    var result = docket_floor_result()
    let settings = docket_floor_settings(
      entries_min: entriesMin, entries_max: entriesMax, entries_part: entriesPart, page_bytes: pageBytes,
      checkpoint_bytes: checkpointBytes, cache_kibibytes: cacheKibibytes)
    guard docket_floor_run(input, database, settings, &result, &error, error.count) == 0 else { throw Failed(error) }
    var report = FloorResult(
      wallSeconds: result.wall_seconds, cpuSeconds: result.cpu_seconds, entries: Int(result.entries),
      changes: Int(result.changes), rowsDigest: "")
    if digest {
      var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
      guard docket_floor_digest(database, &bytes, &error, error.count) == 0 else { throw Failed(error) }
      report.rowsDigest = Hexadecimal.string(bytes)
    }
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}
