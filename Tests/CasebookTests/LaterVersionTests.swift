import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// What a later version writes, and what nobody can read: kept, passed on, listed, and never in the way.
@Suite("Changes that cannot be projected")
struct LaterVersionTests {
  /// A county of a later version under a city and a province of this one.
  @Test("unknown kinds, types and fields and an unreadable payload pass through an office, stop nothing, and are listed")
  func relayed() throws {
    let region = try Judged()
    let (county, city, province) = (region.county, region.city, region.province)
    let ids = (0..<3).map { _ in county.newID() }
    let unknown: [Change] = [
      .unknown(kind: 77, body: [0xA0, 1, 2]),
      .record(RecordWrite(type: 999, id: ids[0], fields: [.init(number: 1, value: .text("新类"), replaces: [])])),
      .record(
        RecordWrite(
          type: RecordType.subject.number, id: ids[1],
          fields: [.init(number: 2, value: .text("名称"), replaces: []), .init(number: 900, value: .flag(true), replaces: [])])),
    ]
    try county.write(unknown, for: .up)
    let bad = try county.unreadable()
    try county.name(ids[2], "其后")
    try city.meet(county)
    try province.meet(city)
    let stream = bad.header.stream
    for replica in [city, province] {
      // One bad change does not sink its entry, one bad entry not its stream.
      #expect(replica.name(of: ids[1]) == "名称")
      #expect(replica.name(of: ids[2]) == "其后")
      #expect(replica.storage.row(RecordType.subject.number, ids[1])?.value(900) == .flag(true))
      #expect(replica.storage.row(999, ids[0])?.text(1) == "新类")
      let held = replica.storage.heldChanges().filter { $0.stream == stream }
      #expect(held.map(\.reason) == [.unknownKind, .unknownKind, .unknownKind, .unreadable])
      #expect(held.map(\.index) == [0, 1, 2, -1])
      guard case .held(let views) = try replica.perform(.quarantine) else { throw CancellationError() }
      #expect(views.count == 4 && views.allSatisfy { !$0.message.zh.isEmpty && !$0.message.en.isEmpty })
    }
    // Byte for byte what the author signed.
    #expect(province.storage.entries(of: stream, from: 1, bytesMax: .max)
      == county.storage.entries(of: stream, from: 1, bytesMax: .max))
  }

  @Test("an older office edits a record of a later version: the fields it does not know stay")
  func edited() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let id = county.newID()
    try county.write([
      .record(
        RecordWrite(
          type: RecordType.subject.number, id: id,
          fields: [.init(number: 2, value: .text("旧名"), replaces: []), .init(number: 900, value: .integer(7), replaces: [])]))
    ], for: .up)
    try city.meet(county)
    try city.name(id, "新名", for: .office(county.context.office))
    try city.meet(county)
    for replica in [county, city] {
      #expect(replica.name(of: id) == "新名")
      #expect(replica.storage.row(RecordType.subject.number, id)?.value(900) == .integer(7))
    }
  }

  @Test("parts of a transaction are seen together: nothing of it before the last one, and all of it then")
  func parts() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let ids = (0..<600).map { index in
      RecordID(milliseconds: county.now, random: [UInt8(index >> 8), UInt8(index & 255)] + [UInt8](repeating: 0, count: 8)) ?? .zero
    }
    let changes = ids.map { id in
      Change.record(RecordWrite(type: RecordType.subject.number, id: id, fields: [.init(number: 2, value: .text("x"), replaces: [])]))
    }
    try county.record(changes, for: .up)
    let entries = county.storage.entries(of: county.context.stream(.up), from: 1, bytesMax: .max).suffix(3)
    #expect(entries.map(\.header.part?.count) == [3, 3, 3])
    try city.meet(region.province)
    let before = city.storage.rows(RecordType.subject.number).count
    let held = city.storage.head(of: county.context.stream(.up))?.seq ?? 0
    try city.take(county.storage.entries(of: county.context.stream(.up), from: held + 1, bytesMax: .max).dropLast())
    #expect(city.storage.rows(RecordType.subject.number).count == before)
    try city.take([try #require(entries.last)])
    #expect(city.storage.rows(RecordType.subject.number).count == before + ids.count)
  }

  @Test("a transaction beyond the limit is refused by the office that would write it, and nothing of it is written")
  func tooLarge() throws {
    let county = try Judged().county
    let before = county.storage.entryCount()
    let big = FieldValue.bytes([UInt8](repeating: 1, count: FieldValue.bytesMax))
    let changes = (0..<2 * LogLimits.partsMax).map { _ in
      Change.record(RecordWrite(type: 1, id: county.newID(), fields: [.init(number: 2, value: big, replaces: [])]))
    }
    #expect(throws: JournalFailure.transactionTooLarge) { try county.record(changes, for: .up) }
    #expect(county.storage.entryCount() == before)
  }

  @Test("a derived row that does not follow from the log is found by verify")
  func audit() throws {
    let region = try Judged()
    let id = region.county.newID()
    try region.county.name(id, "真名")
    func problems() throws -> [String] {
      guard case .verified(let view) = try region.county.perform(.verify) else { throw CancellationError() }
      return view.problems.map(\.code)
    }
    #expect(try problems().isEmpty)
    var row = try #require(region.county.storage.row(RecordType.subject.number, id))
    row.apply(
      RecordWrite(type: row.type, id: id, fields: [.init(number: 2, value: .text("假名"), replaces: [])]),
      stamp: WriteStamp(time: HybridTimestamp(rawValue: .max), author: 1), rank: { _ in 0 })
    region.county.storage.put(row)
    #expect(try problems() == ["projection"])
  }

  @Test("an older database whose clock ran ahead goes on after its own last stamp, so that its new word is the last")
  func ownClock() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let backup = try county.restored()
    for head in county.storage.heads() { try backup.take(county.storage.entries(of: head.stream, from: 1, bytesMax: .max)) }
    let id = county.newID()
    let right = county.now
    county.now += 3 * 366 * 86_400_000
    try county.name(id, "坏钟")
    try city.meet(county)
    // The machine is lost, its clock was mended with it; the backup fetches its own entries back and writes.
    backup.now = right + 60_000
    try city.send(to: backup)
    try backup.name(id, "修正")
    try city.send(to: backup)
    try backup.send(to: city)
    #expect(backup.name(of: id) == "修正")
    #expect(city.name(of: id) == "修正")
  }
}

extension Replica {
  /// Signs an entry whose payload is no list of changes.
  fileprivate func unreadable() throws -> Entry {
    let stream = context.stream(.up)
    let head = storage.head(of: stream)
    let suite = Ed25519Suite()
    let payload: [UInt8] = [0xFF, 0x00]
    now += 1_000
    let header = EntryHeader(
      suite: .ed25519, stream: stream, seq: (head?.seq ?? 0) + 1, previous: head?.hash ?? .zero,
      payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
      stamp: HybridTimestamp(milliseconds: now), schema: 99, seen: nil, part: nil)
    let entry = try Entry(header: header, payload: payload, signer: signer)
    try take([entry])
    return entry
  }
}
