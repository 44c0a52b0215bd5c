import Casework
import Replication

/// Finds records that may be the same unit as another.
///
/// Units are compared by their names. Persons share names too often: two of one name are suspected only where the
/// number of at least one is not known, and only at the office that keeps the numbers.
struct SuspectFinder {
  /// Suspects named beside a record; a chain of shops with one name has hundreds.
  static let suspectsMax = 10

  struct Suspect {
    var id: RecordReference
    /// Similarity of the names in thousandths.
    var score: Int
  }

  /// The likest first, and how many names much alike were not compared one by one.
  struct Finding {
    var suspects: [Suspect]
    var leftOut = 0
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
  mutating func suspects(ofName name: String, kind: String, hasNumber: Bool) -> Finding {
    if SubjectKind.isPerson(kind) { return namesakes(name, hasNumber: hasNumber) }
    let search = names.search(name)
    return Finding(
      suspects: search.suspects.map { Suspect(id: ids[$0.position], score: $0.score) }, leftOut: search.leftOut)
  }

  /// No more are looked at than are compared of units.
  private func namesakes(_ name: String, hasNumber: Bool) -> Finding {
    let all = persons[name] ?? []
    let compared = all.prefix(SimilarNameIndex.candidatesMax)
    return Finding(
      suspects: compared.filter { !(hasNumber && $0.hasNumber) }.map { Suspect(id: $0.id, score: 1000) },
      leftOut: all.count - compared.count)
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
