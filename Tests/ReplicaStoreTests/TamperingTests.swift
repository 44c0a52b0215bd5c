import Casebook
import Casework
import Foundation
import GRDB
import ReplicaStore
import Replication
import SignatureSuites
import Testing

/// Somebody changes the file behind the node's back: whatever it is, `docket verify` finds it and says where.
@Suite("A database that was tampered with")
struct TamperingTests {
  enum Part: Sendable { case form, link, signature, payload }

  enum Damage: Sendable {
    /// `{up}` stands for the name of the district's stream to its superiors.
    case sql(String)
    /// A bit of the second entry of that stream.
    case entry(Part)
    /// A bit of the last byte of a column's first value.
    case flip(String, String)
    /// The stream ends one entry earlier, and its record says so.
    case cut
    /// The office itself puts another entry in the place of its last one, and signs it.
    case resigned
    /// As `flip`, where the district signed two entries for one position.
    case flipAfterFork(String, String)
  }

  enum Place: Sendable { case none, second, last }

  struct Case: Sendable, CustomTestStringConvertible {
    let damage: Damage
    let code: String
    var stream = "up"
    var place = Place.none
    var byte: Int?
    var table: String?

    var testDescription: String { "\(damage): \(code)" }

    static func projection(_ table: String, _ damage: Damage) -> Case {
      Case(damage: damage, code: "projection", stream: "projection", table: table)
    }
  }

  static let cases: [Case] = [
    Case(damage: .entry(.payload), code: "bad-signature", place: .second),
    Case(damage: .entry(.signature), code: "bad-signature", place: .second),
    Case(damage: .entry(.link), code: "fork", place: .second),
    Case(damage: .entry(.form), code: "unreadable", place: .second, byte: 0),
    Case(damage: .sql("DELETE FROM entry WHERE \(upEntry) AND seq = 2"), code: "gap", place: .second),
    Case(
      damage: .sql("DELETE FROM entry WHERE \(upEntry) AND seq = (SELECT seq FROM stream WHERE name = {up})"),
      code: "empty", place: .last),
    Case(damage: .cut, code: "truncated", place: .last),
    Case(damage: .sql("UPDATE stream SET hash = zeroblob(32) WHERE name = {up}"), code: "head", place: .last),
    Case(damage: .resigned, code: "receipt-mismatch", place: .last),
    Case(damage: .sql("DELETE FROM charter WHERE id = (SELECT max(id) FROM charter)"), code: "no-charter"),
    Case(
      damage: .sql("UPDATE charter SET issuer = zeroblob(32) WHERE id = (SELECT max(id) FROM charter)"),
      code: "charter", stream: "charters"),
    Case(
      damage: .sql("UPDATE charter SET body = x'00' WHERE id = (SELECT max(id) FROM charter)"), code: "unreadable",
      stream: "charters"),
    Case(damage: .flipAfterFork("fork_proof", "body"), code: "fork-proof", place: .last),
    Case(damage: .flipAfterFork("entry_aside", "bytes"), code: "aside", place: .last),
    .projection("charter", .sql("UPDATE charter SET stamp = stamp + 1")),
    .projection("act", .flip("act", "body")),
    .projection("act", .sql("UPDATE act SET seq = seq + 1")),
    .projection("receipt", .sql("UPDATE receipt SET clock = clock + 1")),
    .projection("receipt", .flip("receipt", "body")),
    .projection("r_subject", .sql("UPDATE r_subject SET name = '丙厂'")),
    .projection("case_summary", .sql("UPDATE case_summary SET state = 'closed'")),
    .projection("held_change", .sql("INSERT INTO held_change (stream, seq, position, reason) VALUES ({up}, 1, 0, 'unreadable')")),
    .projection("clamp", .sql("INSERT INTO clamp (stamp, author, clamp) VALUES (1, 1, 1)")),
    .projection("time_doubt", .sql("INSERT INTO time_doubt SELECT id, file, zeroblob(32), 'ahead' FROM act LIMIT 1")),
    .projection("sighting", .sql("INSERT INTO sighting VALUES ({up}, zeroblob(32), 1, x'00')")),
    .projection("sighting_ahead", .sql("INSERT INTO small_value VALUES ('sighting-ahead/x', x'00')")),
    .projection("contradiction", .sql("INSERT INTO small_value VALUES ('contradiction/x', x'00')")),
    .projection("document_number", .sql("INSERT INTO small_value VALUES ('document-number/假〔2026〕1号/x', x'00')")),
  ]

  private static let upEntry = "stream = (SELECT id FROM stream WHERE name = {up})"

  @Test("whatever was changed is found, with its code and place, and verify changes nothing", arguments: cases)
  func tampered(_ found: Case) throws {
    let region = try RebuildTests.Region()
    let (city, district) = (region.city, region.district)
    for index in 0..<3 {
      let field = RecordWrite.Field(number: 2, value: .text("户\(index)"), replaces: [])
      try district.record([.record(RecordWrite(type: 1, id: district.newID(), fields: [field]))], for: .up)
    }
    try district.send(to: city)
    try city.witness()
    try city.send(to: district)
    if case .flipAfterFork = found.damage { try fork(city, district) }
    // What an office signed anew it has in its own file.
    let office = if case .resigned = found.damage { district } else { city }
    #expect(try office.verify() == [])
    let stream = district.context.stream(.up)
    let head = try #require(try office.store.read { try $0.head(of: stream) })
    try damage(found.damage, office, head, by: district)
    // As after a restart, where the damage lets it start.
    _ = try? office.store.read { try office.context.refresh(from: $0) }
    let before = try office.folder?.dump()
    let problems = try office.verify()
    #expect(try office.folder?.dump() == before)
    let seq: UInt64? =
      switch found.place {
      case .none: nil
      case .second: 2
      case .last: head.seq
      }
    let problem = try #require(
      problems.first { $0.code == found.code && $0.stream == found.stream && $0.table == found.table }, "\(problems)")
    #expect(problem.seq == seq && problem.byte == found.byte)
    #expect(!problem.message.zh.isEmpty && !problem.message.en.isEmpty)
  }

  // MARK: Damage

  private func damage(_ damage: Damage, _ office: DiskReplica, _ head: StreamHead, by author: DiskReplica) throws {
    let folder = try #require(office.folder)
    let name = Data(head.stream.encoded)
    let entryAt = "stream = (SELECT id FROM stream WHERE name = ?) AND seq = ?"
    switch damage {
    case .sql(let statement):
      let literal = "x'\(Hexadecimal.string(head.stream.encoded))'"
      try folder.damage(statement.replacingOccurrences(of: "{up}", with: literal))
    case .flip(let table, let column), .flipAfterFork(let table, let column): try folder.flip(table, column)
    case .entry(let part):
      let entry = try entry(of: office, head.stream, 2)
      var bytes = entry.stored
      let index: Int
      switch part {
      case .form: index = 0
      // After the heads of the array and of the hash.
      case .link: index = 3
      case .signature: index = try #require(bytes.firstRange(of: entry.signature)).lowerBound
      case .payload: index = try #require(bytes.firstRange(of: entry.payload)).upperBound - 1
      }
      bytes[index] ^= 0x40
      try folder.execute("UPDATE entry SET bytes = ? WHERE \(entryAt)", [Data(bytes), name, 2])
    case .cut:
      let last = try entry(of: office, head.stream, head.seq)
      try folder.execute("DELETE FROM entry WHERE \(entryAt)", [name, Int64(head.seq)])
      try folder.execute(
        "UPDATE stream SET seq = seq - 1, hash = ? WHERE name = ?", [Data(last.header.previous.bytes), name])
    case .resigned:
      let other = try another(for: head, by: author)
      try folder.execute("UPDATE entry SET bytes = ? WHERE \(entryAt)", [Data(other.stored), name, Int64(head.seq)])
      try folder.execute(
        "UPDATE stream SET hash = ? WHERE name = ?", [Data(other.hash(using: Ed25519Suite()).bytes), name])
    }
  }

  private func entry(of office: DiskReplica, _ stream: StreamID, _ seq: UInt64) throws -> Entry {
    try #require(try office.store.read { try $0.entries(of: stream, from: seq, bytesMax: 1) }.first)
  }

  /// Another entry in the place of the last one, signed with the same key.
  private func another(for head: StreamHead, by author: DiskReplica) throws -> Entry {
    var header = try entry(of: author, head.stream, head.seq).header
    let field = RecordWrite.Field(number: 2, value: .text("另一户"), replaces: [])
    let payload = Entry.payload(of: [.record(RecordWrite(type: 1, id: author.newID(), fields: [field]))])
    header.payloadHash = Entry.payloadHash(payload, using: Ed25519Suite())
    header.payloadLength = payload.count
    return try Entry(header: header, payload: payload, signer: author.signer)
  }

  /// The district signs a second entry for the position of its last one; the city holds one, and keeps the other aside.
  private func fork(_ city: DiskReplica, _ district: DiskReplica) throws {
    let stream = district.context.stream(.up)
    let head = try #require(try district.store.read { try $0.head(of: stream) })
    let other = try another(for: head, by: district)
    var admission = Admission(context: city.context)
    try city.store.transaction { storage in
      _ = try admission.admit([other.encoded], of: stream, at: city.now, in: storage)
      try admission.finish(in: storage)
    }
    city.context = admission.context
  }
}

extension StoreFolder {
  /// Turns a bit of the last byte of the first value in a column.
  fileprivate func flip(_ table: String, _ column: String) throws {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    try queue.writeWithoutTransaction { database in
      let old = try #require(try Data.fetchOne(database, sql: "SELECT \(column) FROM \(table) LIMIT 1"))
      var bytes = [UInt8](old)
      bytes[bytes.count - 1] ^= 1
      try database.execute(
        sql: "UPDATE \(table) SET \(column) = ? WHERE \(column) = ?", arguments: [Data(bytes), old])
    }
  }

  fileprivate func execute(_ sql: String, _ arguments: StatementArguments) throws {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    try queue.writeWithoutTransaction { try $0.execute(sql: sql, arguments: arguments) }
  }
}
