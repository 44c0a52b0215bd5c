public import Casework
public import Replication

/// A file put together from its record and acts by the workflow it is pinned to.
public struct OpenedFile: Sendable {
  public var row: RecordRow
  public var pack: RegimePack?
  public var workflow: Workflow?
  public var stored: [StoredAct]
  /// How many notes (reveals) stand beside the acts.
  public var notes: Int
  /// `nil` while the pack is not held here.
  public var folded: FoldedCase?

  public var kind: String { row.text(1) ?? "" }
  public var number: String { row.text(2) ?? "" }
  public var title: String { row.text(3) ?? "" }
  public var regime: String { row.text(6) ?? "" }
  public var office: String { row.text(9) ?? "" }
  public var addressee: String { row.text(10) ?? "" }
  public var openedOn: String { row.text(11) ?? "" }
}

extension ReplicaContext {
  /// - Returns: `nil` when no such file is held.
  /// - Complexity: O(acts log acts).
  public func file(_ id: RecordID, in storage: any ReplicaStorage) throws -> OpenedFile? {
    guard let row = try storage.row(RecordType.caseFile.number, id) else { return nil }
    let pack = try row.text(4).flatMap { code in
      try row.value(5).integer.flatMap {
        try self.pack(code, version: Int($0), for: OfficeCode(row.text(9) ?? ""), in: storage)
      }
    }
    return try file(row, pack: pack, in: storage)
  }

  /// The same with its pack at hand.
  func file(_ row: RecordRow, pack: RegimePack?, in storage: any ReplicaStorage) throws -> OpenedFile {
    let all = try storage.acts(of: row.id)
    let stored = all.filter { !$0.change.rule.hasPrefix(ActRecord.notePrefix) }
    var file = OpenedFile(row: row, stored: stored, notes: all.count - stored.count)
    file.pack = pack
    file.workflow = row.text(7).flatMap { file.pack?.workflow($0) }
    if let workflow = file.workflow, let date = CivilDate(file.openedOn) {
      let opening = CaseOpening(
        office: file.office, addressee: file.addressee.isEmpty ? nil : file.addressee, date: date,
        regime: file.regime)
      file.folded = FoldedCase.fold(
        workflow: workflow, opening: opening, acts: stored.compactMap { ActRecord.act($0, in: tree) },
        hierarchy: tree)
    }
    return file
  }

  /// What lists and boards show of the file.
  func summary(of file: OpenedFile) -> CaseSummary {
    let folded = file.folded
    let history = folded.map { calendars(for: $0) } ?? CalendarHistory(shipped: calendar)
    let readings = folded?.clocks(calendars: history) ?? []
    let next = FoldedCase.nextDue(of: readings)
    let closedOn = folded?.isFinal == true ? folded?.finishedOn?.description : nil
    let isFinal = folded?.isFinal ?? false
    return CaseSummary(
      file: file.row.id, kind: file.kind, number: file.number, title: file.title, pack: file.row.text(4) ?? "",
      regime: file.regime, workflow: file.row.text(7) ?? "", subject: file.row.text(8) ?? "",
      office: folded?.responsible ?? file.office, openedBy: file.office, addressee: file.addressee,
      checkKind: file.row.text(13) ?? "", state: folded?.state ?? "", isFinal: isFinal, openedOn: file.openedOn,
      closedOn: closedOn, nextDue: isFinal ? nil : next?.deadline?.due?.description,
      nextClock: isFinal ? nil : next?.rule.id, isProvisional: !isFinal && (next?.deadline?.provisional ?? false),
      isSuspended: !isFinal && readings.contains { $0.isSuspended && $0.metOn == nil },
      actCount: folded?.steps.count ?? file.stored.count,
      voidCount: folded?.steps.count { step in if case .void = step.outcome { true } else { false } } ?? 0,
      waitingCount: folded?.waiting.count ?? 0)
  }
}
