import Casework
import Replication

/// Draws as lists and pages show them, derived again from the log.
extension Clerk {
  private typealias Field = DrawRecords.Field

  func drawRows(in storage: any ReplicaStorage) throws -> [DrawRow] {
    try storage.rows(RecordType.draw.number).map { row in
      try drawRow(try context.openedDraw(row, outline: true, in: storage), in: storage)
    }
  }

  private func drawRow(_ draw: OpenedDraw, in storage: any ReplicaStorage) throws -> DrawRow {
    var state = DrawState.revealed
    if draw.revealed.isEmpty || draw.pending != nil {
      let witness = try context.witness(ofRound: draw.revealed.count + 1, of: draw, in: storage)
      state = witness?.seed == nil ? .waiting : .ready
    }
    return DrawRow(
      id: draw.id.description, number: draw.number, title: draw.text(Field.title), office: draw.office,
      witness: draw.witness, pack: draw.text(Field.pack), regime: draw.text(Field.regime),
      checkKind: draw.text(Field.checkKind), openedOn: draw.text(Field.openedOn), units: draw.units, drawn: draw.drawn,
      rounds: draw.revealed.count, state: state)
  }

  /// The draw, derived again from the log.
  func drawView(_ reference: String, in storage: any ReplicaStorage) throws -> DrawView {
    let draw = try openedDraw(reference, in: storage)
    let standing = draw.standing
    let names = try DrawNames(of: draw.rounds.flatMap(\.drawn), in: storage)
    let conductors = try draw.text(Field.officers).split(separator: " ").map { id in
      try RecordID(hex: id).flatMap { try storage.row(RecordType.officer.number, $0)?.text(1) } ?? String(id)
    }
    return DrawView(
      row: try drawRow(draw, in: storage), officers: conductors, commitment: draw.text(Field.commitment),
      officersInRoster: draw.parameters?.officers.count ?? 0,
      officersPerSubject: draw.parameters?.officersPerSubject ?? 0,
      rounds: try draw.rounds.map { round in
        DrawRoundView(
          number: round.number, reason: round.number == 1 ? nil : round.reason.name, note: round.note,
          replaces: round.replaces.map { names.text(of: $0) }, seed: round.seed.map { Hexadecimal.string($0) },
          receiptedAt: try context.witness(ofRound: round.number, of: draw, in: storage)?.receipt?.receipt.clock,
          drawn: round.drawn.map { names.unit($0) })
      }, standing: standing.map { names.unit($0) },
      findings: try DrawAudit(context: context, draw: draw).findings(in: storage),
      file: try context.file(of: draw, names: names.all(in: standing), in: storage))
  }

  /// A draw by its number, its id, or the beginning of its id.
  func openedDraw(_ reference: String, in storage: any ReplicaStorage) throws -> OpenedDraw {
    let rows = try storage.rows(RecordType.draw.number)
    let numbered = rows.filter { $0.text(Field.number) == reference }
    let found =
      numbered.isEmpty && reference.utf8.count >= 4
      ? rows.filter { $0.id.description.hasPrefix(reference) } : numbered
    guard let row = found.first, found.count == 1 else {
      throw DeskFailure(
        kind: .badInput, code: found.isEmpty ? "unknown-draw" : "ambiguous-draw",
        message: found.isEmpty
          ? Bilingual(zh: "没有抽取“\(reference)”。", en: "There is no draw “\(reference)”.")
          : Bilingual(zh: "“\(reference)”对应 \(found.count) 次抽取。", en: "“\(reference)” fits \(found.count) draws."),
        remedy: Bilingual(
          zh: "用 docket draw list 查看；若在其他机构，请先同步。",
          en: "See docket draw list; if it is another office's, synchronise first."))
    }
    return try context.openedDraw(row, in: storage)
  }

}

/// Names of what was drawn, as the registers have them now.
struct DrawNames {
  private var subjects: [String: (code: String, name: String)] = [:]
  private var officers: [String: String] = [:]

  init(of drawn: [DrawAssignment], in storage: any ReplicaStorage) throws {
    for assignment in drawn {
      if let row = try RecordID(hex: assignment.subject).flatMap({ try storage.row(RecordType.subject.number, $0) }) {
        subjects[assignment.subject] = (row.text(1) ?? "", row.text(2) ?? "")
      }
      for id in assignment.officers where officers[id] == nil {
        officers[id] = try RecordID(hex: id).flatMap { try storage.row(RecordType.officer.number, $0)?.text(1) }
      }
    }
  }

  func unit(_ drawn: DrawAssignment) -> DrawnUnit {
    let subject = subjects[drawn.subject]
    return DrawnUnit(
      id: drawn.subject, code: subject?.code ?? "", name: subject?.name ?? drawn.subject,
      officers: drawn.officers.map { officers[$0] ?? $0 })
  }

  func text(of replacement: DrawReplacement) -> String {
    let name = subjects[replacement.subject]?.name ?? replacement.subject
    return replacement.officer.map { "\(name) / \(officers[$0] ?? $0)" } ?? name
  }

  /// Every unit and officer of a list, by id.
  func all(in drawn: [DrawAssignment]) -> [String: String] {
    var names: [String: String] = [:]
    for assignment in drawn {
      names[assignment.subject] = subjects[assignment.subject]?.name
      for id in assignment.officers { names[id] = officers[id] }
    }
    return names
  }
}
