public import Casebook
import Foundation
import GRDB
public import Replication
import Synchronization

/// A replica in an SQLite file. One connection, one transaction at a time; another one for short reads beside it, and one
/// that copies a long log back.
///
/// Durable: WAL with `synchronous=FULL`, so that what was committed survives a power cut. SQLite's text on WAL: with
/// NORMAL "a transaction committed in WAL mode … might roll back following a power loss or system crash"
/// (sqlite.org/pragma.html#pragma_synchronous). A signed log may not roll back: its positions would be used twice.
public final class ReplicaStore: Sendable {
  private let queue: DatabaseQueue
  private let checkpointer: Checkpointer
  private let schema: RecordSchema
  /// What puts the headers of stored entries together again.
  private let suites: SuiteSet
  private let path: String
  /// Reads beside a transaction; opened when it is first asked, closed when memory is given back.
  private let beside = Mutex<DatabaseQueue?>(nil)
  private let movement = MovementNotice()
  /// Told how long each transaction took that may write.
  private let timing: (@Sendable (Duration) -> Void)?

  /// An SQLite header has 100 bytes; a file with less is no database.
  private static let headerBytes = 100

  /// A new file's pages; one of an earlier release keeps its own, of 4 KiB. What catching up of ten million changes costs
  /// are pages that each hold a few changed rows: half as many, twice as large, take a fifth less time, and waste less at
  /// their ends. Larger ones gain little more, and each act at a desk logs its pages whole.
  public static let pageBytes = 8_192
  /// SQLite's page cache: with the pages of one commit it is most of what catching up takes in memory.
  public static let cacheKibibytes = 32 * 1_024

  private init(
    queue: DatabaseQueue, checkpointer: Checkpointer, path: String, schema: RecordSchema, suites: SuiteSet,
    timing: (@Sendable (Duration) -> Void)?
  ) {
    self.queue = queue
    self.checkpointer = checkpointer
    self.path = path
    self.suites = suites
    self.timing = timing
    self.schema = schema
  }

  /// Makes a new database.
  /// - Throws: `StoreError`.
  public static func create(path: String, schema: RecordSchema = .standard, suites: SuiteSet) throws -> ReplicaStore {
    try prepare(path: path, schema: schema, suites: suites, isNew: true, timing: nil)
  }

  /// Opens a database that exists.
  /// - Parameter timing: told how long each transaction took that may write, commit and all.
  /// - Throws: `StoreError`: missing, truncated, corrupt, tooNew, …
  public static func open(
    path: String, schema: RecordSchema = .standard, suites: SuiteSet, timing: (@Sendable (Duration) -> Void)? = nil
  ) throws -> ReplicaStore {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw StoreError(.missing, cause: path)
    }
    // SQLite takes an empty file for a new database: a truncated one must be noticed before.
    guard let size = attributes[.size] as? Int, size >= headerBytes else { throw StoreError(.truncated, cause: path) }
    try checkHeader(path: path, size: size)
    return try prepare(path: path, schema: schema, suites: suites, isNew: false, timing: timing)
  }

  private static func checkHeader(path: String, size: Int) throws {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: headerBytes) else {
      throw StoreError(.io, cause: path)
    }
    let header = [UInt8](data)
    guard header.count == headerBytes, header.starts(with: Array("SQLite format 3".utf8) + [0]) else {
      throw StoreError(.corrupt, cause: path)
    }
    func number(_ range: Range<Int>) -> Int { header[range].reduce(0) { $0 << 8 | Int($1) } }
    // Bytes 16 and 28 of the header: page size and pages (sqlite.org/fileformat.html).
    let pageSize = number(16..<18) == 1 ? 65_536 : number(16..<18)
    let isCountValid = number(24..<28) == number(92..<96)
    // A checkpoint that was killed half-way leaves the file short while the log beside it still holds every page.
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    let hasLog = (log?[.size] as? Int ?? 0) > 0
    if isCountValid, !hasLog, size < pageSize * number(28..<32) { throw StoreError(.truncated, cause: path) }
  }

  private static func prepare(
    path: String, schema: RecordSchema, suites: SuiteSet, isNew: Bool, timing: (@Sendable (Duration) -> Void)?
  ) throws -> ReplicaStore {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.journalMode = .wal
      configuration.label = "replica"
      // Before the file is made one with a log: after that its pages are as they are (sqlite.org/pragma.html#pragma_page_size).
      if isNew { configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = \(pageBytes)") } }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let checkpointer = try queue.writeWithoutTransaction { database in
        // GRDB sets NORMAL after it has prepared a WAL database; so FULL is set afterwards, and checked.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        let pageBytes = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? Self.pageBytes
        try database.execute(sql: "PRAGMA cache_size = -\(cacheKibibytes)")
        // A row that is replaced is deleted first: what follows deletions must hear of it (`Schema.changeCounts`).
        try database.execute(sql: "PRAGMA recursive_triggers = ON")
        let checkpointer = Checkpointer(path: path, pageBytes: pageBytes)
        checkpointer.follow(database)
        return checkpointer
      }
      let store = ReplicaStore(
        queue: queue, checkpointer: checkpointer, path: path, schema: schema, suites: suites, timing: timing)
      guard try store.durability() == 2 else { throw StoreError(.io, cause: "synchronous") }
      guard try store.areReplacementsHeard() else { throw StoreError(.io, cause: "recursive_triggers") }
      try queue.write { database in
        // Asked of SQLite, not of the file: after a crash the newest header may be in the log alone.
        if !isNew, try Int.fetchOne(database, sql: "PRAGMA application_id") != Schema.applicationID {
          throw StoreError(.corrupt, cause: "application_id")
        }
        try Schema.migrate(database, records: schema)
      }
      chmodOwnerOnly(path)
      return store
    } catch {
      throw StoreError.mapped(error)
    }
  }

  private static func chmodOwnerOnly(_ path: String) {
    try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  /// `PRAGMA synchronous`: 2 is FULL.
  public func durability() throws -> Int {
    try queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
  }

  /// `PRAGMA recursive_triggers`: whether a row that is replaced runs the triggers of its deletion. It belongs to the
  /// connection, not to the file: whoever writes the file over another one leaves counts of changes as they were.
  func areReplacementsHeard() throws -> Bool {
    try queue.read { try Bool.fetchOne($0, sql: "PRAGMA recursive_triggers") ?? false }
  }

  /// Runs `body` in one transaction: all of it is durable when this returns, nothing of it when it throws.
  /// - Throws: `StoreError`, or what `body` throws.
  public func transaction<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
    let start = ContinuousClock.now
    defer { timing?(ContinuousClock.now - start) }
    do {
      let (value, hasMoved) = try queue.write { database in
        let transaction = StoreTransaction(database, schema: schema, suites: suites)
        let value = try body(transaction)
        try transaction.writeWaiting()
        return (value, transaction.hasMoved)
      }
      checkpointer.copyIfLong()
      if hasMoved { movement.tell() }
      return value
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// Has `body` called after each transaction in which a stream's head moved, once it is durable.
  public func onMovement(_ body: @escaping @Sendable () -> Void) { movement.listen(body) }

  /// Runs `body` on one consistent state; it must not write.
  /// - Throws: `StoreError`, or what `body` throws.
  public func read<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
    do {
      return try queue.unsafeRead { database in
        try Self.inOneState(database) { try body(StoreTransaction(database, schema: schema, suites: suites)) }
      }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// Not `DatabaseQueue.read`: that sets `PRAGMA query_only` and takes it back, and after either SQLite prepares every
  /// statement anew that is kept ready (`OP_Expire` of its flag pragmas): a third of what a node did for a live act.
  private static func inOneState<Value>(_ database: Database, _ body: () throws -> Value) throws -> Value {
    let changes = database.totalChangesCount
    var value: Value?
    try database.inTransaction(.deferred) {
      value = try body()
      return database.totalChangesCount == changes ? .commit : .rollback
    }
    guard let value, database.totalChangesCount == changes else {
      throw StoreError(.io, cause: "a write where only reading is allowed")
    }
    return value
  }

  /// Runs `body` on what is committed, without waiting for a transaction that goes on; it must not write. For short
  /// reads: as long as one goes on, the log file cannot be emptied.
  /// - Throws: `StoreError`, or what `body` throws.
  public func readBeside<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
    do {
      return try reader().unsafeRead { database in
        try Self.inOneState(database) { try body(StoreTransaction(database, schema: schema, suites: suites)) }
      }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  private func reader() throws -> DatabaseQueue {
    try beside.withLock { beside in
      if let beside { return beside }
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.label = "replica-beside"
      // Not opened read-only: whichever connection is closed last puts the log file away.
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      beside = queue
      return queue
    }
  }

  /// Gives back the memory of pages that are kept for the next time; they are read again when they are needed
  /// (sqlite.org/pragma.html#pragma_shrink_memory).
  /// - Throws: `StoreError`.
  public func releaseMemory() throws {
    beside.withLock { $0 = nil }
    do {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA shrink_memory") }
    } catch {
      throw StoreError.mapped(error)
    }
  }

  /// What `PRAGMA integrity_check` finds; empty when nothing.
  public func integrityProblems() throws -> [String] {
    do {
      return try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(20)") }.filter { $0 != "ok" }
    } catch {
      throw StoreError.mapped(error)
    }
  }
}
