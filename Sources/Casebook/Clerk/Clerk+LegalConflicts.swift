import Casework
import Replication

/// Documents state the party, the number and the day: while two offices have written one of these differently, unseen by
/// each other, no numbered document is issued (DESIGN section 5).
extension Clerk {
  func checkLegalConflicts(_ rule: ActRule?, of file: OpenedFile, _ storage: any ReplicaStorage) throws {
    guard let rule, rule.form?.series != nil else { return }
    var rows = [(RecordType.caseFile, file.row)]
    if let subject = file.row.text(8).flatMap({ RecordID(hex: $0) }),
      let row = try storage.row(RecordType.subject.number, subject)
    {
      rows.append((RecordType.subject, row))
    }
    for (type, row) in rows {
      guard let field = type.fields.first(where: { $0.isLegal && row.fields[$0.number]?.isInConflict ?? false }) else {
        continue
      }
      throw DeskFailure(
        Refusal(
          code: .legalConflict,
          message: Bilingual(
            zh: "法定要素 \(type.name).\(field.name) 存在并行修改的不同值，解决前不得制发文书。",
            en: "The legal field \(type.name).\(field.name) holds values written in two places; no document before that is resolved."),
          article: rule.source,
          remedy: Bilingual(
            zh: "用 docket conflicts 查看各值及来源，用 docket conflicts resolve \(row.id) \(field.name) 序号 采用其一。",
            en: "See docket conflicts; take one by docket conflicts resolve \(row.id) \(field.name) NUMBER.")))
    }
  }
}
