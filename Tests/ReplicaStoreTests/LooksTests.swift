import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import TestKit
import Testing

/// Questions that are answered without reading the log give what reading it would give.
@Suite("Backlogs, receipts and places by look-up")
struct LooksTests {
  private func bytes(_ entries: some Sequence<Entry>) -> Int { entries.reduce(0) { $0 + $1.stored.count } }

  private func subject(_ replica: DiskReplica, _ name: String) -> Change {
    .record(
      RecordWrite(type: 1, id: replica.newID(), fields: [.init(number: 2, value: .text(name), replaces: [])]))
  }

  /// Every tail of every stream, against the entries themselves.
  private func check(_ store: ReplicaStore) throws {
    try store.read { (storage: StoreTransaction) throws in
      for head in try storage.heads() {
        let entries = try storage.entries(of: head.stream, from: 1, bytesMax: .max)
        for seq in 0..<head.seq {
          let tail = try #require(try storage.tail(of: head.stream, after: seq))
          #expect(tail.entries == head.seq - seq && tail.bytes == bytes(entries[Int(seq)...]))
        }
        #expect(try storage.tail(of: head.stream, after: head.seq) == nil)
        #expect(try storage.tail(of: head.stream, after: head.seq + 5) == nil)
      }
    }
  }

  @Test("the size of what lies beyond any position, after writing, after a branch was put aside, and after reopening")
  func tails() throws {
    let office = try DiskReplica.root("1305")
    var times: [UInt64] = []
    for index in 0..<40 {
      try office.record([subject(office, String(repeating: "某", count: index * 7))], for: index % 3 == 0 ? .down : .up)
      times.append(office.now)
    }
    try check(office.store)
    let stream = office.context.stream(.up)
    let head = try #require(try office.store.read { try $0.head(of: stream) })
    let first = try #require(try office.store.read { try $0.tail(of: stream, after: 0) })
    #expect((first.since, first.newest) == (times[1], times[38]))
    // The last five go aside; what comes in their place is counted from there.
    let base = try #require(try office.store.read { try $0.entries(of: stream, from: head.seq - 5, bytesMax: 1) }.first)
    let kept = StreamHead(stream: stream, seq: head.seq - 5, hash: base.hash(using: Ed25519Suite()))
    try office.store.transaction { try $0.setAside(stream, from: head.seq - 4, head: kept) }
    try check(office.store)
    try office.record([subject(office, "后来")], for: .up)
    try check(office.store)
    try office.upgrade(to: .standard)
    try check(office.store)
  }

  @Test("a database of the first release gets its totals when it is opened")
  func released() throws {
    let folder = try StoreFolder()
    let fixture = RepositoryRoot.path + "/Tests/ReplicaStoreTests/Fixtures/replica-1.sqlite"
    try FileManager.default.copyItem(atPath: fixture, toPath: folder.database)
    let store = try ReplicaStore.open(path: folder.database, suites: .standard)
    try store.read { (storage: StoreTransaction) throws in
      var entries = 0
      for head in try storage.heads() {
        let tail = try #require(try storage.tail(of: head.stream, after: 0))
        let half = try #require(try storage.tail(of: head.stream, after: head.seq / 2))
        // These entries are stored in the form of that release, which is longer.
        #expect(tail.bytes >= self.bytes(try storage.entries(of: head.stream, from: 1, bytesMax: .max)))
        #expect(half.bytes <= tail.bytes && half.entries == head.seq - head.seq / 2)
        entries += Int(tail.entries)
        // Each is found by its hash, though none was stored for that.
        for entry in try storage.entries(of: head.stream, from: 1, bytesMax: .max) {
          let hash = entry.hash(using: Ed25519Suite()).bytes
          #expect(try storage.places(ofHash: hash).contains(EntryPlace(stream: head.stream, seq: entry.header.seq)))
        }
      }
      #expect(entries == 10)
    }
  }

  @Test("an entry by the beginning of its hash: the last of a stream too, and no other for eight bytes")
  func places() throws {
    let office = try DiskReplica.root("1305")
    for index in 0..<30 { try office.record([subject(office, "\(index)")], for: index % 2 == 0 ? .up : .down) }
    try office.store.read { (storage: StoreTransaction) throws in
      for head in try storage.heads() {
        for entry in try storage.entries(of: head.stream, from: 1, bytesMax: .max) {
          let hash = entry.hash(using: Ed25519Suite()).bytes
          let place = EntryPlace(stream: head.stream, seq: entry.header.seq)
          #expect(try storage.places(ofHash: Array(hash.prefix(8))) == [place])
          #expect(try storage.places(ofHash: Array(hash.prefix(1))).contains(place))
          #expect(try storage.places(ofHash: []).contains(place))
        }
      }
      #expect(try storage.places(ofHash: [UInt8](repeating: 7, count: 32)).isEmpty)
    }
  }

  @Test("how far an office's receipts reach: the furthest of its own, none of another's")
  func receipts() throws {
    let city = try DiskReplica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    try city.send(to: county)
    let stream = county.context.stream(.up)
    for index in 0..<3 {
      try county.record([subject(county, "\(index)")], for: .up)
      try county.send(to: city)
      try city.witness()
    }
    try county.record([subject(county, "未回执")], for: .up)
    try city.send(to: county)
    let mark = try #require(try county.store.read { try $0.lastReceipt(of: stream, by: city.context.key) })
    let all = try county.store.read { try $0.receipts(of: stream) }
    #expect(mark.seq == 3 && mark.clock == all.map(\.receipt.clock).max())
    #expect(try county.store.read { try $0.lastReceipt(of: stream, by: county.context.key) } == nil)
    #expect(try county.store.read { try $0.lastReceipt(of: county.context.stream(.down), by: city.context.key) } == nil)
  }

  @Test("rows in conflict are found among others, and only those")
  func conflicts() throws {
    let city = try DiskReplica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    try city.send(to: county)
    let (shared, plain) = (county.newID(), county.newID())
    func write(_ replica: DiskReplica, _ id: RecordID, _ name: String, for audience: Audience) throws {
      try replica.record(
        [.record(RecordWrite(type: 1, id: id, fields: [.init(number: 2, value: .text(name), replaces: [])]))], for: audience)
    }
    try write(county, plain, "一", for: .up)
    try write(county, plain, "二", for: .up)
    try write(county, shared, "甲", for: .up)
    try write(city, shared, "乙", for: .office(county.context.office))
    #expect(try county.store.read { try $0.rowsInConflict(1) }.isEmpty)
    try city.send(to: county)
    #expect(try county.store.read { try $0.rowsInConflict(1) }.map(\.id) == [shared])
    #expect(try county.store.read { try $0.rows(1) }.count == 2)
    // Made again from the log, the same are found.
    try county.rebuild()
    #expect(try county.store.read { try $0.rowsInConflict(1) }.map(\.id) == [shared])
    // A write that has seen both ends it.
    let seen = try #require(try county.store.read { try $0.row(1, shared) }?.fields[2])
    try county.record([
      .record(
        RecordWrite(
          type: 1, id: shared,
          fields: [
            .init(number: 2, value: .text("丙"), replaces: seen.stamps(besides: WriteStamp.short(county.context.key)))
          ]))
    ], for: .up)
    #expect(try county.store.read { try $0.rowsInConflict(1) }.isEmpty)
  }
}
