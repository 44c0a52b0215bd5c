import Replication

/// Records that stand for one unit: those merged, and those of several offices under one unified social credit code.
struct UnitIdentity {
  /// Codes of the records it was told of.
  private var codes: [RecordReference: String] = [:]
  /// Of merged records and their codes alone, which are few.
  private var parents: [String: String] = [:]

  init(rows: [RecordRow], merges: SubjectMerges) {
    for row in rows { learn(row.id.description, code: row.text(SubjectField.code) ?? "") }
    join(merges.merged)
  }

  /// Knows the records that were merged; others are learnt as they come up.
  init(merges: SubjectMerges, storage: any ReplicaStorage) throws {
    let merged = merges.merged
    for id in Set(merged.keys).union(merged.values) { learn(id, code: try Self.code(of: id, in: storage)) }
    join(merged)
  }

  /// - Parameter code: of the record; empty for none.
  mutating func learn(_ id: RecordReference, code: String) {
    if !code.isEmpty { codes[id] = code }
  }

  /// The code it was told of a record; empty for none.
  func code(of id: RecordReference) -> String { codes[id] ?? "" }

  static func code(of id: RecordReference, in storage: any ReplicaStorage) throws -> String {
    try RecordID(hex: id).flatMap { try storage.row(RecordType.subject.number, $0) }?.text(SubjectField.code) ?? ""
  }

  /// The same text for every record of a unit that it knows: a record's id or a code.
  func of(_ subject: String) -> String { root(codes[subject] ?? subject) }

  private func root(_ one: String) -> String {
    var one = one
    while let next = parents[one] { one = next }
    return one
  }

  private mutating func join(_ merged: [RecordReference: RecordReference]) {
    for (id, survivor) in merged.sorted(by: { $0.key < $1.key }) {
      for other in [codes[id], survivor, codes[survivor]].compactMap({ $0 }) {
        let (first, second) = (root(id), root(other))
        if first != second { parents[first] = second }
      }
    }
  }
}
