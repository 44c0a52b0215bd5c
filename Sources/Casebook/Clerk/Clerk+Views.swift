import Casework
import Replication

/// Files as lists and pages show them.
extension Clerk {
  /// Rows a list shows unless told otherwise, and at most.
  static let listMax = 10_000

  func fileRows(_ filter: FileFilter, in storage: any ReplicaStorage) throws -> [FileRow] {
    let found = try storage.summaries().filter { summary in
      if let kind = filter.kind, summary.kind != kind { return false }
      if let office = filter.office, summary.office != office, summary.openedBy != office { return false }
      return !(filter.openOnly && summary.isFinal)
    }
    // A bureau holds the files of hundreds of offices: only those that are shown are looked up.
    return try found.suffix(max(0, min(filter.limit, Self.listMax))).map { try row(of: $0, in: storage) }
  }

  func overdueRows(in storage: any ReplicaStorage) throws -> [FileRow] {
    try storage.summaries().filter { summary in
      guard let due = summary.nextDue, !summary.isFinal else { return false }
      return due < today.description && isInSight(summary.office)
    }.map { try row(of: $0, in: storage) }
      .sorted { ($0.nextDue ?? "", $0.number) < ($1.nextDue ?? "", $1.number) }
  }

  /// Whether what an office does with its files reaches this one: not what one beside does with a file transferred to
  /// it. The root sees every office, and also a file given to one that does not exist.
  private func isInSight(_ office: String) -> Bool {
    context.tree.seat(context.office)?.depth == 0 || OfficeCode(office).flatMap { context.tree.seat($0) } != nil
  }

  func fileRow(_ id: RecordID, in storage: any ReplicaStorage) throws -> FileRow {
    guard let summary = try storage.summary(of: id) else {
      throw DeskFailure(
        kind: .integrity, code: "no-summary",
        message: Bilingual(zh: "案卷的汇总缺失。", en: "The file's summary is missing."),
        remedy: Bilingual(zh: "用 docket verify 检查。", en: "Run docket verify."))
    }
    return try row(of: summary, in: storage)
  }

  private func row(of summary: CaseSummary, in storage: any ReplicaStorage) throws -> FileRow {
    row(of: summary, state: try stateName(summary, in: storage))
  }

  func row(of refolded: RefoldedFile) -> FileRow {
    row(of: refolded.summary, state: Self.stateName(refolded.summary, by: refolded.file.workflow))
  }

  private func row(of summary: CaseSummary, state: Bilingual) -> FileRow {
    let daysLeft = summary.nextDue.flatMap { CivilDate($0) }.map { context.calendar.workingDays(from: today, to: $0) }
    return FileRow(
      id: summary.file.description, kind: summary.kind, number: summary.number, title: summary.title,
      office: summary.office, addressee: summary.addressee.isEmpty ? nil : summary.addressee,
      state: state, isFinal: summary.isFinal, openedOn: summary.openedOn,
      nextDue: summary.nextDue, daysLeft: daysLeft, isProvisional: summary.isProvisional,
      isSuspended: summary.isSuspended, voidActs: summary.voidCount, waitingActs: summary.waitingCount)
  }

  private func stateName(_ summary: CaseSummary, in storage: any ReplicaStorage) throws -> Bilingual {
    guard !summary.state.isEmpty else { return Self.stateName(summary, by: nil) }
    let row = try storage.row(RecordType.caseFile.number, summary.file)
    // As the file was folded: an office above may hold no pack of that name for itself.
    let pack = try row?.value(5).integer.flatMap {
      try context.pack(summary.pack, version: Int($0), for: OfficeCode(summary.openedBy), in: storage)
    }
    return Self.stateName(summary, by: pack?.workflow(summary.workflow))
  }

  private static func stateName(_ summary: CaseSummary, by workflow: Workflow?) -> Bilingual {
    guard !summary.state.isEmpty else { return Bilingual(zh: "待制度包", en: "waiting for its pack") }
    return workflow?.state(summary.state)?.name ?? Bilingual(zh: summary.state, en: summary.state)
  }

  func fileView(_ reference: String, in storage: any ReplicaStorage) throws -> FileView {
    let id = try fileID(reference, in: storage)
    guard let file = try context.file(id, in: storage) else { throw missingRecord() }
    let folded = file.folded
    var acts: [ActView] = []
    for step in folded?.steps ?? [] {
      var reason: Bilingual?
      var article: String?
      if case .void(let refusal) = step.outcome {
        reason = refusal.message
        article = refusal.article
      }
      acts.append(try view(of: step.act, in: file, storage: storage, reason: reason, article: article))
    }
    for waiting in folded?.waiting ?? [] {
      let missing = waiting.missing.map { String($0.prefix(8)) }.joined(separator: "、")
      acts.append(
        try view(
          of: waiting.act, in: file, storage: storage,
          reason: Bilingual(zh: "待前序步骤到达：\(missing)", en: "waits for earlier acts: \(missing)"), article: nil))
    }
    let clocks = (folded.map { $0.clocks(calendars: context.calendars(for: $0)) } ?? []).map(clockView)
    let subject = try RecordID(hex: file.row.text(8) ?? "").flatMap {
      try storage.row(RecordType.subject.number, $0)?.text(2)
    }
    let related = try RecordID(hex: file.row.text(12) ?? "").flatMap { try storage.summary(of: $0)?.number }
    let sealed = try storage.rows(RecordType.sealedComplainant.number, where: 1, is: .text(id.description))
    return FileView(
      row: try fileRow(id, in: storage),
      workflow: file.workflow?.name ?? Bilingual(zh: "", en: ""),
      regime: file.pack?.regime(file.regime)?.name ?? Bilingual(zh: file.regime, en: file.regime),
      pack: "\(file.row.text(4) ?? "") v\(file.row.value(5).integer ?? 0)", subject: subject, openedBy: file.office,
      relatesTo: related, facts: (folded?.facts ?? [:]).mapValues(\.spelled), acts: acts, clocks: clocks,
      possible: (folded?.possibleActs(for: context.office.text, hierarchy: context.tree) ?? []).map { rule in
        PossibleAct(
          act: rule.id, name: rule.name,
          fields: (rule.form?.fields ?? []).map { $0.required ? $0.id : "[\($0.id)]" }, source: rule.source)
      }, hasSealedComplainant: !sealed.isEmpty,
      scoreBand: file.pack?.regime(file.regime).flatMap { ScoreBandCheck(regime: $0).band(folded?.facts ?? [:])?.name },
      overCeilingReason: file.row.text(14), transfer: transferView(folded),
      attachments: try attachmentViews(of: id, in: storage))
  }

  private func view(
    of act: Act, in file: OpenedFile, storage: any ReplicaStorage, reason: Bilingual?, article: String?
  ) throws -> ActView {
    let stored = file.stored.first { $0.change.id.description == act.id }
    let interval = try stored.map { try Witness.interval(of: $0.stream, seq: $0.seq, in: storage) }
    // The stamp orders the act and may be clamped; what its author claimed stands in the entry.
    let claimed = interval?.claimed ?? HybridTimestamp(rawValue: act.stamp).milliseconds
    return ActView(
      id: act.id, act: act.rule, name: file.workflow?.act(act.rule)?.name ?? Bilingual(zh: act.rule, en: act.rule),
      office: act.office, date: act.date.description, officers: act.officers.map(\.name),
      facts: act.facts.mapValues(\.spelled), stands: reason == nil, reason: reason, article: article,
      claimed: claimed, provableFrom: interval?.from, provableUntil: interval?.until,
      doubt: TimeDoubt(claimed: claimed, from: interval?.from, until: interval?.until), entry: stored.map { "\(act.office)#\($0.seq)" } ?? "")
  }

  private func clockView(_ reading: ClockReading) -> ClockView {
    ClockView(
      id: reading.rule.id, name: reading.rule.name, startedOn: reading.startedOn?.description,
      due: reading.deadline?.due?.description, isProvisional: reading.deadline?.provisional ?? false,
      isSuspended: reading.isSuspended, isOverdue: reading.isOverdue(on: today), metOn: reading.metOn?.description,
      article: reading.rule.article, derivation: reading.deadline?.steps ?? [])
  }

  private func missingRecord() -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "no-record",
      message: Bilingual(zh: "案卷的登记尚未到达。", en: "The file's record has not arrived."),
      remedy: Bilingual(zh: "请同步后再看。", en: "Synchronise and look again."))
  }
}
