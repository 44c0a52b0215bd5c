import GRDB
import GRDBSQLite
import Synchronization

/// Copies the pages of the log file back into the database file (a checkpoint: sqlite.org/wal.html) on a connection of
/// its own, beside the transactions: an act at the desk never waits for a long log, and in a catch-up the next
/// transaction goes on meanwhile.
///
/// SQLite begins the log anew when a transaction begins while all of it is copied. As long as they follow each other at
/// once that is never so, and the log grows: from `Limits.waitBytes` on whoever committed waits.
public final class Checkpointer: Sendable {
  /// Bytes in the log file.
  struct Limits {
    /// From here on it is copied. Each copy writes a page once however often it changed, so that catching up is nearly
    /// twice as fast as with SQLite's own 1,000 pages.
    var copyBytes = 128 * 1_024 * 1_024
    /// From here on whoever committed waits until all is copied. Longer than the longest transaction of a catch-up (385 MB
    /// at ten million changes), so that each second one is copied beside the next; not longer, for it takes disk.
    var waitBytes = 512 * 1_024 * 1_024
  }

  /// What a copy that goes on shares with whoever commits.
  private final class Progress: Sendable {
    /// Pages in the log after the last commit.
    let pages = Atomic<Int>(0)
    let isCopying = Atomic<Bool>(false)
  }

  /// `Limits.copyBytes`: what the floor of `benchmark` copies at.
  public static let copyBytes = Limits().copyBytes

  private let path: String
  private let pageBytes: Int
  private let limits: Limits
  private let progress = Progress()
  /// Opened when the log is first long.
  private let connection = Mutex<DatabaseQueue?>(nil)

  init(path: String, pageBytes: Int, limits: Limits = Limits()) {
    self.path = path
    self.pageBytes = pageBytes
    self.limits = limits
  }

  /// Waits for a copy that goes on: whoever closes a database may move its files.
  deinit { try? connection.withLock { $0 }?.close() }

  /// Has `database` tell how long the log is after each commit, in place of the checkpoints that SQLite makes in a commit
  /// (sqlite.org/c3ref/wal_hook.html). `self` must outlive the last of them.
  func follow(_ database: Database) {
    sqlite3_wal_hook(
      database.sqliteConnection,
      { progress, _, _, pages in
        if let progress {
          Unmanaged<Progress>.fromOpaque(progress).takeUnretainedValue().pages.store(Int(pages), ordering: .relaxed)
        }
        return SQLITE_OK
      }, Unmanaged.passUnretained(progress).toOpaque())
  }

  /// To be called after a commit, outside of the transaction. A copy that fails, say on a full disk, is tried again after
  /// the next one: what the log holds is durable.
  func copyIfLong() {
    let bytes = progress.pages.load(ordering: .relaxed) * pageBytes
    guard bytes >= limits.copyBytes, let queue = try? opened() else { return }
    if bytes >= limits.waitBytes {
      // After the one that goes on: the connection has one thread.
      _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
    } else if !progress.isCopying.exchange(true, ordering: .relaxed) {
      // Not `self`, whose end waits for this thread.
      queue.asyncWriteWithoutTransaction { [progress] database in
        _ = try? database.checkpoint(.passive)
        progress.isCopying.store(false, ordering: .relaxed)
      }
    }
  }

  private func opened() throws -> DatabaseQueue {
    try connection.withLock { connection in
      if let connection { return connection }
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.label = "replica-checkpoints"
      let opened = try DatabaseQueue(path: path, configuration: configuration)
      // Both files reach the disk before the log is begun anew.
      try opened.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      connection = opened
      return opened
    }
  }
}
