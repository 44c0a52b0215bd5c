import Casework
import Replication

/// A draw put together from its records, as the log has them; nothing is checked yet.
struct OpenedDraw {
  /// One round: asked for, and revealed once it has a seed.
  struct Round {
    let row: RecordRow
    let number: Int
    /// In drawn order; empty until the round is revealed.
    let drawn: [DrawAssignment]

    /// Hash of the witness's entry that holds the receipt.
    var seed: [UInt8]? { row.text(DrawRecords.RoundField.seed).flatMap { Hexadecimal.bytes($0) } }
    var nonce: [UInt8]? { row.text(DrawRecords.RoundField.nonce).flatMap { Hexadecimal.bytes($0) } }
    var isRevealed: Bool { seed != nil }
    var reason: DrawReason { row.text(DrawRecords.RoundField.reason).flatMap(DrawReason.init) ?? .other }
    var note: String { row.text(DrawRecords.RoundField.note) ?? "" }
    var replaces: [DrawReplacement] { DrawRecords.replaces(row.text(DrawRecords.RoundField.replaces) ?? "") }

    func redraw(seed: [UInt8]) -> DrawRedraw {
      DrawRedraw(round: number, reason: reason, note: note, replaces: replaces, seed: seed)
    }
  }

  let row: RecordRow
  let roster: DrawRoster?
  let parameters: DrawParameters?
  /// By number and id.
  let rounds: [Round]

  var id: RecordID { row.id }
  var number: String { text(DrawRecords.Field.number) }
  var office: String { text(DrawRecords.Field.office) }
  /// Office whose receipts are the seeds: the superior when the office committed.
  var witness: String { text(DrawRecords.Field.witness) }
  var units: Int { Int(row.value(DrawRecords.Field.units).integer ?? 0) }
  var drawn: Int { Int(row.value(DrawRecords.Field.drawn).integer ?? 0) }
  var suite: SuiteID? {
    row.value(DrawRecords.Field.suite).integer.flatMap { UInt8(exactly: $0) }.flatMap(SuiteID.init)
  }
  var kinds: [String] { text(DrawRecords.Field.kinds).split(separator: "\n").map(String.init) }

  func text(_ field: UInt64) -> String { row.text(field) ?? "" }
  func digest(_ field: UInt64) -> [UInt8] { Hexadecimal.bytes(text(field)) ?? [] }

  /// Rounds 1, 2, … as far as they are revealed.
  var revealed: [Round] {
    var result: [Round] = []
    while let next = rounds.first(where: { $0.number == result.count + 1 && $0.isRevealed }) { result.append(next) }
    return result
  }

  /// The re-draw that was asked for and is not revealed yet.
  var pending: Round? {
    let next = revealed.count + 1
    return next == 1 ? nil : rounds.first { $0.number == next && !$0.isRevealed }
  }

  /// When the office committed, by its own clock.
  var committedAt: HybridTimestamp? { row.fields[DrawRecords.Field.commitment]?.winner?.stamp.time }

  /// The same of the reveal of the first round.
  var revealedAt: HybridTimestamp? { revealed.first?.row.fields[DrawRecords.RoundField.seed]?.winner?.stamp.time }

  /// Whether any field of its records was written more than once: honest software never does.
  var isRewritten: Bool {
    ([row] + rounds.map(\.row)).contains { row in
      row.fields.values.contains { $0.isInConflict || $0.isOverwritten }
    }
  }

  /// What was revealed so far, or `nil` before the first reveal.
  func reveal() -> DrawReveal? {
    let revealed = revealed
    guard let first = revealed.first, let seed = first.seed else { return nil }
    return DrawReveal(
      nonce: first.nonce ?? [], seed: seed, redraws: revealed.dropFirst().map { $0.redraw(seed: $0.seed ?? []) })
  }

  /// What is published, exactly as the records say.
  /// - Returns: `nil` before the first reveal.
  func publication(of draw: Draw) throws(DrawProblem) -> DrawPublication? {
    guard let roster, let parameters, let reveal = reveal() else { return nil }
    var commitment = try draw.commitment(nonce: reveal.nonce)
    commitment.roster = digest(DrawRecords.Field.roster)
    commitment.parameters = digest(DrawRecords.Field.parameters)
    commitment.nonce = digest(DrawRecords.Field.nonce)
    commitment.digest = digest(DrawRecords.Field.commitment)
    return DrawPublication(
      roster: roster, parameters: parameters, commitment: commitment, reveal: reveal, result: result)
  }

  /// The list as the records say.
  var result: DrawResult {
    let rounds = revealed.map { round in
      DrawRound(
        number: round.number, redraw: round.number == 1 ? nil : round.redraw(seed: round.seed ?? []),
        drawn: round.drawn)
    }
    return DrawResult(commitment: digest(DrawRecords.Field.commitment), rounds: rounds)
  }

  var standing: [DrawAssignment] { result.standing }
}

extension ReplicaContext {
  /// Reads a draw from its records.
  /// - Parameter outline: without rosters and lists, which a table of draws does not need.
  func openedDraw(_ row: RecordRow, outline: Bool = false, in storage: any ReplicaStorage) throws -> OpenedDraw {
    let office = OfficeCode(row.text(DrawRecords.Field.office) ?? "")
    func text(_ part: DrawRecords.Part, of owner: RecordID) throws -> String? {
      outline ? nil : try DrawRecords.text(part, of: owner, by: office, tree: tree, in: storage)
    }
    let key = FieldValue.text(row.id.description)
    let rounds = try storage.rows(RecordType.drawResult.number, where: DrawRecords.RoundField.draw, is: key)
      .filter { tree.soleAuthor(of: $0) == office }.map { row in
        OpenedDraw.Round(
          row: row, number: Int(clamping: row.value(DrawRecords.RoundField.round).integer ?? 0),
          drawn: DrawRecords.drawn(try text(.result, of: row.id) ?? ""))
      }
    return OpenedDraw(
      row: row, roster: try text(.roster, of: row.id).flatMap(DrawRecords.roster),
      parameters: try text(.parameters, of: row.id).flatMap(DrawRecords.parameters),
      rounds: rounds.sorted { ($0.number, $0.row.id) < ($1.number, $1.row.id) })
  }

  func hash(of draw: OpenedDraw) -> (([UInt8]) -> [UInt8])? {
    guard let suite = draw.suite.flatMap({ suites[$0] }) else { return nil }
    return { suite.hash($0).bytes }
  }
}
