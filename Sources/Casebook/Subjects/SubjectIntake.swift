import Casework
import Replication

/// Takes entries into the register in their order, each judged against the register and the entries before it.
/// Decides only; what is to be written is in `changes` and `sealed`.
struct SubjectIntake {
  /// Former names kept of a record; companies rename themselves a few times in their life.
  static let formerNamesMax = 50

  /// Values of a record to be written, by field.
  struct Write {
    var id: RecordID
    var values: [(UInt64, FieldValue)]
  }

  private let book: SubjectBook
  private let makeID: () -> RecordID
  private var ownByCode: [String: RecordRow] = [:]
  private var ownByNumber: [String: RecordRow] = [:]
  /// Made when the first row is compared.
  private var finder: SuspectFinder?
  /// Added from this file, by id.
  private var added: [RecordReference: (brief: SubjectBrief, line: Int)] = [:]
  private var seen: Set<String> = []

  private(set) var subjects: [Write] = []
  /// Identification numbers by the subject's id.
  private(set) var numbers: [(subject: RecordID, number: String)] = []

  init(book: SubjectBook, makeID: @escaping () -> RecordID) {
    self.book = book
    self.makeID = makeID
    for row in book.rows where row.text(SubjectField.office) == book.office.text {
      if let code = row.text(SubjectField.code), !code.isEmpty, ownByCode[code] == nil { ownByCode[code] = row }
      if SubjectKind.isPerson(row.text(SubjectField.kind)), let number = book.numbers[row.id.description],
        ownByNumber[number] == nil
      {
        ownByNumber[number] = row
      }
    }
  }

  /// What becomes of one row of a file.
  mutating func take(_ draft: SubjectDraft) -> ImportRow {
    let line = draft.line ?? 0
    do throws(SubjectEntry.Refused) {
      let entry = try SubjectEntry(draft)
      try refuseSecond(entry)
      return take(entry, line: line)
    } catch {
      // Without its code, which may be what was refused.
      return ImportRow(line: line, outcome: .refused, code: "", name: draft.name, messages: [error.message])
    }
  }

  private mutating func refuseSecond(_ entry: SubjectEntry) throws(SubjectEntry.Refused) {
    let isPerson = SubjectKind.isPerson(entry.kind)
    let key = isPerson ? entry.residentID : entry.code
    if key.isEmpty || seen.insert(key).inserted { return }
    let shown = isPerson ? Masking.residentID(key) : key
    throw SubjectEntry.Refused(
      code: "subject",
      message: isPerson
        ? Bilingual(
          zh: "公民身份号码 \(shown) 在文件中重复，未导入。", en: "Number \(shown) stands twice in the file; not imported.")
        : Bilingual(
          zh: "统一社会信用代码 \(shown) 在文件中重复，未导入。", en: "Code \(shown) stands twice in the file; not imported."),
      remedy: Bilingual(zh: "请删去重复行。", en: "Take the second row out."))
  }

  mutating func take(_ entry: SubjectEntry, line: Int) -> ImportRow {
    let present = SubjectKind.isPerson(entry.kind) ? ownByNumber[entry.residentID] : ownByCode[entry.code]
    let id = present?.id ?? makeID()
    let values = present.map { changes(of: $0, to: entry) } ?? fields(of: entry)
    if !values.isEmpty { subjects.append(Write(id: id, values: values)) }
    let hasNewNumber = !entry.residentID.isEmpty && book.numbers[id.description] != entry.residentID
    if hasNewNumber { numbers.append((id, entry.residentID)) }
    var row = ImportRow(
      line: line, outcome: present == nil ? .added : values.isEmpty && !hasNewNumber ? .unchanged : .updated,
      code: entry.code, name: entry.name, messages: entry.warnings)
    if let present, book.merges.isMerged(present.id.description) {
      let survivor = book.brief(book.survivor(of: present))
      row.messages.append(
        Bilingual(
          zh: "此记录已并入“\(survivor.name)”，仍在其名下显示。",
          en: "This record was merged into “\(survivor.name)” and shows under it."))
    }
    if let old = present?.text(SubjectField.name), old != entry.name {
      row.messages.append(Bilingual(zh: "原名称“\(old)”。", en: "It was named “\(old)”."))
    }
    if present?.text(SubjectField.name) != entry.name { compare(entry, id, line: line, &row) }
    return row
  }

  /// Names the suspects, and is one for the rows to come.
  private mutating func compare(_ entry: SubjectEntry, _ id: RecordID, line: Int, _ row: inout ImportRow) {
    let hasNumber = !entry.residentID.isEmpty
    var finder = self.finder.take() ?? SuspectFinder(book.rows, in: book)
    var found: Set<RecordReference> = []
    let finding = finder.suspects(ofName: entry.name, kind: entry.kind, hasNumber: hasNumber)
    row.moreSuspects = finding.leftOut
    for suspect in finding.suspects where found.insert(suspect.id).inserted {
      let named: ImportSuspect
      if let other = added[suspect.id] {
        named = ImportSuspect(subject: other.brief, line: other.line, score: suspect.score)
      } else if let other = book.row(suspect.id), !isKnownAsOne(entry, id, other) {
        named = ImportSuspect(subject: book.brief(other), line: nil, score: suspect.score)
      } else {
        continue
      }
      if row.suspects.count < SuspectFinder.suspectsMax { row.suspects.append(named) } else { row.moreSuspects += 1 }
    }
    finder.add(id.description, name: entry.name, kind: entry.kind, hasNumber: hasNumber)
    self.finder = finder
    added[id.description] = (
      SubjectBrief(id: id.description, code: entry.code, name: entry.name, office: book.office.text), line
    )
  }

  private func isKnownAsOne(_ entry: SubjectEntry, _ id: RecordID, _ other: RecordRow) -> Bool {
    book.identity.of(id.description) == book.identity.of(other.id.description)
      || !entry.code.isEmpty && other.text(SubjectField.code) == entry.code
  }

  private func fields(of entry: SubjectEntry) -> [(UInt64, FieldValue)] {
    [
      (SubjectField.code, .text(entry.code)), (SubjectField.name, .text(entry.name)),
      (SubjectField.kind, .text(entry.kind)), (SubjectField.address, .text(entry.address)),
      (SubjectField.office, .text(book.office.text)),
    ] + (entry.representative.isEmpty ? [] : [(SubjectField.representative, .text(entry.representative))])
  }

  /// Only what differs: an empty cell says nothing, and a value written again would look newer than it is.
  private func changes(of row: RecordRow, to entry: SubjectEntry) -> [(UInt64, FieldValue)] {
    var values: [(UInt64, FieldValue)] = [
      (SubjectField.name, entry.name), (SubjectField.kind, entry.kind), (SubjectField.address, entry.address),
      (SubjectField.representative, entry.representative),
    ].filter { field, text in
      !text.isEmpty && (row.text(field) != text || row.fields[field]?.isInConflict == true)
    }.map { ($0.0, .text($0.1)) }
    if let old = row.text(SubjectField.name), !old.isEmpty, old != entry.name {
      let names = (row.text(SubjectField.formerNames) ?? "").split(separator: "\n").map(String.init)
      let kept = (names.filter { $0 != old } + [old]).suffix(Self.formerNamesMax)
      values.append((SubjectField.formerNames, .text(kept.joined(separator: "\n"))))
    }
    return values
  }
}
