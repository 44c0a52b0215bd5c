import Casebook
import GRDB
import Replication
import SignatureSuites
import TestKit
import Testing

@testable import ReplicaStore

@Suite("What an act writes")
struct ActWriteTests {
  @Test("a summary is read as it was put last, whichever of its values is another one")
  func summaries() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    var random = SeededGenerator(seed: 11)
    let file = try #require(RecordID(milliseconds: 1, random: [UInt8](repeating: 1, count: 10)))
    var put: [CaseSummary] = []
    for _ in 0..<20 { put.append(BoardTests.summary(file, &random)) }
    let texts: [WritableKeyPath<CaseSummary, String>] = [
      \.kind, \.number, \.title, \.pack, \.regime, \.workflow, \.subject, \.office, \.openedBy, \.addressee,
      \.checkKind, \.state, \.openedOn,
    ]
    for text in texts {
      var other = try #require(put.last)
      other[keyPath: text] += "另"
      put.append(other)
    }
    for summary in put {
      try store.transaction { try $0.put(summary) }
      #expect(try store.read { try $0.summary(of: file) } == summary)
      #expect(try store.read { try $0.summaries() } == [summary])
    }
    let other = try #require(RecordID(milliseconds: 2, random: [UInt8](repeating: 1, count: 10)))
    try store.transaction { try $0.put(BoardTests.summary(other, &random)) }
    #expect(try store.read { try $0.summary(of: file) } == put.last)
  }

  @Test("the update of a summary opens no index of what its file was opened with")
  func indexes() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    let written: Set<String> = try store.transaction { storage in
      let opened = try Row.fetchAll(storage.connection, sql: "EXPLAIN \(StoreTransaction.updateSummary)",
        arguments: StatementArguments([String?](repeating: nil, count: 23))
      )
        .filter { $0["opcode"] == "OpenWrite" }.map { $0["p2"] as Int }
      return try Set(
        opened.compactMap { page in
          try String.fetchOne(
            storage.connection, sql: "SELECT name FROM sqlite_master WHERE rootpage = ? AND tbl_name = 'case_summary'",
            arguments: [page])
        })
    }
    #expect(written.isSuperset(of: ["case_summary_board", "case_summary_closed"]))
    #expect(written.isDisjoint(with: ["case_summary_number", "case_summary_opened"]))
  }

  @Test("the entries that a transaction gained are what the count of all grew by, also of branches put aside")
  func gained() throws {
    let office = try DiskReplica.root("1305")
    let stream = office.context.stream(.down)
    for _ in 0..<6 { try office.record([.record(RecordWrite(type: 1, id: office.newID(), fields: []))], for: .down) }
    let entries = try office.store.read { try $0.entries(of: stream, from: 1, bytesMax: .max) }
    func head(_ seq: Int) -> StreamHead {
      StreamHead(stream: stream, seq: UInt64(seq), hash: entries[seq - 1].hash(using: Ed25519Suite()))
    }
    #expect(entries.count == 7)
    func expect(_ gain: Int, _ body: (StoreTransaction) throws -> Void) throws {
      try office.store.transaction { storage in
        let before = try storage.entryCount()
        try body(storage)
        #expect(storage.entriesGained == gain)
        #expect(Int64(bitPattern: try storage.entryCount() &- before) == Int64(gain))
      }
    }
    try expect(0) { try $0.setAside(stream, from: 5, head: head(4)) }
    try expect(0) { try $0.putAside(Array(entries[4...])) }
    try expect(2) { try $0.append(Array(entries[4..<6]), head: head(6), receivedAt: 1) }
    try expect(-2) { try $0.removeAside(Array(entries[4..<6])) }
    try expect(-1) { try $0.removeAside(Array(entries[4...])) }
    try expect(-1) { storage in
      try storage.setAside(stream, from: 6, head: head(5))
      try storage.removeAside([entries[5]])
    }
    try expect(1) { try $0.putAside([entries[0]]) }
    // One of the five is aside already.
    try expect(-1) { try $0.setAside(stream, from: 1, head: nil) }
  }

  @Test("nothing is written once SQLite has given the transaction up")
  func aborted() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    #expect(throws: StoreError.self) {
      try store.transaction { storage in
        try storage.setValue("before", [1])
        // As a full disk does.
        try storage.connection.execute(sql: "ROLLBACK")
        try? storage.setValue("after", [1])
      }
    }
    #expect(try store.read { try $0.value("before") } == nil)
    #expect(try store.read { try $0.value("after") } == nil)
  }
}
