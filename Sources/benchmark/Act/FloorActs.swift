import ArgumentParser
import CFloor
import Foundation
import ReplicaStore

/// The floor's side, in a process of its own: the acts of the engine's database that a copy from before them lacks.
struct FloorActs: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "floor-acts", shouldDisplay: false)

  @Option var engine: String
  @Option var database: String

  func run() throws {
    var error = [CChar](repeating: 0, count: 512)
    var result = docket_floor_result()
    let settings = docket_floor_settings(
      entries_min: 1, entries_max: 1, entries_part: 1, page_bytes: UInt32(ReplicaStore.pageBytes),
      checkpoint_bytes: UInt32(Checkpointer.copyBytes), cache_kibibytes: UInt32(ReplicaStore.cacheKibibytes))
    guard docket_floor_acts(engine, database, settings, &result, &error, error.count) == 0 else {
      throw FloorRun.Failed(error)
    }
    var differences: UInt64 = 0
    guard docket_floor_differences(engine, database, &differences, &error, error.count) == 0 else {
      throw FloorRun.Failed(error)
    }
    // Without the same rows there is nothing to compare.
    guard differences == 0 else { throw FloorRun.Failed(description: "\(differences) rows differ from the engine's") }
    let acts = ActsResult(
      wallSeconds: result.wall_seconds, cpuSeconds: result.cpu_seconds, acts: Int(result.entries))
    print(String(decoding: try JSONEncoder().encode(acts), as: UTF8.self))
  }
}
