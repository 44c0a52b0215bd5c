import Casework
import Replication

/// The register as lists and pages show it. Identification numbers are masked in all of them.
extension Clerk {
  func subjectViews(containing text: String?, in storage: any ReplicaStorage) throws -> [SubjectView] {
    let book = try subjectBook(in: storage)
    return (text.map(book.containing) ?? book.rows).map(book.view)
  }

  /// Everything known of a unit under any of its records.
  func subjectDetail(_ reference: String, in storage: any ReplicaStorage) throws -> SubjectDetailView {
    let book = try subjectBook(in: storage)
    let records = book.records(of: try book.unit(reference))
    let ids = Set(records.map(\.id.description))
    let summaries = try storage.summaries().filter { ids.contains($0.subject) }
    var packs = try PackCache(context: context, storage: storage)
    let regimes = Dictionary(
      try packs.inForce(on: today).flatMap { pack in
        pack.regimes.map { (RegimeKey(pack: pack.code, regime: $0.id), (pack: pack, regime: $0)) }
      }, uniquingKeysWith: { first, _ in first })
    func name(_ summary: CaseSummary) -> Bilingual {
      regimes[RegimeKey(pack: summary.pack, regime: summary.regime)]?.regime.name
        ?? Bilingual(zh: summary.regime, en: summary.regime)
    }
    return SubjectDetailView(
      subject: book.view(records[0]), others: records.dropFirst().map(book.view),
      merges: try book.merges.all.filter { ids.contains($0.from) || ids.contains($0.into) }
        .compactMap { try view(of: $0, in: book, storage) },
      files: try summaries.reversed().map { summary in
        SubjectFileRow(
          file: try fileRow(summary.file, in: storage), pack: summary.pack, regime: name(summary),
          checkKind: summary.checkKind.isEmpty ? nil : summary.checkKind, closedOn: summary.closedOn)
      },
      visits: try visits(in: summaries, regimes, packs, storage),
      reveals: try records.flatMap { try reveals(of: $0.id, in: storage) }, warnings: [])
  }

  /// This year's inspections by regime, counted as the ceiling counts them when the next one is opened here.
  private func visits(
    in summaries: [CaseSummary], _ regimes: [RegimeKey: (pack: RegimePack, regime: Regime)], _ packs: PackCache,
    _ storage: any ReplicaStorage
  ) throws -> [SubjectVisitRow] {
    let settings = BindingSettings.rows(
      try storage.rows(RecordType.indicatorSetting.number), for: context.office, in: context.tree, on: today, own: true)
    let inspections = summaries.filter {
      $0.kind == Workflow.Kind.inspection.rawValue && CivilDate($0.openedOn)?.year == today.year
    }
    let byRegime = Dictionary(grouping: inspections) { RegimeKey(pack: $0.pack, regime: $0.regime) }
    var reader = CheckReader(packs: packs)
    return try byRegime.sorted { ($0.key.pack, $0.key.regime) < ($1.key.pack, $1.key.regime) }.map { key, files in
      let held = regimes[key]
      let rule = held.flatMap {
        CeilingRule(regime: $0.regime, pack: $0.pack, settings: settings, office: context.office.text)
      }
      var counted = 0
      if let rule, let pack = held?.pack {
        var count = CeilingCount(storage: storage)
        counted = try count.visits(
          files, in: today.year, under: rule, workflow: pack.workflow, identity: { _ in "" }, reader: &reader
        ).values.reduce(0, +)
      }
      return SubjectVisitRow(
        pack: key.pack, regime: key.regime,
        name: held?.regime.name ?? Bilingual(zh: key.regime, en: key.regime), opened: files.count, counted: counted,
        ceiling: rule?.atMost, source: rule?.source)
    }
  }

  private func view(
    of merge: SubjectMerge, in book: SubjectBook, _ storage: any ReplicaStorage
  ) throws -> SubjectMergeView? {
    guard let from = book.row(merge.from), let into = book.row(merge.into) else { return nil }
    func spoken(_ statement: SubjectMerge.Statement) throws -> SubjectMergeView.Statement {
      let officer = try RecordID(hex: statement.officer)
        .flatMap { try storage.row(RecordType.officer.number, $0)?.text(1) }
      return SubjectMergeView.Statement(
        office: statement.office.text, officer: officer ?? statement.officer, on: statement.on,
        reason: statement.reason)
    }
    return SubjectMergeView(
      from: book.brief(from), into: book.brief(into), made: try spoken(merge.made),
      undone: try merge.undone.map(spoken))
  }

  // MARK: Looking at numbers

  /// Shows the numbers kept of a unit or person and records that they were shown, by whom and why. The record of it
  /// goes up; the numbers do not.
  func revealNumber(
    of reference: String, purpose: String, officer: String, in storage: any ReplicaStorage
  ) throws -> DeskReply {
    let book = try subjectBook(in: storage)
    let records = book.records(of: try book.unit(reference))
    let kept = records.filter { book.numbers[$0.id.description] != nil }
    guard !kept.isEmpty else { throw noNumber(of: records, in: book) }
    guard !purpose.allSatisfy(\.isWhitespace) else {
      throw DeskFailure(
        kind: .badInput, code: "purpose",
        message: Bilingual(zh: "查看证件号须写明用途。", en: "State the purpose of looking."),
        remedy: Bilingual(zh: "用 --purpose 写明用途。", en: "Give --purpose."), article: Self.privacyArticle)
    }
    let people = try officers([officer], in: storage)
    try record(
      kept.map { row in
        .act(
          ActRecord.change(
            file: row.id, id: newID(), parents: [], rule: ActRecord.revealRule, date: today, officers: people,
            facts: ["purpose": .text(purpose)]))
      }, for: .up, in: storage)
    return .subjectRevealed(
      RevealedSubjectView(
        numbers: kept.map { row in
          RevealedSubjectView.Number(subject: book.brief(row), residentID: book.numbers[row.id.description] ?? "")
        }, purpose: purpose))
  }

  private static let privacyArticle = "个人信息保护法 第五十一条"

  private func noNumber(of records: [RecordRow], in book: SubjectBook) -> DeskFailure {
    let others = Set(records.compactMap { $0.text(SubjectField.office) }).subtracting([context.office.text]).sorted()
    if records.contains(where: { $0.text(SubjectField.office) == context.office.text }) || others.isEmpty {
      return DeskFailure(
        kind: .badInput, code: "no-resident-id",
        message: Bilingual(zh: "该对象没有登记证件号。", en: "No identification number is registered of it."),
        remedy: Bilingual(zh: "用 docket subject add 补登。", en: "Register it with docket subject add."))
    }
    let names = others.joined(separator: " ")
    return DeskFailure(
      kind: .notPermitted, code: "not-sealed-here",
      message: Bilingual(
        zh: "证件号只保存在登记机构（\(names)），不在本机构。", en: "The number is kept by the office that took it alone (\(names))."),
      remedy: Bilingual(zh: "确有需要的，请向登记机构调取。", en: "Ask that office."), article: Self.privacyArticle)
  }

  private func reveals(of subject: RecordID, in storage: any ReplicaStorage) throws -> [SubjectRevealRow] {
    try storage.acts(of: subject).filter { $0.change.rule == ActRecord.revealRule }
      .compactMap { ActRecord.act($0, in: context.tree) }
      .map { act in
        SubjectRevealRow(
          office: act.office, officer: act.officers.map(\.name).joined(separator: "、"), on: act.date.description,
          purpose: act.facts["purpose"]?.spelled ?? "")
      }
  }
}

/// A regime of a pack, whatever version.
private struct RegimeKey: Hashable {
  var pack: String
  var regime: String
}
