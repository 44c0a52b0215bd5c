import Casework
import Replication

/// Finds records that may be the same unit as another.
///
/// Units are compared by their names. Persons share names too often: two of one name are suspected only where the
/// number of at least one is not known, and only at the office that keeps the numbers.
struct SuspectFinder {
  struct Suspect {
    var id: RecordReference
    /// Similarity of the names in thousandths.
    var score: Int
  }

  private var names = SimilarNameIndex()
  private var ids: [RecordReference] = []
  private var persons: [String: [(id: RecordReference, hasNumber: Bool)]] = [:]

  mutating func add(_ id: RecordReference, name: String, kind: String, hasNumber: Bool) {
    if SubjectKind.isPerson(kind) {
      persons[name, default: []].append((id, hasNumber))
    } else {
      names.add(name)
      ids.append(id)
    }
  }

  /// The likest first. The record itself is among them if it was added.
  func suspects(ofName name: String, kind: String, hasNumber: Bool) -> [Suspect] {
    if SubjectKind.isPerson(kind) {
      return (persons[name] ?? []).filter { !(hasNumber && $0.hasNumber) }.map { Suspect(id: $0.id, score: 1000) }
    }
    return names.suspects(of: name).map { Suspect(id: ids[$0.position], score: $0.score) }
  }
}

extension SuspectFinder {
  /// With the records of a register; other offices' persons are left out.
  init(_ rows: [RecordRow], in book: SubjectBook) {
    for row in rows {
      let kind = row.text(SubjectField.kind) ?? ""
      if SubjectKind.isPerson(kind), row.text(SubjectField.office) != book.office.text { continue }
      add(
        row.id.description, name: row.text(SubjectField.name) ?? "", kind: kind,
        hasNumber: book.numbers[row.id.description] != nil)
    }
  }
}
