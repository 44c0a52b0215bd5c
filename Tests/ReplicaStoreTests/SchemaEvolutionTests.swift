import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("A registry of a later version")
struct SchemaEvolutionTests {
  /// The next release's registry: a field more in a type, and a type more.
  private static let later: RecordSchema = {
    let grade = RecordType.Field(number: 40, name: "grade", kind: .text)
    let subject = RecordType(
      number: RecordType.subject.number, name: RecordType.subject.name, fields: RecordType.subject.fields + [grade])
    let visit = RecordType(
      number: 900, name: "visit",
      fields: [.init(number: 1, name: "place", kind: .text), .init(number: 2, name: "minutes", kind: .integer)])
    return RecordSchema(
      types: RecordType.all.filter { $0.number != subject.number } + [subject, visit],
      version: RecordType.schemaVersion + 1)
  }()

  private func write(_ type: UInt64, _ id: RecordID, _ fields: [(UInt64, FieldValue)]) -> Change {
    .record(RecordWrite(type: type, id: id, fields: fields.map { .init(number: $0.0, value: $0.1, replaces: []) }))
  }

  @Test("kept, relayed and counted by an older office in the middle; projected after its upgrade, the log unread")
  func relay() throws {
    let top = try DiskReplica.root("1305", schema: Self.later)
    let middle = try top.subordinate("130526", salt: 1)
    try top.send(to: middle)
    let bottom = try middle.subordinate("130526-01", salt: 2, schema: Self.later)
    try middle.send(to: top)
    let (subject, visit) = (bottom.newID(), bottom.newID())
    try bottom.record([write(1, bottom.newID(), [(2, .text("旧登记"))])], for: .up)
    try bottom.record([write(1, subject, [(2, .text("某厂")), (40, .text("A"))])], for: .up)
    try bottom.record(
      [write(900, visit, [(1, .text("东门")), (2, .integer(30))]), .unknown(kind: 77, body: [1, 2, 3])], for: .up)
    try bottom.record([write(1, bottom.newID(), [(2, .text("新登记"))])], for: .up)
    try bottom.send(to: middle)
    // What it knows is in use, the rest is counted; nothing stops at it.
    #expect(try Set(middle.store.read { try $0.rows(1) }.compactMap { $0.text(2) }) == ["旧登记", "某厂", "新登记"])
    #expect(try middle.held() == [.unknownKind, .unknownKind, .unknownKind])
    #expect(try middle.folder?.figure("SELECT count(*) FROM other_record") == 1)
    try middle.send(to: top)
    #expect(try top.held() == [.unknownKind])
    #expect(try top.store.read { try $0.rows(1, where: 40, is: .text("A")) }.map(\.id) == [subject])
    // Its own work goes on: a write to a record that has a field it does not know keeps that field.
    try middle.record([write(1, subject, [(4, .text("东街一号"))])], for: .up)
    try middle.send(to: top)
    #expect(try top.store.read { try $0.row(1, subject) }?.text(40) == "A")
    // Upgraded, with every entry it need not read made unreadable.
    try middle.folder?.damage(
      "UPDATE entry SET bytes = x'00' WHERE seq NOT IN (SELECT h.seq FROM held_change h JOIN stream s ON s.name = h.stream WHERE s.id = entry.stream)")
    #expect(try middle.upgrade(to: Self.later) == 2)
    #expect(try middle.held() == [.unknownKind])
    #expect(try middle.folder?.figure("SELECT count(*) FROM other_record") == 0)
    #expect(try middle.folder?.figure("SELECT minutes FROM r_visit WHERE place = '东门'") == 30)
    #expect(try middle.folder?.figure("SELECT count(*) FROM r_subject WHERE extra IS NOT NULL") == 0)
    for type in Self.later.types {
      #expect(try middle.store.read { try $0.rows(type.number) } == top.store.read { try $0.rows(type.number) })
    }
    // Once is enough.
    #expect(try middle.upgrade(to: Self.later) == 0)
  }

  @Test("a kind of change that was unknown is projected after the upgrade")
  func unknownKind() throws {
    let office = try DiskReplica.root("1305")
    let act = ActChange(file: office.newID(), id: office.newID(), parents: [], rule: "r", facts: [])
    let entry = try #require(try office.record([.act(act)], for: .up).first)
    // As a release that did not know acts would have left it.
    try office.folder?.damage("DELETE FROM act")
    let held = HeldChange(stream: entry.header.stream, seq: entry.header.seq, index: 0, reason: .unknownKind)
    try office.store.transaction { try $0.put(held) }
    #expect(try office.upgrade(to: Self.later) == 1)
    #expect(try office.held().isEmpty)
    #expect(try office.store.read { try $0.acts(of: act.file) }.map(\.change) == [act])
  }

  @Test("a field more in a table of many rows writes no entry and touches no row")
  func manyRows() throws {
    let office = try DiskReplica.root("1305")
    let count = 20_000
    try office.store.transaction { storage in
      for number in 0..<count {
        var row = RecordRow(type: 1, id: RecordID(milliseconds: UInt64(number), random: [UInt8](repeating: 1, count: 10)) ?? .zero)
        let name = RecordWrite.Field(number: 2, value: .text("劳动用工单位\(number)"), replaces: [])
        row.apply(
          RecordWrite(type: 1, id: row.id, fields: [name]), stamp: .init(time: .init(milliseconds: 1), author: 1)
        ) { _ in 1 }
        try storage.put(row)
      }
    }
    let path = try #require(office.folder).database
    try office.folder?.damage("PRAGMA wal_checkpoint(TRUNCATE)")
    let before = try office.store.read { (try $0.heads(), try $0.entryCount()) }
    try office.upgrade(to: Self.later)
    let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
    let file = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    // The change of the schema is some pages; the table is some hundreds.
    #expect(try #require(log) < 100_000)
    #expect(try #require(file) > 1_500_000)
    let after = try office.store.read { (try $0.heads(), try $0.entryCount()) }
    #expect(before == after)
    #expect(try office.store.read { try $0.rows(1) }.count == count)
    #expect(try office.folder?.figure("SELECT count(*) FROM r_subject WHERE grade IS NULL") == count)
  }

  @Test("an older program leaves a newer replica alone")
  func downgrade() throws {
    let office = try DiskReplica.root("1305")
    try office.upgrade(to: Self.later)
    let path = try #require(office.folder).database
    #expect(throws: StoreError(.tooNew)) { try ReplicaStore.open(path: path, suites: .standard) }
    #expect(try ReplicaStore.open(path: path, schema: Self.later, suites: .standard).integrityProblems().isEmpty)
  }
}
