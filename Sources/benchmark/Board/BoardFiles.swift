import Casebook
import Casework
import Replication
import ReplicaStore

/// Fills a bureau's database with the projection of many districts' work: units, files, their acts and summaries, as
/// they stand after the districts' logs were taken in. The logs themselves, which a board does not read but for their
/// ends, are left out.
struct BoardFiles {
  let districts: [OfficeKeys]
  let files: Int
  let units: Int
  let today: CivilDate
  var random: SeededRandom

  /// Of one transaction.
  private static let filesPerCommit = 10_000
  /// Files are spread over so many days up to today.
  private static let days = 5 * 365
  private let ranks = AuthorRanks { _ in 1 }

  mutating func write(to store: ReplicaStore) throws {
    let perDistrict = max(1, units / districts.count)
    for (number, district) in districts.enumerated() {
      try store.transaction { storage in
        for index in 0..<perDistrict { try unit(index, number, of: district, in: storage) }
      }
    }
    var done = 0
    while done < files {
      let last = min(files, done + Self.filesPerCommit)
      try store.transaction { storage in
        for index in done..<last {
          let number = index % districts.count
          try file(index, number, of: districts[number], perDistrict, in: storage)
        }
      }
      done = last
    }
  }

  private func unit(_ index: Int, _ number: Int, of district: OfficeKeys, in storage: StoreTransaction) throws {
    // One in fifty is known in the next district too.
    let code = index % 50 == 0 ? "SHARED\(index)-\(number / 2)" : "CODE\(number)-\(index)"
    try put(
      RecordType.subject, try id(day: today + -Self.days, index, number, kind: 1), by: district, in: storage,
      [(1, .text(code)), (2, .text("某某有限公司第\(index)分公司")), (3, .text("company")), (5, .text(district.office.text))])
  }

  private mutating func file(
    _ index: Int, _ number: Int, of district: OfficeKeys, _ perDistrict: Int, in storage: StoreTransaction
  ) throws {
    let opened = today + -random.index(Self.days)
    let file = try id(day: opened, index, number, kind: 2)
    let subject = try id(day: today + -Self.days, random.index(perDistrict), number, kind: 1).description
    let isCheck = index % 2 == 0
    let isFinal = opened + 20 < today || index % 3 == 0
    // Every other check is archived on another day than it was opened on: its acts are read.
    let closed = isFinal ? min(today, opened + (isCheck && index % 4 == 0 ? 0 : 1 + random.index(15))) : nil
    let due = isFinal ? nil : (today + (random.index(60) - 20)).description
    let check = isCheck ? ["routine", "special", "full"][random.index(3)] : ""
    let kind = isCheck ? "inspection" : index % 6 == 1 ? "complaint" : "case"
    try put(
      RecordType.caseFile, file, by: district, in: storage,
      [
        (1, .text(kind)), (2, .text("\(district.office)-\(index)")), (3, .text("对某某有限公司的检查")), (4, .text("board")),
        (5, .integer(1)), (6, .text("employers")), (7, .text("visit")), (8, .text(subject)),
        (9, .text(district.office.text)), (11, .text(opened.description)), (13, .text(check)),
      ])
    if isCheck, let closed {
      let acts = [("record", opened + min(1, closed - opened)), ("close", closed)]
      for (position, (rule, day)) in acts.enumerated() {
        try storage.put(try act(rule, day, file: file, position, index, number, by: district))
      }
    }
    try storage.put(
      CaseSummary(
        file: file, kind: kind, number: "\(district.office)-\(index)", title: "对某某有限公司的检查", pack: "board",
        regime: "employers", workflow: "visit", subject: subject, office: district.office.text,
        openedBy: district.office.text, addressee: "", checkKind: check, state: isFinal ? "closed" : "opened",
        isFinal: isFinal, openedOn: opened.description, closedOn: closed?.description, nextDue: due,
        nextClock: due == nil ? nil : "answer", isProvisional: false, isSuspended: due != nil && index % 20 == 1,
        actCount: isCheck ? 2 : 3, voidCount: index % 500 == 0 ? 1 : 0, waitingCount: 0))
  }

  private func act(
    _ rule: String, _ day: CivilDate, file: RecordID, _ position: Int, _ index: Int, _ number: Int, by district: OfficeKeys
  ) throws -> StoredAct {
    let parents = position == 0 ? [] : [try id(day: day, index, number, kind: 3)]
    let officers = ["zhang", "li"].flatMap { [$0, $0, "handler", "E-\($0)", "enforcement", "2020-01-01", "2030-12-31"] }
    return StoredAct(
      change: ActChange(
        file: file, id: try id(day: day, index, number, kind: UInt8(3 + position)), parents: parents, rule: rule,
        facts: [
          .init(name: "@date", value: .text(day.description)),
          .init(name: "@officers", value: .list(officers.map { .text($0) })),
        ]), stream: district.stream, seq: UInt64(index + 1), stamp: HybridTimestamp(milliseconds: noon(day)))
  }

  private func put(
    _ type: RecordType, _ id: RecordID, by district: OfficeKeys, in storage: StoreTransaction,
    _ values: [(UInt64, FieldValue)]
  ) throws {
    let write = RecordWrite(
      type: type.number, id: id, fields: values.map { .init(number: $0, value: $1, replaces: []) })
    let stamp = WriteStamp(time: HybridTimestamp(milliseconds: noon(today)), author: district.fingerprint)
    try storage.apply(write, stamp: stamp, ranks: ranks)
  }

  private func noon(_ day: CivilDate) -> UInt64 { UInt64(max(0, day.dayNumber)) * 86_400_000 + 14_400_000 }

  private func id(day: CivilDate, _ index: Int, _ number: Int, kind: UInt8) throws -> RecordID {
    let tail = [kind, 0] + (0..<4).map { UInt8(truncatingIfNeeded: index >> (24 - 8 * $0)) }
      + [0, 0, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    guard let id = RecordID(milliseconds: noon(day), random: tail) else { throw OfficeKeys.Impossible() }
    return id
  }
}
