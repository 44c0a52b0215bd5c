import Casebook
import Casework
import Foundation
import RegimePacks
import ReplicaStore
import Replication
import SignatureSuites
import TestKit
import Testing

@Suite("Databases of released formats")
struct FixtureTests {
  @Test("version 1: opened, brought up to date, and read; every link of its log verifies")
  func versionOne() throws {
    let folder = try Self.copy(of: 1)
    #expect(try folder.figure("PRAGMA user_version") == 1)
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(try folder.figure("PRAGMA user_version") ?? 0 > 1)
    // Its pages stay of the size that they had.
    #expect(try folder.figure("PRAGMA page_size") == 4_096)
    #expect(try store.integrityProblems().isEmpty)
    try store.read { (storage: StoreTransaction) throws in
      #expect(try storage.entryCount() == 10)
      #expect(try storage.charters().map(\.charter.office.text).sorted() == ["1305", "130526"])
      #expect(try storage.rows(RecordType.officer.number).map { $0.text(1) } == ["王芳", "李娜"])
      #expect(try storage.rows(RecordType.subject.number).count == 40)
      let file = try #require(try storage.rows(RecordType.caseFile.number).first)
      #expect(try storage.acts(of: file.id).map(\.change.rule) == ["order-correction", "accept-correction"])
      let summary = try #require(try storage.summary(of: file.id))
      #expect(summary.number == "130526案〔2026〕1号" && summary.state == "corrected" && summary.isFinal)
      try expectVerified(storage)
      try expectTallied(storage, files: 1)
      for type in RecordType.all { #expect(try storage.rowsInConflict(type.number).isEmpty) }
    }
  }

  private static func copy(of version: Int) throws -> StoreFolder {
    let folder = try StoreFolder()
    let fixture = RepositoryRoot.path + "/Tests/ReplicaStoreTests/Fixtures/replica-\(version).sqlite"
    try FileManager.default.copyItem(atPath: fixture, toPath: folder.database)
    return folder
  }

  /// Every link of every stream verifies, and every receipt names an entry of it.
  private func expectVerified(_ storage: StoreTransaction) throws {
    let keys = try storage.charters().map(\.charter.signingKey)
    for head in try storage.heads() {
      let key = try #require(keys.first { $0.fingerprint(using: Ed25519Suite()) == head.stream.author })
      let run = try storage.entries(of: head.stream, from: 1, bytesMax: .max)
      let reached = try ChainCheck.verify(
        run, continuing: nil, of: head.stream, by: key, depth: .everyLink, suites: .standard)
      #expect(reached == head)
      for receipt in try storage.receipts(of: head.stream) {
        #expect(run[Int(receipt.receipt.head.seq) - 1].hash(using: Ed25519Suite()) == receipt.receipt.head.hash)
      }
    }
  }

  /// The tallies that the database keeps are those of its files.
  private func expectTallied(_ storage: StoreTransaction, files: Int) throws {
    let summaries = try storage.summaries()
    #expect(summaries.count == files)
    let counted = Dictionary(grouping: summaries, by: FileTally.Key.init).map { key, files in
      FileTally(key: key, files: files.count, voidActs: files.reduce(0) { $0 + $1.voidCount })
    }
    #expect(try Set(storage.fileTallies()) == Set(counted))
  }

  private struct Packs: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { try? PackLoader.load(yaml: yaml, file: "pack") }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  /// As the root office, which no entry names otherwise than by its key.
  private static func context(_ store: ReplicaStore) throws -> ReplicaContext {
    let root = try #require(try store.read { try $0.charters() }.first { $0.charter.parent == nil })
    return ReplicaContext(
      office: root.charter.office, key: root.issuer, suite: .ed25519, incarnation: 1, suites: .standard,
      tree: OfficeTree(rootKey: root.issuer), shelf: Packs(), calendar: try HolidayTable(csv: BundledCalendar.csv))
  }

  @Test("version 1: rows whose stamps have the older form are made again from the log when the office is opened")
  func olderRows() throws {
    let folder = try Self.copy(of: 1)
    // As a row was kept that had been written twice.
    try folder.damage("UPDATE r_subject SET stamps = x'81a0'")
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(throws: StoreError.self) { try store.read { try $0.rows(RecordType.subject.number) } }
    let context = try Self.context(store)
    _ = try store.transaction { try SchemaUpgrade.run(context, in: $0) }
    let names = try store.read { try $0.rows(RecordType.subject.number) }.compactMap { $0.text(2) }
    #expect(names.count == 40)
    #expect(try !store.read { try SchemaUpgrade.isRebuildOwed(in: $0) })
    #expect(try store.read { try SchemaUpgrade.storedVersion(in: $0) } == RecordType.schemaVersion)
  }

  /// The board of `replica-5.sqlite` on 9 March 2026, as the program of that version gave it.
  private static let board: [BoardLine] = [
    line("1305", coverage: 0, asOf: 39),
    line("130526", open: 5, dueSoon: 1, overdue: 2, suspended: 1, closed: 1, longestOverdue: 13, inspections: 1,
      coverage: 100, asOf: 21, voidActs: 1),
    line("130527", open: 1, closed: 1, coverage: 0, asOf: 11),
    line("130526-01", open: 1, dueSoon: 1, coverage: 0, asOf: 7),
    line("130526-02", coverage: 0, asOf: 8),
  ]
  /// Unix milliseconds, noon of that day in China.
  private static let noon: UInt64 = 1_773_028_800_000

  /// - Parameter asOf: seconds after noon.
  private static func line(
    _ office: String, open: Int = 0, dueSoon: Int = 0, overdue: Int = 0, suspended: Int = 0, closed: Int = 0,
    longestOverdue: Int = 0, inspections: Int = 0, coverage: Int, asOf: UInt64, voidActs: Int = 0
  ) -> BoardLine {
    BoardLine(
      office: office, name: office, open: open, dueSoon: dueSoon, overdue: overdue, suspended: suspended,
      closed: closed, longestOverdue: longestOverdue, inspections: inspections, coverage: coverage,
      asOf: noon + asOf * 1_000, isStale: false, voidActs: voidActs, doubtedActs: 0)
  }

  /// What the city of `replica-5.sqlite` shows, however its projection came about.
  private func expectSame(_ store: ReplicaStore, _ context: ReplicaContext) throws {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    try store.read { (storage: StoreTransaction) throws in
      let clerk = Clerk(context: context, signer: signer, now: Self.noon + 40_000, makeID: { .zero })
      guard case .board(let board) = try clerk.perform(.board, in: storage) else { throw CancellationError() }
      #expect(board.today == "2026-03-09" && board.rows == Self.board)
      try expectTallied(storage, files: 9)
      #expect(try storage.rowsInConflict(RecordType.subject.number).map { $0.text(2) } == ["甲一厂"])
      for type in RecordType.all where type.number != RecordType.subject.number {
        #expect(try storage.rowsInConflict(type.number).isEmpty)
      }
      let proofs = try storage.forkProofs()
      #expect(proofs.map(\.proof.seq) == [7])
      #expect(try storage.entriesAside(of: try #require(proofs.first).proof.stream).map(\.header.seq) == [7, 8])
      let names = Set(try storage.rows(RecordType.subject.number).compactMap { $0.text(2) })
      #expect(names.isSuperset(of: ["戊厂", "己厂"]) && names.isDisjoint(with: ["庚厂", "辛厂"]))
    }
  }

  @Test("version 5: tallies, conflicts, fork and board are there at once; facts that count no more go with a rebuild")
  func versionFive() throws {
    let folder = try Self.copy(of: 5)
    #expect(try folder.figure("PRAGMA user_version") == 5)
    let size = try #require(try folder.figure("SELECT sum(length(bytes)) FROM entry"))
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(try store.integrityProblems().isEmpty)
    try store.read { (storage: StoreTransaction) throws in
      #expect(try storage.entryCount() == 45)
      try expectVerified(storage)
      let tails = try storage.heads().map { try storage.tail(of: $0.stream, after: 0)?.bytes ?? 0 }
      #expect(tails.reduce(0, +) == size)
    }
    var before = try Self.context(store)
    try store.read { try before.refresh(from: $0) }
    try expectSame(store, before)
    // The county's receipt of a town's entries and its revocation of the other town's key stand in its stream for
    // superiors alone: the towns never hear of them.
    let (first, second) = ("130526-01", "130526-02")
    func issuers(_ context: ReplicaContext) throws -> [String] {
      try store.read { (storage: StoreTransaction) throws in
        let heads = try storage.heads()
        let head = try #require(heads.first { context.tree.office(of: $0.stream.author)?.text == first })
        return try storage.receipts(of: head.stream).compactMap { context.tree.office(of: $0.issuer)?.text }
      }
    }
    func units(of office: String) throws -> [String] {
      try store.read { try $0.rows(RecordType.subject.number, where: 5, is: .text(office)) }.compactMap { $0.text(2) }
    }
    #expect(try issuers(before) == ["1305", "130526"] && units(of: second) == ["西街小店"])
    #expect(try store.read { try SchemaUpgrade.isRebuildOwed(in: $0) })
    let after = try store.transaction { try SchemaUpgrade.run(before, in: $0) }.context
    #expect(try issuers(after) == ["1305"] && Set(units(of: second)) == ["西街一店", "西街新店"])
    #expect(try Set(store.read { try $0.heldChanges() }.map(\.reason)) == [.receiptRefused, .factRefused])
    #expect(try !store.read { try SchemaUpgrade.isRebuildOwed(in: $0) })
    try expectSame(store, after)
    let counts = try store.read { try $0.changeCounts() }
    #expect(counts.keys.sorted() == ["", "130526", "130526-01", "130526-02", "130527"])
    // Once is enough.
    let again = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(try !again.read { try SchemaUpgrade.isRebuildOwed(in: $0) })
  }
}
