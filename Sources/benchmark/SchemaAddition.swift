import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites

/// How long a replica with many rows takes to open with one field more in their type.
enum SchemaAddition {
  struct NotAdditive: Error {}

  private static let rowsPerCommit = 20_000

  static func seconds(rows: Int, in folder: String) throws -> Double {
    let path = folder + "/schema.sqlite"
    try fill(path, rows: rows)
    let clock = ContinuousClock.now
    let store = try ReplicaStore.open(path: path, schema: WorkloadSchema.later, suites: .standard)
    let seconds = clock.duration(to: .now) / .seconds(1)
    let type = WorkloadSchema.checkResult.number
    guard let id = id(rows / 2),
      try store.read({ try $0.row(type, id)?.value(12) == .null && $0.entryCount() == 0 })
    else { throw NotAdditive() }
    return seconds
  }

  private static func fill(_ path: String, rows: Int) throws {
    let store = try ReplicaStore.create(path: path, schema: WorkloadSchema.schema, suites: .standard)
    let type = WorkloadSchema.checkResult
    let ranks = AuthorRanks { _ in 0 }
    var next = 0
    while next < rows {
      try store.transaction { storage in
        let end = min(rows, next + rowsPerCommit)
        while next < end {
          guard let id = id(next) else { throw NotAdditive() }
          let fields = type.fields.map { field in
            RecordWrite.Field(
              number: field.number, value: field.kind == .text ? .text("现场检查 \(next)") : .integer(Int64(next)),
              replaces: [])
          }
          try storage.apply(
            RecordWrite(type: type.number, id: id, fields: fields),
            stamp: WriteStamp(time: HybridTimestamp(milliseconds: UInt64(next)), author: 1), ranks: ranks)
          next += 1
        }
      }
    }
  }

  private static func id(_ number: Int) -> RecordID? {
    RecordID(milliseconds: UInt64(number), random: [UInt8](repeating: 7, count: 10))
  }
}
