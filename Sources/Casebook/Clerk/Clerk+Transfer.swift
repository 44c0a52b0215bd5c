import Casework
import Replication

/// Handing a file to an office beside, or one taken over to an office below (移交): the final state first, then the scope
/// end at a stated position, then nothing more of the file.
extension Clerk {
  /// - Parameter draft: its facts name the office (`transferTo`) and the reason (`transferReason`).
  func transfer(_ draft: ActDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let (id, file, folded) = try opened(draft.file, in: storage)
    let target = try target(draft.facts[ActRule.transferTo] ?? "")
    try checkPack(of: file, for: target, in: storage)
    let audience = try audience(of: file)
    let leaves = folded.heads.compactMap { RecordID(hex: $0) }
    var act = Act(
      id: newID().description, rule: ActRule.transferID, office: context.office.text,
      rank: context.tree.rank(of: context.office), stamp: .max, parents: leaves.map(\.description),
      date: try date(draft.date), officers: try officers(draft.officers, in: storage),
      facts: draft.facts.mapValues { .text($0) })
    act.facts[ActRule.transferTo] = .text(target.text)
    act.facts[ActRule.scopeEnd] = .integer(0)
    try refuseFuture(act, source: ActRule.transfer.source)
    if let refusal = folded.attempt(act, hierarchy: context.tree) { throw DeskFailure(refusal) }
    try checkAtDesk(act, in: file, storage)
    try recordFinalState(of: file, for: audience, in: storage)
    let position = (try storage.head(of: context.stream(audience))?.seq ?? 0) + 1
    act.facts[ActRule.scopeEnd] = .integer(Int64(position))
    guard let actID = RecordID(hex: act.id) else { return .done }
    let change = ActRecord.change(
      file: id, id: actID, parents: leaves, rule: act.rule, date: act.date, officers: act.officers, facts: act.facts)
    let entries = try record([.act(change)], for: audience, in: storage)
    return .acted(
      ActedView(file: try fileRow(id, in: storage), act: act.rule, entry: name(entries), warnings: []))
  }

  /// The subject in an entry of its own, signed here: another one may hold many, which are not the receiver's to read.
  private func recordFinalState(
    of file: OpenedFile, for audience: Audience, in storage: any ReplicaStorage
  ) throws {
    guard let id = RecordID(hex: file.row.text(8) ?? ""), let row = try storage.row(RecordType.subject.number, id) else {
      return
    }
    // A value in conflict is left to whoever resolves it.
    let values = row.fields.sorted { $0.key < $1.key }.compactMap { number, state in
      state.isInConflict ? nil : state.winner.map { (number, $0.value) }
    }
    if values.isEmpty { return }
    try record([try write(.subject, id, values, in: storage)], for: audience, in: storage)
  }

  /// An office beside this one is not in its tree, so that its code is taken as given; one below is, and may be given a
  /// file that was taken over (指定管辖).
  private func target(_ text: String) throws -> OfficeCode {
    guard let target = OfficeCode(text) else {
      throw DeskFailure(
        kind: .badInput, code: "office-code",
        message: Bilingual(zh: "“\(text)”不是机构代码。", en: "“\(text)” is not an office code."),
        remedy: Bilingual(zh: "用 --to 写明接收机构的代码。", en: "Give the receiving office's code with --to."))
    }
    if target == context.office {
      throw failure(
        "不能移交给本机构。", "A file cannot be transferred to the office that has it.",
        "用 --to 写明另一机构。", "Name another office with --to.")
    }
    if context.tree.isSuperior(target, of: context.office) {
      throw failure(
        "\(target) 是本机构的上级：案件由上级提级办理，不由下级移交。",
        "\(target) is above this office: it takes files over, it is not given them.",
        "请报请上级机构用 docket takeover 提级办理。", "Ask it to take the file over (docket takeover).")
    }
    // The root knows every office there is.
    if context.tree.seat(context.office)?.depth == 0, context.tree.seat(target) == nil { throw unknownOffice(text) }
    return target
  }

  /// A pack that nobody above the receiver published is not held there: it could read the file but not work on it.
  private func checkPack(of file: OpenedFile, for target: OfficeCode, in storage: any ReplicaStorage) throws {
    // Of one beside this office no more is known than that a superior is common to both.
    let receiver = context.tree.seat(target) == nil ? context.office : target
    guard let code = file.row.text(4), let version = file.row.value(5).integer,
      let header = try context.headers(for: OfficeCode(file.office) ?? context.office, in: storage)
        .first(where: { $0.code == code && $0.version == Int(version) }),
      let row = try storage.row(RecordType.pack.number, header.record),
      let author = context.tree.soleAuthor(of: row), !context.tree.isSuperior(author, of: receiver)
    else { return }
    throw failure(
      "案卷依据的制度包 \(code) 由 \(author) 自行发布，接收机构没有，无法办理。",
      "The file runs by pack \(code), which \(author) published itself; the receiving office does not hold it.",
      "请由共同上级发布该制度包后再移交。", "Let the common superior publish the pack first.")
  }

  private func failure(_ zh: String, _ en: String, _ remedyZh: String, _ remedyEn: String) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "transfer-target", message: Bilingual(zh: zh, en: en),
      remedy: Bilingual(zh: remedyZh, en: remedyEn), article: ActRule.transfer.source)
  }

  /// What a file's page says of its last transfer.
  func transferView(_ folded: FoldedCase?) -> TransferView? {
    guard let folded, let act = folded.standing(ActRule.transferID).last, let target = act.transferTarget,
      case .text(let reason)? = act.facts[ActRule.transferReason],
      case .integer(let position)? = act.facts[ActRule.scopeEnd]
    else { return nil }
    return TransferView(
      from: act.office, to: target, on: act.date.description, reason: reason, position: "\(act.office)#\(position)",
      hasEndedHere: folded.scopeEnds[context.office.text] != nil)
  }
}
