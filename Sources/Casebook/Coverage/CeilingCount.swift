import Casework
import Replication

/// Counts the visits a ceiling binds, by unit: planned ones too, for a ceiling must hold before the visit is made.
///
/// Not counted: visits that were cancelled, and those that a complaint, a case or an order gave rise to (个案检查).
struct CeilingCount {
  let storage: any ReplicaStorage
  /// Offices of the files that visits came from.
  private(set) var reach = CoverageReach()

  init(storage: any ReplicaStorage) { self.storage = storage }

  /// - Parameter inspections: the regime's files of the kind inspection.
  /// - Parameter identity: what stands for the unit of a subject's record, so that one registered twice is one.
  /// - Parameter reader: keeps what it reads of the files for the next count.
  mutating func visits(
    _ inspections: [CaseSummary], in year: Int, under rule: CeilingRule, workflow: (String) -> Workflow?,
    identity: (String) -> String, reader: inout CheckReader
  ) throws -> [String: Int] {
    var visits: [String: Int] = [:]
    for summary in inspections
    where !summary.subject.isEmpty && rule.binds(summary.checkKind) && CivilDate(summary.openedOn)?.year == year {
      if summary.isFinal,
        try reader.check(summary, workflow: workflow(summary.workflow), withFacts: false) == nil
      {
        continue
      }
      let source = try storage.row(RecordType.caseFile.number, summary.file)?.text(12) ?? ""
      if let id = RecordID(hex: source) {
        let row = try storage.row(RecordType.caseFile.number, id)
        reach.looked(at: row?.text(9))
        if Self.isCaseDriven(row) { continue }
      }
      visits[identity(summary.subject), default: 0] += 1
    }
    return visits
  }

  /// - Parameter source: id of the file a visit comes from, or empty.
  static func isCaseDriven(_ source: String, in storage: any ReplicaStorage) throws -> Bool {
    isCaseDriven(try RecordID(hex: source).flatMap { try storage.row(RecordType.caseFile.number, $0) })
  }

  private static func isCaseDriven(_ source: RecordRow?) -> Bool {
    source != nil && source?.text(1) != Workflow.Kind.inspection.rawValue
  }
}
