import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import TestKit
import Testing

@Suite("Databases of released formats")
struct FixtureTests {
  @Test("version 1: opened, brought up to date, and read; every link of its log verifies")
  func versionOne() throws {
    let folder = try StoreFolder()
    let fixture = RepositoryRoot.path + "/Tests/ReplicaStoreTests/Fixtures/replica-1.sqlite"
    try FileManager.default.copyItem(atPath: fixture, toPath: folder.database)
    #expect(try folder.figure("PRAGMA user_version") == 1)
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(try folder.figure("PRAGMA user_version") ?? 0 > 1)
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
  }

  private struct NoPacks: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { nil }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  @Test("version 1: rows whose stamps have the older form are made again from the log when the office is opened")
  func olderRows() throws {
    let folder = try StoreFolder()
    let fixture = RepositoryRoot.path + "/Tests/ReplicaStoreTests/Fixtures/replica-1.sqlite"
    try FileManager.default.copyItem(atPath: fixture, toPath: folder.database)
    // As a row was kept that had been written twice.
    try folder.damage("UPDATE r_subject SET stamps = x'81a0'")
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(throws: StoreError.self) { try store.read { try $0.rows(RecordType.subject.number) } }
    let root = try #require(try store.read { try $0.charters() }.first { $0.charter.parent == nil })
    let context = ReplicaContext(
      office: root.charter.office, key: root.issuer, suite: .ed25519, incarnation: 1, suites: .standard,
      tree: OfficeTree(rootKey: root.issuer), shelf: NoPacks(), calendar: .empty)
    _ = try store.transaction { try SchemaUpgrade.run(context, in: $0) }
    let names = try store.read { try $0.rows(RecordType.subject.number) }.compactMap { $0.text(2) }
    #expect(names.count == 40)
    #expect(try !store.read { try SchemaUpgrade.isRebuildOwed(in: $0) })
    #expect(try store.read { try SchemaUpgrade.storedVersion(in: $0) } == RecordType.schemaVersion)
  }
}
