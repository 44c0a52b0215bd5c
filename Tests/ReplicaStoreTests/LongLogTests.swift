import Foundation
import GRDB
@testable import ReplicaStore
import SignatureSuites
import Testing

@Suite("A log file that grows long", .timeLimit(.minutes(20)))
struct LongLogTests {
  private static let kibibyte = 1_024
  private static let limits = Checkpointer.Limits(
    copyBytes: 64 * kibibyte, waitBytes: 512 * kibibyte, restBytes: 16 * kibibyte)
  /// What each transaction of these tests writes, with a page or two for the tree above it.
  private static let commitBytes = 40 * kibibyte

  /// A database whose log is copied at `limits`.
  private final class LoggedDatabase {
    let queue: DatabaseQueue
    let checkpointer: Checkpointer
    private let path: String
    private var rows = 0

    init(path: String, limits: Checkpointer.Limits = LongLogTests.limits) throws {
      self.path = path
      var configuration = Configuration()
      configuration.journalMode = .wal
      queue = try DatabaseQueue(path: path, configuration: configuration)
      checkpointer = try queue.writeWithoutTransaction { database in
        let page = try #require(try Int.fetchOne(database, sql: "PRAGMA page_size"))
        try database.execute(sql: "CREATE TABLE big (content BLOB NOT NULL)")
        let checkpointer = Checkpointer(path: path, pageBytes: page, limits: limits)
        checkpointer.follow(database)
        return checkpointer
      }
    }

    var logBytes: Int { LongLogTests.bytes(of: path + "-wal") }
    func count() throws -> Int { try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM big") ?? 0 } }

    func commit(_ times: Int, bytes: Int = 32 * LongLogTests.kibibyte) throws {
      for _ in 0..<times {
        try queue.write {
          try $0.execute(sql: "INSERT INTO big VALUES (zeroblob(?))", arguments: [bytes])
        }
        checkpointer.copyIfLong()
      }
    }
  }

  private static func bytes(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  @Test("is copied and begun anew, however much is written")
  func bounded() throws {
    let folder = try StoreFolder()
    let logged = try LoggedDatabase(path: folder.database)
    try logged.commit(400)
    // Twelve megabytes went through it.
    #expect(logged.logBytes <= Self.limits.waitBytes + Self.commitBytes)
    #expect(try logged.count() == 400)
  }

  @Test("is begun anew also where small transactions follow each other at once")
  func small() throws {
    let folder = try StoreFolder()
    let limits = Checkpointer.Limits(
      copyBytes: 256 * Self.kibibyte, waitBytes: 64 * 1_024 * Self.kibibyte, restBytes: 128 * Self.kibibyte)
    let logged = try LoggedDatabase(path: folder.database, limits: limits)
    // Each writes two or three pages: far more than `waitBytes` in all.
    try logged.commit(12_000, bytes: 4 * Self.kibibyte)
    #expect(logged.logBytes < limits.waitBytes / 2)
    #expect(try logged.count() == 12_000)
  }

  @Test("grows while somebody reads an old state, without standing in a commit's way, and is begun anew afterwards")
  func reader() throws {
    let folder = try StoreFolder()
    let logged = try LoggedDatabase(path: folder.database)
    try logged.commit(3)
    let beside = try DatabaseQueue(path: folder.database)
    try beside.inTransaction(.deferred) { database in
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM big") == 3)
      try logged.commit(60)
      #expect(logged.logBytes > 2 * Self.limits.waitBytes)
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM big") == 3)
      return .commit
    }
    let longest = logged.logBytes
    try logged.commit(400)
    // SQLite writes from the log's beginning again; it does not make the file shorter.
    #expect(logged.logBytes <= longest + Self.limits.copyBytes + Self.commitBytes)
    #expect(try logged.count() == 463)
  }

  @Test("is put away by whoever closes the database, also while it is copied")
  func closed() throws {
    for round in 1...20 {
      let folder = try StoreFolder()
      do {
        let logged = try LoggedDatabase(path: folder.database)
        // The last of them begins a copy.
        try logged.commit(1 + round)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.database + "-wal"))
      let again = try DatabaseQueue(path: folder.database)
      #expect(try again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM big") } == 1 + round)
    }
  }

  @Test("a replica copies its own while it is open")
  func replica() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    let value = [UInt8](repeating: 7, count: 1_024 * 1_024)
    let count = Checkpointer.copyBytes / value.count + 2
    for index in 0..<count { try store.transaction { try $0.setValue("\(index)", value) } }
    // By another thread; if it never comes the suite ends at its limit. The log is copied as it was when that began.
    while Self.bytes(of: folder.database) < Checkpointer.copyBytes / 2 { Thread.sleep(forTimeInterval: 0.01) }
    #expect(try store.read { try $0.value("\(count - 1)") } == value)
  }
}
