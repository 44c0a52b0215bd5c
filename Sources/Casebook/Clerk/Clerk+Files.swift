import Casework
import Replication

/// Opening files and taking acts.
extension Clerk {
  /// Opens a case, an inspection, a complaint or an order.
  func openFile(_ draft: FileDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let (pack, regime, workflow) = try rules(of: draft, in: storage)
    let openedOn = try date(draft.openedOn)
    guard pack.effective <= openedOn else {
      throw DeskFailure(
        Refusal(
          code: .notEffective,
          message: Bilingual(
            zh: "制度包 \(pack.code) 第 \(pack.version) 版自 \(pack.effective) 起施行，不能用于 \(openedOn) 的案卷。",
            en: "Version \(pack.version) of pack \(pack.code) is in force from \(pack.effective), not on \(openedOn)."),
          article: regime.source,
          remedy: Bilingual(zh: "请更正收件日期。", en: "Correct the opening date.")))
    }
    var audience = Audience.up
    var addressee = ""
    if workflow.kind == .order {
      let office = try orderAddressee(draft.addressee ?? "", under: workflow)
      audience = .office(office)
      addressee = office.text
    }
    let id = newID()
    let subject = try draft.subject.map { try subjectBook(in: storage).unit($0).id.description } ?? ""
    let related = try draft.relatesTo.map { try fileID($0, in: storage).description } ?? ""
    let checkKind = try checkKind(of: draft)
    let warning = try ceilingWarning(
      of: draft, under: regime, of: pack, subject: subject, related: related, openedOn: openedOn, in: storage)
    let number = try nextNumber(kind: workflow.kind, year: openedOn.year, in: storage)
    var changes = [
      try write(
        .caseFile, id,
        [
          (1, .text(workflow.kind.rawValue)), (2, .text(number)), (3, .text(draft.title)), (4, .text(pack.code)),
          (5, .integer(Int64(pack.version))), (6, .text(regime.id)), (7, .text(workflow.id)), (8, .text(subject)),
          (9, .text(context.office.text)), (10, .text(addressee)), (11, .text(openedOn.description)),
          (12, .text(related)), (13, .text(checkKind)),
        ] + (warning == nil ? [] : [(14, .text(draft.overCeilingReason ?? ""))]), in: storage)
    ]
    let entries = try record(changes, for: audience, in: storage)
    if draft.complainantName != nil || draft.complainantPhone != nil {
      changes = [
        try write(
          .sealedComplainant, newID(),
          [
            (1, .text(id.description)), (2, .text(draft.complainantName ?? "")),
            (3, .text(draft.complainantPhone ?? "")),
          ], in: storage)
      ]
      try record(changes, for: .own, in: storage)
    }
    return .acted(
      ActedView(
        file: try fileRow(id, in: storage), act: nil, entry: name(entries), warnings: [warning].compactMap { $0 }))
  }

  /// An office below this one, which alone may be given an order.
  private func orderAddressee(_ text: String, under workflow: Workflow) throws -> OfficeCode {
    guard let office = OfficeCode(text), context.tree.seat(office) != nil else { throw unknownOffice(text) }
    if context.tree.isSuperior(context.office, of: office) { return office }
    let name = workflow.name
    throw DeskFailure(
      Refusal(
        code: .notSuperior,
        message: Bilingual(
          zh: "“\(name.zh)”只能发给下级机构；\(office) 不是 \(context.office) 的下级。",
          en: "“\(name.en)” goes to a subordinate office only; \(office) is not below \(context.office)."),
        article: workflow.source,
        remedy: Bilingual(
          zh: "请发给下级机构；用 docket office list 查看机构代码。",
          en: "Issue it to a subordinate office; see docket office list for the codes.")))
  }

  /// Opens an order and issues it: both or neither, so that a refused one leaves no draft with the office below and
  /// takes no number.
  func issueOrder(_ draft: FileDraft, by issue: ActDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    guard case .acted(let opened) = try openFile(draft, in: storage) else { return .done }
    var issue = issue
    issue.file = opened.file.id
    return try act(issue, in: storage)
  }

  /// Takes an act, if the rules allow it now.
  func act(_ draft: ActDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    if draft.act == ActRule.transferID { return try transfer(draft, in: storage) }
    let (id, file, folded) = try opened(draft.file, in: storage)
    let workflow = folded.workflow
    let leaves = folded.heads.compactMap { RecordID(hex: $0) }
    let rule = workflow.act(draft.act)
    var act = Act(
      id: newID().description, rule: draft.act, office: context.office.text, rank: context.tree.rank(of: context.office),
      stamp: .max, parents: leaves.map(\.description), date: try date(draft.date),
      officers: try officers(draft.officers, in: storage), facts: try facts(draft.facts, rule: rule, in: storage))
    try refuseFuture(act, source: rule?.source ?? workflow.source)
    if let refusal = folded.attempt(act, hierarchy: context.tree) { throw DeskFailure(refusal) }
    try checkAtDesk(act, in: file, storage)
    try checkLegalConflicts(rule, of: file, storage)
    let issued = try takeNumber(for: act, by: rule, of: file, in: storage)
    if let issued { act.facts[FormRule.numberFact] = .text(issued.text) }
    guard let actID = RecordID(hex: act.id) else { return .done }
    let change = ActRecord.change(
      file: id, id: actID, parents: leaves, rule: act.rule, date: act.date, officers: act.officers, facts: act.facts)
    let (entries, refolded) = try recordAndRefold([.act(change)], for: try audience(of: file), in: storage)
    return .acted(
      ActedView(
        file: try refolded.map(row) ?? fileRow(id, in: storage), act: draft.act, entry: name(entries),
        warnings: issued?.warnings ?? [], documentNumber: issued?.text))
  }

  /// A file with its acts in order, for taking one more.
  func opened(
    _ reference: String, in storage: any ReplicaStorage
  ) throws -> (id: RecordID, file: OpenedFile, folded: FoldedCase) {
    let id = try fileID(reference, in: storage)
    guard let file = try context.file(id, in: storage), let folded = file.folded else {
      throw DeskFailure(
        kind: .refused, code: "pack-missing",
        message: Bilingual(
          zh: "案卷所依据的制度包尚未到达本机构，暂不能办理。", en: "The pack this file is pinned to has not arrived here yet."),
        remedy: Bilingual(zh: "请先与上级同步。", en: "Synchronise with the superior first."))
    }
    return (id, file, folded)
  }

  func refuseFuture(_ act: Act, source: String) throws {
    guard act.date > today else { return }
    throw DeskFailure(
      Refusal(
        code: .dateOrder,
        message: Bilingual(
          zh: "办理日期 \(act.date) 晚于今天 \(today)。", en: "The act is dated \(act.date), after today, \(today)."),
        article: source,
        remedy: Bilingual(zh: "请在办理之后登记；本机时间不对的，请先校准。", en: "Record it once it is done; if this machine's clock is wrong, set it first.")))
  }

  /// Where an act of ours on a file goes: up from our own level, or down to the office that has the file and those
  /// between. An office that transferred it hears nothing more of it.
  func audience(of file: OpenedFile) throws -> Audience {
    let ended = file.folded?.scopeEnds ?? [:]
    let others = ended.isEmpty ? [] : (file.folded?.formerOffices ?? []) + [file.folded?.responsible ?? ""]
    // Where a file was transferred to nobody there is, who opened it is told after all.
    let open = ([file.addressee, file.office] + others).filter { ended[$0] == nil }
    for text in open + [file.office] {
      if let office = OfficeCode(text), context.tree.isSuperior(context.office, of: office) { return .office(office) }
    }
    return .up
  }

  private func rules(
    of draft: FileDraft, in storage: any ReplicaStorage
  ) throws -> (RegimePack, Regime, Workflow) {
    let day = try date(draft.openedOn)
    guard let pack = try context.packInForce(draft.pack, on: day, in: storage), let regime = pack.regime(draft.regime) else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-regime",
        message: Bilingual(
          zh: "没有制度 \(draft.pack)/\(draft.regime)。", en: "There is no regime \(draft.pack)/\(draft.regime)."),
        remedy: Bilingual(
          zh: "用 docket regime list 查看；尚未下发的制度包须由上级发布并同步。",
          en: "See docket regime list; a pack not yet here must be published above and synchronised."))
    }
    guard regime.status == .active else {
      throw DeskFailure(
        Refusal(
          code: .regimeTransferred,
          message: Bilingual(
            zh: "“\(regime.name.zh)”已划转，不再受理新案。", en: "“\(regime.name.en)” was transferred and takes no new file."),
          article: regime.source,
          remedy: Bilingual(zh: "请移送承接部门。", en: "Refer it to the authority that took it over.")))
    }
    let candidates = regime.workflows.compactMap { pack.workflow($0) }.filter { $0.kind.rawValue == draft.kind }
    // The first one listed is the regime's usual one.
    guard let workflow = draft.workflow.map({ id in candidates.first { $0.id == id } }) ?? candidates.first else {
      let names = candidates.map(\.id).joined(separator: "、")
      throw DeskFailure(
        kind: .badInput, code: "workflow",
        message: Bilingual(
          zh: "“\(regime.name.zh)”下\(candidates.isEmpty ? "没有 \(draft.kind) 类流程" : "没有这一流程，可选：\(names)")。",
          en: "“\(regime.name.en)” has \(candidates.isEmpty ? "no workflow of kind \(draft.kind)" : "these: \(names)")."),
        remedy: Bilingual(zh: "用 --workflow 指定，或换一项制度。", en: "Name one with --workflow, or choose another regime."))
    }
    if let moved = regime.transferred, moved.workflows.contains(workflow.id) {
      throw DeskFailure(
        Refusal(
          code: .regimeTransferred,
          message: Bilingual(
            zh: "“\(workflow.name.zh)”已划到\(moved.to.zh)，不再受理新件；监督检查仍由本机构办理。",
            en: "“\(workflow.name.en)” moved to \(moved.to.en) and takes no new file; supervision goes on here."),
          article: moved.source,
          remedy: Bilingual(zh: "请告知当事人向\(moved.to.zh)申请。", en: "Refer the applicant to \(moved.to.en).")))
    }
    return (pack, regime, workflow)
  }

  func date(_ text: String?) throws -> CivilDate {
    guard let text else { return today }
    guard let date = CivilDate(text) else {
      throw DeskFailure(
        kind: .badInput, code: "date",
        message: Bilingual(zh: "“\(text)”不是日期。", en: "“\(text)” is not a date."),
        remedy: Bilingual(zh: "日期写作 YYYY-MM-DD。", en: "Write YYYY-MM-DD."))
    }
    return date
  }

  /// Form values as typed; what the form does not know is kept as text, and the form check then says so.
  private func facts(
    _ typed: [String: String], rule: ActRule?, in storage: any ReplicaStorage
  ) throws -> [String: FactValue] {
    var facts: [String: FactValue] = [:]
    for (name, text) in typed {
      switch rule?.form?.fields.first(where: { $0.id == name })?.kind {
      case .integer: facts[name] = Int64(text).map(FactValue.integer) ?? .text(text)
      case .money: facts[name] = Money(text).map { .integer($0.fen) } ?? .text(text)
      case .officer: facts[name] = .text(try officers([text], in: storage).first?.id ?? text)
      case .flag:
        switch text.lowercased() {
        case "true", "yes", "是": facts[name] = .flag(true)
        case "false", "no", "否": facts[name] = .flag(false)
        default: facts[name] = .text(text)
        }
      default: facts[name] = .text(text)
      }
    }
    return facts
  }

  /// A file by its number, its id, or the beginning of its id.
  func fileID(_ reference: String, in storage: any ReplicaStorage) throws -> RecordID {
    // The second shows that it names more than one: the digits of one millisecond may begin those of all.
    var found = try storage.files(numbered: reference, most: 2)
    if found.isEmpty, let ids = Self.ids(beginning: reference) { found = try storage.files(in: ids, most: 2) }
    guard let first = found.first else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-file",
        message: Bilingual(zh: "没有案卷“\(reference)”。", en: "There is no file “\(reference)”."),
        remedy: Bilingual(
          zh: "用 docket case list 查看案号；若在其他机构，请先同步。",
          en: "See docket case list for numbers; if it is another office's, synchronise first."))
    }
    guard found.count == 1 else {
      throw DeskFailure(
        kind: .badInput, code: "ambiguous-file",
        message: Bilingual(zh: "“\(reference)”对应不止一个案卷。", en: "“\(reference)” fits more than one file."),
        remedy: Bilingual(zh: "请写出完整编号。", en: "Give the whole number."))
    }
    return first
  }

  /// Ids that begin with these digits, of which there are at least four.
  private static func ids(beginning digits: String) -> ClosedRange<RecordID>? {
    let missing = 2 * RecordID.byteCount - digits.utf8.count
    guard digits.utf8.count >= 4, missing >= 0, digits == digits.lowercased(),
      let first = RecordID(hex: digits + String(repeating: "0", count: missing)),
      let last = RecordID(hex: digits + String(repeating: "f", count: missing))
    else { return nil }
    return first...last
  }

  /// The next number of this office's series of the year; the series begins anew each year.
  private func nextNumber(kind: Workflow.Kind, year: Int, in storage: any ReplicaStorage) throws -> String {
    let key = "number.\(kind.rawValue).\(year)"
    let last = try storage.value(key).map { $0.reduce(0) { $0 << 8 | UInt64($1) } } ?? 0
    let next = last + 1
    try storage.setValue(key, (0..<8).map { UInt8(truncatingIfNeeded: next >> UInt64(56 - 8 * $0)) })
    let mark =
      switch kind {
      case .case: "案"
      case .inspection: "检"
      case .complaint: "诉"
      case .order: "督"
      }
    return "\(context.office)\(mark)〔\(year)〕\(next)号"
  }

  /// Shows a sealed complainant and records that it was shown, by whom and why.
  func reveal(
    _ reference: String, purpose: String, officer: String, in storage: any ReplicaStorage
  ) throws -> DeskReply {
    let id = try fileID(reference, in: storage)
    let rows = try storage.rows(RecordType.sealedComplainant.number, where: 1, is: .text(id.description))
    guard let sealed = rows.first, let summary = try storage.summary(of: id) else {
      throw DeskFailure(
        kind: .notPermitted, code: "not-sealed-here",
        message: Bilingual(
          zh: "投诉举报人信息不在本机构：按《劳动保障监察条例》第九条予以保密，不随案卷流转。",
          en: "The complainant's identity is not held here: it is kept secret (Regulations on Labour Inspection, art. 9)."),
        remedy: Bilingual(zh: "确有需要的，请向受理机构调取。", en: "Ask the office that took the complaint."),
        article: "劳动保障监察条例 第九条")
    }
    guard !purpose.isEmpty else {
      throw DeskFailure(
        kind: .badInput, code: "purpose",
        message: Bilingual(zh: "查看投诉举报人信息须写明用途。", en: "State the purpose of looking."),
        remedy: Bilingual(zh: "用 --purpose 写明用途。", en: "Give --purpose."))
    }
    let people = try officers([officer], in: storage)
    let change = ActRecord.change(
      file: id, id: newID(), parents: [], rule: ActRecord.revealRule, date: today, officers: people,
      facts: ["purpose": .text(purpose)])
    try record([.act(change)], for: .up, in: storage)
    return .revealed(
      RevealedView(
        number: summary.number, name: sealed.text(2) ?? "", phone: sealed.text(3) ?? "", purpose: purpose))
  }
}
