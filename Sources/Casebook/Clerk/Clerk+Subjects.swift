import Casework
import Replication

/// Registering units and persons, one by one and from a list.
extension Clerk {
  func subjectBook(in storage: any ReplicaStorage) throws -> SubjectBook {
    try SubjectBook(context: context, storage: storage)
  }

  func addSubject(_ draft: SubjectDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let entry: SubjectEntry
    do throws(SubjectEntry.Refused) {
      entry = try SubjectEntry(draft)
    } catch {
      throw DeskFailure(kind: .badInput, code: error.code, message: error.message, remedy: error.remedy)
    }
    var intake = SubjectIntake(book: try subjectBook(in: storage), makeID: newID)
    let row = intake.take(entry, line: 0)
    try store(intake, in: storage)
    var views = try subjectViews(containing: entry.code.isEmpty ? entry.name : entry.code, in: storage)
    let suspects = row.suspects.map { suspect in
      Bilingual(
        zh: "与“\(suspect.subject.name)”\(suspect.subject.code)名称相近，疑似重复。",
        en: "Its name is like “\(suspect.subject.name)” \(suspect.subject.code): possibly the same.")
    }
    for index in views.indices where views[index].name == entry.name { views[index].warnings += suspects }
    return .subjects(views)
  }

  /// Takes in every row that can be taken and says what became of each. All are stored or none.
  func importSubjects(
    _ drafts: [SubjectDraft], in storage: any ReplicaStorage, progress: (DeskProgress) -> Void
  ) throws -> DeskReply {
    var intake = SubjectIntake(book: try subjectBook(in: storage), makeID: newID)
    let rows = drafts.enumerated().map { index, draft in
      progress(DeskProgress(work: Self.reading, done: index, total: drafts.count, unit: .rows))
      return intake.take(draft)
    }
    progress(DeskProgress(work: Self.storing, done: 0, total: 0))
    try store(intake, in: storage)
    return .imported(ImportView(rows: rows))
  }

  private static let reading = Bilingual(zh: "核对名录", en: "reading the list")
  private static let storing = Bilingual(zh: "登记入库", en: "storing")

  private func store(_ intake: SubjectIntake, in storage: any ReplicaStorage) throws {
    try record(all: intake.subjects.map { try write(.subject, $0.id, $0.values, in: storage) }, for: .up, in: storage)
    let sealed = try intake.numbers.map { subject, number in
      let kept = try storage.rows(RecordType.sealedPerson.number, where: 1, is: .text(subject.description)).first
      return try write(
        .sealedPerson, kept?.id ?? newID(), [(1, .text(subject.description)), (2, .text(number))], in: storage)
    }
    try record(all: sealed, for: .own, in: storage)
  }

  /// Other offices see as much of it at once as one transaction may hold.
  private func record(all changes: [Change], for audience: Audience, in storage: any ReplicaStorage) throws {
    let pieces = try Journal.split(changes, partsMax: .max)
    for start in stride(from: 0, to: pieces.count, by: LogLimits.partsMax) {
      let end = min(start + LogLimits.partsMax, pieces.count)
      try record(Array(pieces[start..<end].joined()), for: audience, in: storage)
    }
  }
}
