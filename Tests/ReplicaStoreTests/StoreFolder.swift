import Foundation
import GRDB
import ReplicaStore
import Replication
import SignatureSuites

/// A folder that goes away with the test, with a database in it.
final class StoreFolder {
  let path = NSTemporaryDirectory() + "docket-store-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  var database: String { path + "/docket.sqlite" }

  /// Changes the file behind the store's back.
  func damage(_ statements: String...) throws {
    let queue = try DatabaseQueue(path: database)
    try queue.writeWithoutTransaction { database in for statement in statements { try database.execute(sql: statement) } }
    try queue.close()
  }

  func figure(_ sql: String) throws -> Int? {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    return try queue.read { try Int.fetchOne($0, sql: sql) }
  }

  /// Every row of the tables that are made from the log, sorted, without the numbers of arrival and of changes.
  func dump() throws -> [String] {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    let kept: Set = ["stream", "entry", "entry_aside", "fork_proof", "parked_run", "change_count"]
    return try queue.read { database in
      let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      return try tables.filter { !kept.contains($0) }.flatMap { table in
        let filter = table == "small_value" ? " WHERE name LIKE 'document-number/%' OR name LIKE 'dossier/%'" : ""
        return try Row.fetchAll(database, sql: "SELECT * FROM \(table)\(filter)").map { row in
          let isNumbered = row["id"] is Int64?
          return table + " " + row.filter { !(isNumbered && $0.0 == "id" && $0.1.storage.value is Int64) }
            .map { "\($0.0)=\($0.1)" }.joined(separator: " ")
        }.sorted()
      }
    }
  }
}
