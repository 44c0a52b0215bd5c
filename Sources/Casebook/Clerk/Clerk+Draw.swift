import Casework
import Replication

/// Random draws over the log: committed offline, revealed by the hash of the superior's first receipt (双随机).
extension Clerk {
  private typealias Field = DrawRecords.Field

  /// Officers for one unit where the regime's document demands none: 双人检查.
  private static let officersPerSubject = 2
  /// Sections in one transaction: three fit an entry, and a transaction has `LogLimits.partsMax` entries.
  private static let sectionsPerTransaction = 128

  /// Commits to roster, parameters and a secret nonce.
  func commitDraw(_ draft: DrawDraft, in storage: any ReplicaStorage) throws -> DrawView {
    guard let witness = context.tree.seat(context.office)?.charter.parent, let suite = context.suites[context.suite]
    else {
      throw DeskFailure(
        kind: .refused, code: "no-witness",
        message: Bilingual(
          zh: "随机抽取的种子须来自上级的回执，根机构没有上级见证，不能自行抽取。",
          en: "The seed is a receipt of the superior; a root office has no superior to witness its draw."),
        remedy: Bilingual(
          zh: "请由下级机构抽取，本机构作见证。", en: "Let a subordinate office draw, with this one as its witness."))
    }
    let (pack, regime) = try drawRules(draft, in: storage)
    let conductors = try conductors(draft.officers, in: storage)
    let roster = try roster(draft.kinds, in: storage)
    let parameters = try parameters(draft, regime: regime, roster: roster, in: storage)
    try refuseSecondDraw(draft, in: storage)
    let nonce = randomBytes(DrawLimits.hashBytes)
    let (draw, commitment) = try drawing {
      let draw = try Draw(roster: roster, parameters: parameters) { suite.hash($0).bytes }
      return (draw, try draw.commitment(nonce: nonce))
    }
    let id = newID()
    try record(
      [
        try write(
          .drawSecret, newID(), [(1, .text(id.description)), (2, .text(Hexadecimal.string(nonce)))], in: storage)
      ], for: .own, in: storage)
    try recordDrawSections(
      DrawRecords.sections(DrawRecords.text(of: roster), .roster, of: id, newID: newID)
        + DrawRecords.sections(DrawRecords.text(of: parameters), .parameters, of: id, newID: newID), in: storage)
    // In an entry of its own: it is published whole, and nothing else may be in it.
    let change = try write(
      .draw, id,
      [
        (Field.number, .text(try nextDrawNumber(in: storage))), (Field.office, .text(context.office.text)),
        (Field.witness, .text(witness.text)), (Field.title, .text(draft.title)), (Field.pack, .text(pack.code)),
        (Field.packVersion, .integer(Int64(pack.version))), (Field.regime, .text(regime.id)),
        (Field.checkKind, .text(draft.checkKind)), (Field.openedOn, .text(today.description)),
        (Field.officers, .text(conductors)), (Field.suite, .integer(Int64(context.suite.rawValue))),
        (Field.roster, .text(Hexadecimal.string(commitment.roster))),
        (Field.parameters, .text(Hexadecimal.string(commitment.parameters))),
        (Field.nonce, .text(Hexadecimal.string(commitment.nonce))),
        (Field.commitment, .text(Hexadecimal.string(commitment.digest))),
        (Field.kinds, .text(draft.kinds.map(DrawRecords.oneLine).joined(separator: "\n"))),
        (Field.units, .integer(Int64(roster.subjects.count))), (Field.drawn, .integer(Int64(draw.count))),
      ], in: storage)
    try record([change], for: .up, in: storage)
    return try drawView(id.description, in: storage)
  }

  private func drawRules(_ draft: DrawDraft, in storage: any ReplicaStorage) throws -> (RegimePack, Regime) {
    guard let pack = try context.packInForce(draft.pack, on: today, in: storage), let regime = pack.regime(draft.regime) else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-regime",
        message: Bilingual(
          zh: "没有制度 \(draft.pack)/\(draft.regime)。", en: "There is no regime \(draft.pack)/\(draft.regime)."),
        remedy: Bilingual(zh: "用 docket regime list 查看。", en: "See docket regime list."))
    }
    guard regime.status == .active, pack.effective <= today else {
      throw DeskFailure(
        kind: .refused, code: "regime-not-in-force",
        message: Bilingual(
          zh: "“\(regime.name.zh)”已划转或尚未施行，不能据此抽取。",
          en: "“\(regime.name.en)” was transferred or is not in force yet; nothing can be drawn under it."),
        remedy: Bilingual(zh: "请换一项制度。", en: "Choose another regime."), article: regime.source)
    }
    guard CheckKind(rawValue: draft.checkKind) != nil else {
      let kinds = CheckKind.allCases.map(\.rawValue).joined(separator: " ")
      throw DeskFailure(
        kind: .badInput, code: "check-kind",
        message: Bilingual(zh: "没有检查类型“\(draft.checkKind)”。", en: "There is no check kind “\(draft.checkKind)”."),
        remedy: Bilingual(zh: "可用：\(kinds)。", en: "Use one of: \(kinds)."))
    }
    guard draft.title.contains(where: { !$0.isWhitespace }) else {
      throw DeskFailure(
        kind: .badInput, code: "title",
        message: Bilingual(zh: "抽查事项的名称不能为空。", en: "A draw needs a title."),
        remedy: Bilingual(zh: "请写明抽查事项。", en: "Say what is drawn for."))
    }
    return (pack, regime)
  }

  /// Ids of the officers who carry it out.
  func conductors(_ logins: [String], in storage: any ReplicaStorage) throws -> String {
    guard !logins.isEmpty else {
      throw DeskFailure(
        kind: .badInput, code: "officer",
        message: Bilingual(zh: "未写明由谁抽取。", en: "Nobody is named who carries the draw out."),
        remedy: Bilingual(zh: "用 --officer 或 --as 写明人员登录名。", en: "Name them with --officer or --as."))
    }
    return try officers(logins, in: storage).map(\.id).joined(separator: " ")
  }

  /// This office's units, merged ones once; the stratum is the unit's kind. Natural persons only where asked for.
  private func roster(_ kinds: [String], in storage: any ReplicaStorage) throws -> DrawRoster {
    let wanted = Set(kinds.map(DrawRecords.oneLine))
    let rows = try storage.rows(RecordType.subject.number, where: 5, is: .text(context.office.text))
    return DrawRoster(
      try SubjectMerges(context: context, storage: storage).representatives(of: rows).compactMap { row in
        let kind = DrawRecords.oneLine(row.text(3) ?? "")
        let isWanted = wanted.isEmpty ? !SubjectKind.isPerson(kind) : wanted.contains(kind)
        return isWanted ? DrawSubject(id: row.id.description, stratum: kind) : nil
      })
  }

  private func parameters(
    _ draft: DrawDraft, regime: Regime, roster: DrawRoster, in storage: any ReplicaStorage
  ) throws -> DrawParameters {
    let perUnit = draft.officersPerSubject ?? regime.quorum?.officers ?? Self.officersPerSubject
    if let quorum = regime.quorum, perUnit < quorum.officers {
      throw DeskFailure(
        kind: .refused, code: "quorum",
        message: Bilingual(
          zh: "“\(regime.name.zh)”要求每户不少于 \(quorum.officers) 名检查人员。",
          en: "“\(regime.name.en)” demands at least \(quorum.officers) officers for each unit."),
        remedy: Bilingual(zh: "请提高每户人数，或不写。", en: "Raise the number, or leave it out."), article: quorum.source)
    }
    return DrawParameters(
      size: draft.size,
      minimums: draft.minimums.map { DrawMinimum(stratum: DrawRecords.oneLine($0.stratum), atLeast: $0.atLeast) },
      officers: try officersRoster(certificate: regime.quorum?.certificate, in: storage), officersPerSubject: perUnit,
      recusals: try draft.recusals.map { recusal in
        let people = try officers([recusal.officer], in: storage)
        let subject = try drawnSubject(recusal.subject, among: roster.subjects.map(\.id), in: storage)
        return DrawRecusal(subject: subject, officer: people.first?.id ?? recusal.officer)
      })
  }

  /// This office's officers whose certificate is valid today.
  /// - Parameter kind: of certificate, as the regime's document demands; any where it names none.
  private func officersRoster(certificate kind: String?, in storage: any ReplicaStorage) throws -> [DrawOfficer] {
    let rows = try storage.rows(RecordType.officer.number, where: 7, is: .text(context.office.text))
    let logins = Set(rows.compactMap { $0.text(8) }).sorted()
    return try officers(logins, in: storage).compactMap { officer in
      guard let held = officer.certificate, held.isValid(on: today),
        kind == nil || kind == "none" || held.kind == kind
      else { return nil }
      return DrawOfficer(id: officer.id, certificate: DrawRecords.oneLine(held.number))
    }
  }

  /// One open draw for one matter: whoever may make several could publish the one that suits. A draw whose nonce was
  /// lost stays open for ever and is seen (`DrawFinding.Kind.withheld`), but hinders nobody.
  private func refuseSecondDraw(_ draft: DrawDraft, in storage: any ReplicaStorage) throws {
    for row in try ownDraws(in: storage)
    where row.text(Field.pack) == draft.pack && row.text(Field.regime) == draft.regime
      && row.text(Field.checkKind) == draft.checkKind
    {
      let open = try context.openedDraw(row, outline: true, in: storage)
      if open.revealed.isEmpty, try drawSecret(of: open, in: storage) != nil {
        throw DeskFailure(
          kind: .refused, code: "draw-open",
          message: Bilingual(
            zh: "同一事项的抽取 \(open.number) 尚未揭示，不能另行承诺。",
            en: "Draw \(open.number) for the same matter is not revealed yet; there can be no second one."),
          remedy: Bilingual(
            zh: "请先与上级同步并揭示：docket draw reveal \(open.number)。",
            en: "Synchronise with the superior and reveal it: docket draw reveal \(open.number)."))
      }
    }
  }

  private func ownDraws(in storage: any ReplicaStorage) throws -> [RecordRow] {
    try storage.rows(RecordType.draw.number, where: Field.office, is: .text(context.office.text))
      .filter { context.tree.soleAuthor(of: $0) == context.office }
  }

  /// The next number of this office's series of the year, without gaps, so that a draw that is not published is
  /// missed.
  private func nextDrawNumber(in storage: any ReplicaStorage) throws -> String {
    let year = "\(today.year)-"
    let made = try ownDraws(in: storage).count { $0.text(Field.openedOn)?.hasPrefix(year) ?? false }
    return "\(context.office)抽〔\(today.year)〕\(made + 1)号"
  }

  func recordDrawSections(_ changes: [Change], in storage: any ReplicaStorage) throws {
    for start in stride(from: 0, to: changes.count, by: Self.sectionsPerTransaction) {
      let end = min(start + Self.sectionsPerTransaction, changes.count)
      try record(Array(changes[start..<end]), for: .up, in: storage)
    }
  }

  // MARK: - Shared with the other steps

  /// Id of a unit by name, code or id.
  func drawnSubject(_ text: String, among ids: [String], in storage: any ReplicaStorage) throws -> String {
    let ids = Set(ids)
    if ids.contains(text) { return text }
    let found = try storage.rows(RecordType.subject.number)
      .filter { ids.contains($0.id.description) && ($0.text(1) == text || $0.text(2) == text) }
    guard let first = found.first, found.count == 1 else {
      throw DeskFailure(
        kind: .badInput, code: found.isEmpty ? "not-drawn" : "ambiguous-subject",
        message: found.isEmpty
          ? Bilingual(zh: "“\(text)”不在名录或现行抽取结果中。", en: "“\(text)” is not in the roster or not drawn.")
          : Bilingual(zh: "“\(text)”对应 \(found.count) 户。", en: "“\(text)” names \(found.count) units."),
        remedy: Bilingual(zh: "请用统一社会信用代码指定，或用 docket draw show 查看。", en: "Use the code, or see docket draw show."))
    }
    return first.id.description
  }

  func drawSecret(of draw: OpenedDraw, in storage: any ReplicaStorage) throws -> [UInt8]? {
    try storage.rows(RecordType.drawSecret.number, where: 1, is: .text(draw.id.description))
      .first { context.tree.soleAuthor(of: $0) == context.office }?.text(2)
      .flatMap { Hexadecimal.bytes($0) }
  }

  /// - Throws: `DeskFailure` in place of `DrawProblem`.
  func drawing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let problem as DrawProblem {
      throw DeskFailure(
        kind: .badInput, code: Self.code(of: problem), message: problem.message,
        remedy: Bilingual(zh: "请更正登记簿或抽取规则后再办。", en: "Correct the register or what was asked for, and try again."))
    }
  }

  private static func code(of problem: DrawProblem) -> String {
    switch problem {
    case .note: "draw-note"
    case .nothingReplaced, .notStanding: "draw-replaces"
    case .tooFewOfficers: "draw-officers"
    case .rosterSize, .tooFewSubjects, .stratumTooSmall, .minimumsExceed: "draw-units"
    default: "draw"
    }
  }
}
