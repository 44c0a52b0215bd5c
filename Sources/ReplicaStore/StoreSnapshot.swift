public import Casebook
import Foundation
import GRDB
public import Replication

/// The state of a database at one moment, over a connection of its own that only reads. The node goes on writing
/// meanwhile: in WAL mode a reader stops no writer (sqlite.org/wal.html#concurrency); the log file alone cannot be
/// emptied before the snapshot is closed.
public final class StoreSnapshot: Sendable {
  private let queue: DatabaseQueue
  private let schema: RecordSchema
  private let suites: SuiteSet

  /// Pages copied in one step: 4 MiB, so that progress shows and memory stays small.
  private static let pagesPerStep: CInt = 1_024

  private init(queue: DatabaseQueue, schema: RecordSchema, suites: SuiteSet) {
    self.queue = queue
    self.suites = suites
    self.schema = schema
  }

  /// The state as of now. Needs no owner of the home: it writes nothing.
  /// - Throws: `StoreError`: missing, corrupt, tooNew, …
  public static func open(path: String, schema: RecordSchema = .standard, suites: SuiteSet) throws -> StoreSnapshot {
    guard FileManager.default.fileExists(atPath: path) else { throw StoreError(.missing, cause: path) }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      // One transaction from here to the end is what makes the snapshot.
      configuration.allowsUnsafeTransactions = true
      configuration.label = "snapshot"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.unsafeRead { database in
        try database.execute(sql: "BEGIN")
        // SQLite takes the snapshot with the first read.
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
          throw StoreError(.corrupt, cause: "application_id")
        }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Schema.version else { throw StoreError(.tooNew, cause: "\(version) > \(Schema.version)") }
      }
      return StoreSnapshot(queue: queue, schema: schema, suites: suites)
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// Lets go of the state and of the file.
  public func close() { try? queue.close() }

  /// Reads; `body` must not write.
  /// - Throws: `StoreError`, or what `body` throws.
  public func read<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
    do {
      return try queue.unsafeRead { database in try body(StoreTransaction(database, schema: schema, suites: suites)) }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// Bytes a copy will have.
  public func byteCount() throws -> Int {
    do {
      return try queue.unsafeRead { database in
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        return pages * (try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
      }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// What `PRAGMA integrity_check` finds; empty when nothing.
  public func integrityProblems() throws -> [String] {
    do {
      return try queue.unsafeRead { try String.fetchAll($0, sql: "PRAGMA integrity_check(20)") }.filter { $0 != "ok" }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// Copies the snapshot into a new file by SQLite's backup interface (sqlite.org/backup.html), page by page at the
  /// disk's speed. `VACUUM INTO` would be as consistent, but sorts every table anew, which takes several times as long,
  /// and says nothing of how far it has come. Since the transaction is open all the while, a writer does not make the
  /// copy begin again, as it would without.
  /// - Parameters:
  ///   - path: a file that does not exist; not durable when this returns.
  ///   - progress: pages copied, and pages in all.
  /// - Throws: `StoreError`; what was written of the copy is then left for the caller to remove.
  public func copy(to path: String, progress: @escaping (Int, Int) -> Void) throws {
    do {
      let target = try DatabaseQueue(path: path)
      try target.writeWithoutTransaction { copy in
        // A copy that breaks off is thrown away: nothing to roll back, nothing to wait for.
        try copy.execute(sql: "PRAGMA journal_mode = OFF")
        try copy.execute(sql: "PRAGMA synchronous = OFF")
        try queue.unsafeRead { source in
          try source.backup(to: copy, pagesPerStep: Self.pagesPerStep) { step in
            progress(step.totalPageCount - step.remainingPageCount, step.totalPageCount)
          }
        }
      }
      try target.close()
    } catch {
      throw StoreError.mapped(error)
    }
  }
}
