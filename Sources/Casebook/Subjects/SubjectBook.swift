import Casework
import Replication

/// The register of subjects as one request sees it.
struct SubjectBook {
  typealias Field = SubjectField

  /// Beginnings of ids that are taken for one; shorter ones are names.
  private static let idPrefixMin = 8

  let office: OfficeCode
  /// Every record held, by id.
  let rows: [RecordRow]
  let merges: SubjectMerges
  let identity: UnitIdentity
  /// Identification numbers kept at this office, by the subject's id.
  let numbers: [RecordReference: String]
  private let byID: [RecordReference: RecordRow]

  init(context: ReplicaContext, storage: any ReplicaStorage) throws {
    office = context.office
    rows = try storage.rows(RecordType.subject.number)
    merges = try SubjectMerges(context: context, storage: storage)
    identity = UnitIdentity(rows: rows, merges: merges)
    byID = Dictionary(rows.map { ($0.id.description, $0) }, uniquingKeysWith: { first, _ in first })
    numbers = Dictionary(
      try storage.rows(RecordType.sealedPerson.number).map { ($0.text(1) ?? "", $0.text(2) ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  func row(_ id: RecordReference) -> RecordRow? { byID[id] }

  /// The record that a record shows under: itself, where it was not merged.
  func survivor(of row: RecordRow) -> RecordRow { byID[merges.survivor(of: row.id.description)] ?? row }

  /// Every record of the same unit, the survivor's before the others'.
  func records(of row: RecordRow) -> [RecordRow] {
    let survivor = survivor(of: row)
    let key = identity.of(row.id.description)
    return [survivor] + rows.filter { $0.id != survivor.id && identity.of($0.id.description) == key }
  }

  // MARK: Finding

  /// Records that a person may mean: by code or name; else by the whole number of a person; else by a former name;
  /// else by the id or its beginning.
  func matching(_ text: String) -> [RecordRow] {
    let number = SubjectEntry.number(text)
    let ways: [(RecordRow) -> Bool] = [
      { $0.text(Field.name) == text || !number.isEmpty && $0.text(Field.code) == number },
      { !number.isEmpty && numbers[$0.id.description] == number },
      { Self.formerNames(of: $0).contains(text) },
      { text.utf8.count >= Self.idPrefixMin && $0.id.description.hasPrefix(text.lowercased()) },
    ]
    for fits in ways {
      let found = rows.filter(fits)
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The surviving record of the unit that a person means.
  /// - Throws: `DeskFailure` where there is none or several.
  func unit(_ text: String) throws -> RecordRow {
    var units: [RecordRow] = []
    for row in matching(text).map(survivor) where !units.contains(where: { $0.id == row.id }) { units.append(row) }
    // One unit under one code at several offices: this office's record is meant, else the oldest.
    if Set(units.map { identity.of($0.id.description) }).count == 1,
      let row = units.first(where: { $0.text(Field.office) == office.text }) ?? units.first
    {
      return row
    }
    return try only(units, meantBy: text)
  }

  /// - Throws: `DeskFailure` where there is none or several.
  func only(_ rows: [RecordRow], meantBy text: String) throws -> RecordRow {
    guard let row = rows.first else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-subject",
        message: Bilingual(zh: "登记簿中没有“\(text)”。", en: "“\(text)” is not in the register."),
        remedy: Bilingual(zh: "先用 docket subject add 登记。", en: "Register it with docket subject add first."))
    }
    guard rows.count == 1 else {
      let ids = rows.map { "\($0.text(Field.code) ?? "") \($0.id)" }.joined(separator: "; ")
      throw DeskFailure(
        kind: .badInput, code: "ambiguous-subject",
        message: Bilingual(zh: "名称“\(text)”对应 \(rows.count) 个对象。", en: "“\(text)” names \(rows.count) units."),
        remedy: Bilingual(
          zh: "请用统一社会信用代码或编号指定：\(ids)。", en: "Use the unified social credit code or the id: \(ids)."))
    }
    return row
  }

  /// Records whose code, name or former name contains a text or whose number it is, and the ones those show under.
  func containing(_ text: String) -> [RecordRow] {
    let number = SubjectEntry.number(text)
    let found = rows.filter { row in
      [row.text(Field.code) ?? "", row.text(Field.name) ?? ""].contains { $0.contains(text) }
        || Self.formerNames(of: row).contains { $0.contains(text) }
        || !number.isEmpty && (numbers[row.id.description] == number || row.text(Field.code) == number)
    }
    let ids = Set(found.map(\.id)).union(found.map { survivor(of: $0).id })
    return rows.filter { ids.contains($0.id) }
  }

  // MARK: Showing

  static func formerNames(of row: RecordRow) -> [String] {
    (row.text(Field.formerNames) ?? "").split(separator: "\n").map(String.init).filter { $0 != row.text(Field.name) }
  }

  func brief(_ row: RecordRow) -> SubjectBrief {
    SubjectBrief(
      id: row.id.description, code: row.text(Field.code) ?? "", name: row.text(Field.name) ?? "",
      office: row.text(Field.office) ?? "")
  }

  func view(_ row: RecordRow) -> SubjectView {
    let survivor = survivor(of: row)
    let number = numbers[row.id.description] ?? ""
    let code = row.text(Field.code) ?? ""
    return SubjectView(
      id: row.id.description, code: code, name: row.text(Field.name) ?? "", kind: row.text(Field.kind) ?? "",
      address: row.text(Field.address) ?? "", office: row.text(Field.office) ?? "",
      representative: row.text(Field.representative).flatMap { $0.isEmpty ? nil : $0 },
      maskedResidentID: number.isEmpty ? nil : Masking.residentID(number), formerNames: Self.formerNames(of: row),
      mergedInto: survivor.id == row.id ? nil : brief(survivor),
      warnings: SocialCreditCode.warnings(code).map(\.message) + SubjectEntry.warnings(ofNumber: number))
  }
}

/// Field numbers of `RecordType.subject`.
enum SubjectField {
  static let code: UInt64 = 1
  static let name: UInt64 = 2
  static let kind: UInt64 = 3
  static let address: UInt64 = 4
  static let office: UInt64 = 5
  static let representative: UInt64 = 6
  /// One a line, the oldest first.
  static let formerNames: UInt64 = 7
}
