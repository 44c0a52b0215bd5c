import Casework
import Replication

/// The units of one office as coverage counts them: its register, and what stands for the unit of a file.
struct OfficeUnits {
  let register: UnitRegister
  private var identity: UnitIdentity
  private let storage: any ReplicaStorage
  /// Other offices' records that files named, each with its office; empty for none.
  private var foreign: [RecordReference: String] = [:]
  /// Records whose code `identity` was told, or that have none.
  private var known: Set<RecordReference> = []

  init(of office: OfficeCode, merged: MergedUnits, storage: any ReplicaStorage) throws {
    var identity = merged.identity
    let rows = try storage.values(
      RecordType.subject.number, [SubjectField.code, SubjectField.kind], where: SubjectField.office,
      is: .text(office.text))
    for row in rows {
      guard let code = row.values[0].text, !code.isEmpty else { continue }
      identity.learn(row.id.description, code: code)
    }
    known = Set(rows.map(\.id.description))
    register = UnitRegister(rows.map { ($0.id, $0.values[1].text ?? "") }, identity: identity, merges: merged.merges)
    self.identity = identity
    self.storage = storage
  }

  /// The files by the unit they concern, whichever of its records they name.
  /// - Parameter reach: told whose records were looked at.
  mutating func named(_ files: [CaseSummary], _ reach: inout CoverageReach) throws -> [CaseSummary] {
    var files = files
    for index in files.indices {
      let subject = files[index].subject
      // Another office's record.
      if !subject.isEmpty, known.insert(subject).inserted {
        let row = try RecordID(hex: subject).flatMap { try storage.row(RecordType.subject.number, $0) }
        foreign[subject] = row?.text(SubjectField.office) ?? ""
        identity.learn(subject, code: row?.text(SubjectField.code) ?? "")
      }
      // An empty name is no office's.
      if let office = foreign[subject] { reach.looked(at: office.isEmpty ? nil : office) }
      files[index].subject = identity.of(subject)
    }
    return files
  }

  /// What stands for a unit that a file of `named` concerns: itself.
  func unit(_ subject: String) -> String { identity.of(subject) }
}
