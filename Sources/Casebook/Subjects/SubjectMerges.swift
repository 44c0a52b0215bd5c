import Casework
import Replication

/// One merge of two records of the same unit, and its undoing.
struct SubjectMerge: Sendable, Hashable {
  /// Who said why, and when.
  struct Statement: Sendable, Hashable {
    var reason: String
    /// Id of the officer's record.
    var officer: String
    /// `YYYY-MM-DD`.
    var on: String
    var office: OfficeCode
  }

  let id: RecordID
  let from: RecordReference
  let into: RecordReference
  let made: Statement
  /// `nil` while it stands.
  let undone: Statement?
}

enum SubjectMergeField {
  static let from: UInt64 = 1
  static let into: UInt64 = 2
  static let reason: UInt64 = 3
  static let officer: UInt64 = 4
  static let mergedOn: UInt64 = 5
  static let undoneReason: UInt64 = 6
  static let undoneOfficer: UInt64 = 7
  static let undoneOn: UInt64 = 8
}

/// Which records stand for one unit, and which of them survives: a function of the merges held and the office tree
/// alone, so that replicas with the same merges agree, whatever the order of arrival.
///
/// The merges are taken by authority, the lower office's first, then by id. Each puts the unit of `from` under the
/// survivor of `into`. Where the two are one unit already, somebody else merged them unseen; then the later taken one
/// decides only if it contradicts, that is, if `from` is what survives: its `into` survives instead. So of A into B
/// and B into A the higher office's stands, among equals the later made one, and never both or a circle.
struct SubjectMerges {
  /// Merges that count, undone ones too, by authority and id.
  let all: [SubjectMerge]
  private var survivors: [RecordReference: RecordReference] = [:]

  /// - Parameter before: only what was written before this time, to see the register as it stood.
  init(context: ReplicaContext, storage: any ReplicaStorage, before: HybridTimestamp? = nil) throws {
    let rows = try storage.rows(RecordType.subjectMerge.number)
    all = rows.isEmpty ? [] : try Self.counting(rows, context, storage, before: before)
    var parents: [RecordReference: RecordReference] = [:]
    func root(_ id: RecordReference) -> RecordReference {
      var id = id
      while let next = parents[id] { id = next }
      return id
    }
    for merge in standing {
      let (from, into) = (root(merge.from), root(merge.into))
      if from != into {
        parents[from] = into
      } else if from == merge.from {
        parents[merge.into] = nil
        parents[from] = merge.into
      }
    }
    for id in parents.keys { survivors[id] = root(id) }
  }

  var standing: [SubjectMerge] { all.filter { $0.undone == nil } }

  func survivor(of id: RecordReference) -> RecordReference { survivors[id] ?? id }
  func isMerged(_ id: RecordReference) -> Bool { survivors[id] != nil }
  var isEmpty: Bool { survivors.isEmpty }
  /// Merged records, each with the one that survives.
  var merged: [RecordReference: RecordReference] { survivors }

  /// One row for each unit, the survivor's where it is among them, else the oldest, in the order given.
  func representatives(of rows: [RecordRow]) -> [RecordRow] {
    if survivors.isEmpty { return rows }
    let present = Set(rows.map(\.id.description))
    var seen: Set<RecordReference> = []
    return rows.filter { row in
      let survivor = survivor(of: row.id.description)
      return present.contains(survivor) ? survivor == row.id.description : seen.insert(survivor).inserted
    }
  }

  /// The merges to undo so that a merged record stands for itself again, with whatever was merged into it.
  func holding(_ id: RecordReference) -> [SubjectMerge] {
    let survivor = survivor(of: id)
    let others = standing.filter { $0.from != id && $0.into != id }
    var reached: Set<RecordReference> = [survivor]
    var grows = true
    while grows {
      grows = false
      for merge in others where reached.contains(merge.from) != reached.contains(merge.into) {
        reached.formUnion([merge.from, merge.into])
        grows = true
      }
    }
    return standing.filter { $0.from == id || ($0.into == id && reached.contains($0.from)) }
  }

  /// Whether an office may say that two records are one unit, or no longer: the one whose records they are, and those
  /// above it. What another branch says of a register that is not its own counts for nothing.
  static func may(_ office: OfficeCode, merge owners: [OfficeCode], in tree: OfficeTree) -> Bool {
    owners.allSatisfy { $0 == office || tree.isSuperior(office, of: $0) }
  }

  // MARK: Reading

  private static func counting(
    _ rows: [RecordRow], _ context: ReplicaContext, _ storage: any ReplicaStorage, before: HybridTimestamp?
  ) throws -> [SubjectMerge] {
    let offices = Dictionary(
      context.tree.all.map { (WriteStamp.short($0.key), $0.charter.office) }, uniquingKeysWith: { first, _ in first })
    func owner(_ id: RecordReference) throws -> OfficeCode? {
      try RecordID(hex: id).flatMap { try storage.row(RecordType.subject.number, $0)?.text(5) }
        .flatMap { OfficeCode($0) }
    }
    return try rows.compactMap { row -> SubjectMerge? in
      guard let stamp = row.fields[SubjectMergeField.from]?.winner?.stamp, before.map({ stamp.time < $0 }) ?? true,
        stamp.author == row.fields[SubjectMergeField.into]?.winner?.stamp.author, let author = offices[stamp.author],
        let from = row.text(SubjectMergeField.from), let into = row.text(SubjectMergeField.into), from != into
      else { return nil }
      // Without both records here there is nothing to join; the records may still come.
      guard let owners = try owner(from).flatMap({ first in try owner(into).map { [first, $0] } }),
        may(author, merge: owners, in: context.tree)
      else { return nil }
      var undone: SubjectMerge.Statement?
      if let state = row.fields[SubjectMergeField.undoneReason]?.winner, before.map({ state.stamp.time < $0 }) ?? true,
        let undoer = offices[state.stamp.author], may(undoer, merge: [author], in: context.tree)
      {
        undone = SubjectMerge.Statement(
          reason: state.value.text ?? "", officer: row.text(SubjectMergeField.undoneOfficer) ?? "",
          on: row.text(SubjectMergeField.undoneOn) ?? "", office: undoer)
      }
      return SubjectMerge(
        id: row.id, from: from, into: into,
        made: SubjectMerge.Statement(
          reason: row.text(SubjectMergeField.reason) ?? "", officer: row.text(SubjectMergeField.officer) ?? "",
          on: row.text(SubjectMergeField.mergedOn) ?? "", office: author),
        undone: undone)
    }.sorted {
      let ranks = (context.tree.rank(of: $0.made.office), context.tree.rank(of: $1.made.office))
      return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : $0.id < $1.id
    }
  }
}
