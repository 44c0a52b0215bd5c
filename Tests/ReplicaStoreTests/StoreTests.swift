import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("The SQLite store")
struct StoreTests {
  private final class Folder {
    let path = NSTemporaryDirectory() + "docket-store-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var database: String { path + "/docket.sqlite" }
  }

  private func write(_ type: UInt64, _ id: RecordID, _ fields: [(UInt64, FieldValue)]) -> RecordWrite {
    RecordWrite(type: type, id: id, fields: fields.map { .init(number: $0.0, value: $0.1, replaces: []) })
  }

  private func id(_ byte: UInt8) -> RecordID { RecordID(milliseconds: 1, random: [UInt8](repeating: byte, count: 10)) ?? .zero }

  @Test("is durable: synchronous is FULL after opening and reopening")
  func durability() throws {
    let folder = try Folder()
    #expect(try ReplicaStore.create(path: folder.database, suites: .standard).durability() == 2)
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    #expect(try store.durability() == 2)
    #expect(try store.integrityProblems().isEmpty)
    let mode = try FileManager.default.attributesOfItem(atPath: folder.database)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("a new file's pages are larger than SQLite's own, and are so in a copy of it")
  func pages() throws {
    let folder = try Folder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    let copy = folder.path + "/copy.sqlite"
    let snapshot = try StoreSnapshot.open(path: folder.database, suites: .standard)
    try snapshot.copy(to: copy) { _, _ in }
    snapshot.close()
    try store.releaseMemory()
    for path in [folder.database, copy] {
      // Bytes 16 and 17 of the header (sqlite.org/fileformat.html).
      let header = try #require(try FileHandle(forReadingAtPath: path)?.read(upToCount: 18))
      #expect(Int(header[16]) << 8 | Int(header[17]) == ReplicaStore.pageBytes)
    }
  }

  @Test("answers as the model in memory does")
  func sameAsModel() throws {
    let folder = try Folder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    let model = MemoryStorage()
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let key = signer.publicKey.fingerprint(using: Ed25519Suite())
    let stream = StreamID(author: key, incarnation: 1, audience: .up)
    func entry(_ seq: UInt64, _ previous: Digest) throws -> Entry {
      let payload = Entry.payload(of: [.record(write(1, id(UInt8(seq)), [(2, .text("n\(seq)"))]))])
      return try Entry(
        header: EntryHeader(
          suite: .ed25519, stream: stream, seq: seq, previous: previous,
          payloadHash: Entry.payloadHash(payload, using: Ed25519Suite()), payloadLength: payload.count,
          stamp: HybridTimestamp(milliseconds: seq), schema: 1, seen: nil, part: nil), payload: payload, signer: signer)
    }
    func fill(_ storage: any ReplicaStorage) throws {
      var previous = Digest.zero
      for seq in 1...5 as ClosedRange<UInt64> {
        let next = entries[Int(seq) - 1]
        previous = next.hash(using: Ed25519Suite())
        try storage.append([next], head: StreamHead(stream: stream, seq: seq, hash: previous), receivedAt: seq)
      }
      // A typed row, a conflict with a loser, an unknown field, an unknown type, a value of another kind.
      var row = RecordRow(type: 1, id: id(1))
      let rank = { (_: UInt64) in 1 }
      row.apply(write(1, id(1), [(1, .text("c")), (2, .text("a")), (99, .list([.integer(1)]))]), stamp: .init(time: .init(milliseconds: 1), author: 1), rank: rank)
      row.apply(write(1, id(1), [(2, .text("b")), (3, .integer(7))]), stamp: .init(time: .init(milliseconds: 2), author: 2), rank: rank)
      try storage.put(row)
      var other = RecordRow(type: 4_000, id: id(2))
      other.apply(write(4_000, id(2), [(1, .bytes([1, 2]))]), stamp: .init(time: .init(milliseconds: 1), author: 1), rank: rank)
      try storage.put(other)
      let act = ActChange(file: id(3), id: id(4), parents: [], rule: "r", facts: [.init(name: "f", value: .flag(true))])
      try storage.put(StoredAct(change: act, stream: stream, seq: 1, stamp: .init(rawValue: .max)))
      try storage.put(StoredAct(change: act, stream: stream, seq: 1, stamp: .init(rawValue: .max)))
      try storage.put(StoredReceipt(receipt: Receipt(head: StreamHead(stream: stream, seq: 2, hash: previous), clock: 9, position: 3), issuer: key, entry: previous))
      try storage.put(HeldChange(stream: stream, seq: 1, index: -1, reason: .unreadable))
      try storage.setValue("a.b", [1])
      try storage.setValue("a.c", [2])
      try storage.setValue("a.b", nil)
    }
    var entries: [Entry] = []
    for seq in 1...5 as ClosedRange<UInt64> { entries.append(try entry(seq, entries.last?.hash(using: Ed25519Suite()) ?? .zero)) }
    try fill(model)
    try store.transaction { try fill($0) }
    let reopened = try ReplicaStore.open(path: folder.database, suites: .standard)
    try reopened.read { (storage: StoreTransaction) throws in
      #expect(try storage.heads() == model.heads())
      #expect(try storage.entryCount() == model.entryCount())
      for bytes in [1, 300, 700, 100_000] {
        #expect(try storage.entries(of: stream, from: 2, bytesMax: bytes) == model.entries(of: stream, from: 2, bytesMax: bytes))
      }
      #expect(try storage.row(1, id(1)) == model.row(1, id(1)))
      #expect(try storage.row(1, id(1))?.fields[2]?.isInConflict == true)
      #expect(try storage.row(4_000, id(2)) == model.row(4_000, id(2)))
      #expect(try storage.rows(1, where: 1, is: .text("c")) == model.rows(1, where: 1, is: .text("c")))
      #expect(try storage.acts(of: id(3)) == model.acts(of: id(3)))
      #expect(try storage.receipts(of: stream) == model.receipts(of: stream))
      #expect(try storage.receiptClock(ofEntry: model.latestReceiptEntry() ?? .zero) == 9)
      #expect(try storage.heldChanges() == model.heldChanges())
      #expect(try storage.values(prefix: "a.").map(\.key) == ["a.c"])
      #expect(try storage.row(1, id(9)) == nil && storage.head(of: StreamID(author: key, incarnation: 2, audience: .up)) == nil)
    }
  }

  @Test("a row that is replaced counts as a change of the office it belonged to, and of the one it belongs to now")
  func replaced() throws {
    let folder = try Folder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    func row(of office: String, at time: UInt64) -> RecordRow {
      var row = RecordRow(type: 1, id: id(1))
      let stamp = WriteStamp(time: .init(milliseconds: time), author: 1)
      row.apply(write(1, id(1), [(5, .text(office))]), stamp: stamp) { _ in 1 }
      return row
    }
    try store.transaction { try $0.put(row(of: "130526", at: 1)) }
    #expect(try store.read { try $0.changeCounts() } == ["130526": 1])
    try store.transaction { try $0.put(row(of: "130527", at: 2)) }
    #expect(try store.read { try $0.changeCounts() } == ["130526": 2, "130527": 1])
  }

  @Test("a transaction that throws leaves nothing behind")
  func rollback() throws {
    let folder = try Folder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    #expect(throws: CancellationError.self) {
      try store.transaction { storage in
        try storage.setValue("x", [1])
        throw CancellationError()
      }
    }
    #expect(try store.read { try $0.value("x") } == nil)
    try store.transaction { try $0.setValue("x", [2]) }
    #expect(try store.read { try $0.value("x") } == [2])
  }

  @Test("missing, empty, cut, foreign and later databases are told apart")
  func damaged() throws {
    let folder = try Folder()
    #expect(throws: StoreError(.missing)) { try ReplicaStore.open(path: folder.database, suites: .standard) }
    do {
      let store = try ReplicaStore.create(path: folder.database, suites: .standard)
      try store.transaction { try $0.setValue("x", [UInt8](repeating: 1, count: 50_000)) }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    func put(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: folder.database)) }
    for length in [0, 1, 99, 4_096, whole.count / 2, whole.count - 1] {
      try put(Data(whole.prefix(length)))
      #expect(throws: StoreError(.truncated), "\(length)") { try ReplicaStore.open(path: folder.database, suites: .standard) }
    }
    try put(Data(repeating: 0x41, count: 10_000))
    #expect(throws: StoreError(.corrupt)) { try ReplicaStore.open(path: folder.database, suites: .standard) }
    var later = whole
    later[63] = 200  // user_version
    try put(later)
    #expect(throws: StoreError(.tooNew)) { try ReplicaStore.open(path: folder.database, suites: .standard) }
    try put(whole)
    #expect(try ReplicaStore.open(path: folder.database, suites: .standard).read { try $0.value("x") }?.count == 50_000)
  }
}
