import Foundation
import GRDB
import GRDBSQLite
import Replication
import SignatureSuites
import Testing

@testable import ReplicaStore

@Suite("Statements that are kept ready")
struct ReadyStatementTests {
  @Test("stay ready over reads and transactions: SQLite prepares none of them anew")
  func notPreparedAnew() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    func counted() throws -> CInt {
      try store.transaction { storage in
        let statement = try storage.connection.cachedStatement(sql: "SELECT value FROM small_value WHERE name = ?")
        _ = try storage.value("a")
        return sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_REPREPARE, 0)
      }
    }
    _ = try counted()
    for _ in 0..<3 {
      _ = try store.read { try $0.value("a") }
      #expect(try counted() == 0)
    }
  }
}
