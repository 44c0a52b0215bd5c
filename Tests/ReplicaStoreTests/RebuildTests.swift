import Casebook
import Casework
import RegimePacks
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("The projection made again from the log")
struct RebuildTests {
  /// A city and a district after work on both sides, receipts and a conflict.
  struct Region {
    let city: DiskReplica
    let district: DiskReplica

    init() throws {
      city = try DiskReplica.root("1305")
      district = try city.subordinate("130526", salt: 1)
      let pack = try #require(try BundledPacks.all().first { $0.code == "luquan" })
      try city.perform(.regimePublish(yaml: pack.yaml))
      try city.perform(
        .numberLease(NumberLeaseDraft(pack: "luquan", series: "order", year: 2026, first: 1, last: 20, office: nil)))
      try officer(city, "sun", ["leader"], kind: "supervision")
      try city.send(to: district)
      try officer(district, "chen", ["captain"], kind: "enforcement")
      let order = FileDraft(
        kind: "order", pack: "luquan", regime: "enforcement-supervision", workflow: nil, title: "t", subject: nil,
        openedOn: "2026-01-05", addressee: "130526", relatesTo: nil, checkKind: nil, complainantName: nil,
        complainantPhone: nil)
      guard case .acted(let opened) = try city.perform(.fileOpen(order)) else { throw CancellationError() }
      let number = opened.file.number
      try city.perform(
        .fileAct(
          ActDraft(
            file: number, act: "issue", officers: ["sun"], date: "2026-01-06",
            facts: ["kind": "notice", "ground": "g4", "demand": "改正", "dueDate": "2026-02-10"])))
      try city.send(to: district)
      try district.perform(.fileAct(ActDraft(file: number, act: "acknowledge", officers: ["chen"], date: "2026-01-06", facts: [:])))
      // Two values nobody replaced.
      let id = district.newID()
      for (office, name) in [(city, "甲厂"), (district, "乙厂")] {
        let field = RecordWrite.Field(number: 2, value: .text(name), replaces: [])
        try office.record([.record(RecordWrite(type: 1, id: id, fields: [field]))], for: office === city ? .down : .up)
      }
      try district.send(to: city)
      try city.witness()
      try city.send(to: district)
    }

    private func officer(_ office: DiskReplica, _ login: String, _ roles: [String], kind: String) throws {
      try office.perform(
        .officerAdd(
          OfficerDraft(
            login: login, name: login, roles: roles, certificateNumber: "C-1", certificateKind: kind,
            validFrom: "2020-01-01", validTo: "2030-12-31")))
    }
  }

  @Test("is, row by row, what grew entry by entry")
  func identical() throws {
    let region = try Region()
    for office in [region.city, region.district] {
      let before = try #require(try office.folder?.dump())
      #expect(before.contains { $0.hasPrefix("act ") } && before.contains { $0.hasPrefix("receipt ") })
      #expect(before.contains { $0.hasPrefix("case_summary ") } && before.contains { $0.hasPrefix("small_value ") })
      #expect(try office.rebuild().isEmpty)
      #expect(try office.folder?.dump() == before)
    }
  }

  @Test("mends what was changed by hand, says where, and leaves the log alone", arguments: [
    ("r_subject", "UPDATE r_subject SET name = '丙厂'"), ("r_officer", "DELETE FROM r_officer"),
    ("r_case_file", "UPDATE r_case_file SET stamps = x'8100'"), ("act", "DELETE FROM act"),
    ("act", "UPDATE act SET body = x'00'"), ("receipt", "UPDATE receipt SET clock = clock + 1"),
    ("receipt", "UPDATE receipt SET body = x'FF'"), ("file_tally case_summary", "UPDATE case_summary SET state = 'closed', is_final = 1"),
    ("file_tally", "UPDATE file_tally SET files = files + 1"), ("file_tally", "DELETE FROM file_tally"),
    ("row_in_conflict", "DELETE FROM row_in_conflict"), ("row_in_conflict", "INSERT INTO row_in_conflict VALUES (1, x'01')"),
    ("held_change", "INSERT INTO held_change (stream, seq, position, reason) SELECT name, 1, 0, 'unreadable' FROM stream LIMIT 1"),
    ("other_record", "INSERT INTO other_record VALUES (77, x'01', x'80', x'A0')"),
    ("document_number", "UPDATE small_value SET value = x'00' WHERE name LIKE 'document-number/%'"),
    ("document_number", "INSERT INTO small_value VALUES ('document-number/假〔2026〕1号/x', x'00')"),
    ("dossier", "INSERT INTO small_value VALUES ('dossier/guest/9', x'00')"),
    ("charter", "UPDATE charter SET body = x'00' WHERE id = (SELECT max(id) FROM charter)"),
  ])
  func damaged(table: String, statement: String) throws {
    let region = try Region()
    // A charter that enrolment brought stays as it is; the city has its own from the log.
    let office = table == "charter" ? region.city : region.district
    let before = try #require(try office.folder?.dump())
    let heads = try office.store.read { try $0.heads() }
    try office.folder?.damage(statement)
    #expect(try office.folder?.dump() != before)
    #expect(try office.verify().compactMap(\.table) == table.split(separator: " ").map(String.init))
    #expect(try office.rebuild() == table.split(separator: " ").map(String.init))
    #expect(try office.folder?.dump() == before)
    #expect(try office.store.read { try $0.heads() } == heads)
  }

  @Test("entries that cannot be projected stop no other, as they come and when the projection is made again")
  func unprojectable() throws {
    let city = try DiskReplica.root("1305")
    let district = try city.subordinate("130526", salt: 1)
    try city.send(to: district)
    func write(_ type: UInt64, _ field: UInt64, _ value: FieldValue) -> Change {
      .record(RecordWrite(type: type, id: district.newID(), fields: [.init(number: field, value: value, replaces: [])]))
    }
    let stream = district.context.stream(.up)
    let head = StreamHead(stream: stream, seq: .max, hash: .zero)
    try district.record([write(1, 2, .text("一"))], for: .up)
    try district.record(
      [write(.max, 1, .text("a")), write(1, 2, .text("二\u{0}零")), write(1, 3, .integer(7))], for: .up)
    try district.record([write(1, LogLimits.fieldNumberMax + 1, .text("b"))], for: .up)
    try district.record([.receipt(Receipt(head: head, clock: .max, position: .max)), .unknown(kind: 99, body: [0xFF])], for: .up)
    try append(payload: [0xFF, 0x00], to: district, stream)
    try district.record([write(1, 2, .text("三"))], for: .up)
    try district.send(to: city)
    for office in [district, city] {
      let held = try office.held()
      #expect(held == [.unreadable, .unreadable, .receiptRefused, .unknownKind, .unreadable])
      let names = try office.store.read { try $0.rows(1) }.compactMap { $0.text(2) }
      #expect(names == ["一", "二\u{0}零", "三"])
      #expect(try office.rebuild().isEmpty)
      #expect(try office.held() == held)
      #expect(try office.store.integrityProblems().isEmpty)
    }
  }

  /// An entry of the office's with a payload that is no list of changes.
  private func append(payload: [UInt8], to office: DiskReplica, _ stream: StreamID) throws {
    let suite = Ed25519Suite()
    try office.store.transaction { storage in
      let head = try #require(try storage.head(of: stream))
      let header = EntryHeader(
        suite: .ed25519, stream: stream, seq: head.seq + 1, previous: head.hash,
        payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
        stamp: HybridTimestamp(milliseconds: office.now), schema: 9, seen: nil, part: nil)
      let entry = try Entry(header: header, payload: payload, signer: office.signer)
      let next = StreamHead(stream: stream, seq: header.seq, hash: entry.hash(using: suite))
      try storage.append([entry], head: next, receivedAt: office.now)
      var projector = Projector(context: office.context)
      try projector.project(entry, in: storage)
      try projector.finish(in: storage)
    }
  }
}
