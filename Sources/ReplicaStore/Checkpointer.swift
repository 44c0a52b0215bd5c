import GRDB
import GRDBSQLite
import Synchronization

/// Copies the pages of the log file back into the database file (a checkpoint: sqlite.org/wal.html) on a connection of
/// its own, beside the transactions: an act at the desk never waits for a long log, and in a catch-up the next
/// transaction goes on meanwhile.
///
/// SQLite begins the log anew when a transaction begins while all of it is copied, which small transactions that follow
/// each other at once never leave time for. So whoever committed copies the last few pages itself; and from
/// `Limits.waitBytes` on, whatever there is.
public final class Checkpointer: Sendable {
  /// Bytes in the log file.
  struct Limits {
    /// From here on it is copied. Each copy writes a page once however often it changed, so that catching up is nearly
    /// twice as fast as with SQLite's own 1,000 pages.
    var copyBytes = 128 * 1_024 * 1_024
    /// From here on whoever committed waits until all is copied. Longer than the longest transaction of a catch-up (385 MB
    /// at ten million changes), so that each second one is copied beside the next; not longer, for it takes disk.
    var waitBytes = 512 * 1_024 * 1_024
    /// What whoever committed copies itself: some milliseconds.
    var restBytes = 4 * 1_024 * 1_024
  }

  /// What a copy that goes on shares with whoever commits.
  private final class Progress: Sendable {
    /// Pages in the log after the last commit.
    let pages = Atomic<Int>(0)
    /// How many of them are copied, the first ones.
    let copied = Atomic<Int>(0)
    let isCopying = Atomic<Bool>(false)
    /// In pages: whoever committed copies nothing before. While somebody reads, the log is not begun anew though all of
    /// it is copied, and a copy after each commit would wait for the disk each time.
    let copiesFrom = Atomic<Int>(0)

    func committed(_ pages: Int) {
      guard pages < self.pages.exchange(pages, ordering: .relaxed) else { return }
      // The log was begun anew.
      copied.store(0, ordering: .relaxed)
      copiesFrom.store(0, ordering: .relaxed)
    }

    /// Copies what no reader needs in the log.
    func copy(with database: Database) {
      guard let frames = try? database.checkpoint(.passive) else { return }
      // A count of the log before this one would have whoever commits copy a whole log.
      guard frames.checkpointedFrameCount <= pages.load(ordering: .relaxed) else { return }
      copied.store(frames.checkpointedFrameCount, ordering: .relaxed)
    }
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
          Unmanaged<Progress>.fromOpaque(progress).takeUnretainedValue().committed(Int(pages))
        }
        return SQLITE_OK
      }, Unmanaged.passUnretained(progress).toOpaque())
  }

  /// To be called after a commit, outside of the transaction. A copy that fails, say on a full disk, is tried again after
  /// the next one: what the log holds is durable.
  func copyIfLong() {
    let pages = progress.pages.load(ordering: .relaxed)
    guard pages * pageBytes >= limits.copyBytes, let queue = try? opened() else { return }
    let isRest = (pages - progress.copied.load(ordering: .relaxed)) * pageBytes <= limits.restBytes
    if pages * pageBytes >= limits.waitBytes {
      // After the one that goes on: the connection has one thread.
      queue.writeWithoutTransaction { progress.copy(with: $0) }
    } else if isRest {
      guard pages >= progress.copiesFrom.load(ordering: .relaxed) else { return }
      progress.copiesFrom.store(pages + limits.restBytes / pageBytes / 2, ordering: .relaxed)
      queue.writeWithoutTransaction { progress.copy(with: $0) }
    } else if !progress.isCopying.exchange(true, ordering: .relaxed) {
      // Not `self`, whose end waits for this thread.
      queue.asyncWriteWithoutTransaction { [progress] database in
        progress.copy(with: database)
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
