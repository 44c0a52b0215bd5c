import Casework
import Replication

/// The yearly ceiling of visits to a unit.
extension Clerk {
  /// Refuses a visit above the ceiling unless a reason is given; with one, says so.
  ///
  /// Special checks are exempt by their kind, and so is a visit that a complaint, a case or an order gave rise to.
  /// - Parameter subject: id of the unit's record; empty: no ceiling is known for nobody.
  /// - Parameter related: id of the file it comes from, or empty.
  func ceilingWarning(
    of draft: FileDraft, under regime: Regime, of pack: RegimePack, subject: String, related: String,
    openedOn: CivilDate, in storage: any ReplicaStorage
  ) throws -> Bilingual? {
    guard draft.kind == Workflow.Kind.inspection.rawValue, !subject.isEmpty,
      try !CeilingCount.isCaseDriven(related, in: storage)
    else { return nil }
    let settings = BindingSettings.rows(
      try storage.rows(RecordType.indicatorSetting.number), for: context.office, in: context.tree, on: today,
      own: true)
    guard let rule = CeilingRule(regime: regime, pack: pack, settings: settings, office: context.office.text),
      rule.binds(draft.checkKind ?? "")
    else { return nil }
    let rows = try storage.rows(RecordType.subject.number)
    let identity = UnitIdentity(rows: rows, merges: try SubjectMerges(context: context, storage: storage))
    let inspections = try storage.summaries().filter {
      $0.kind == draft.kind && $0.pack == pack.code && $0.regime == regime.id
    }
    var reader = CheckReader(packs: try PackCache(context: context, storage: storage))
    var count = CeilingCount(storage: storage)
    let visits = try count.visits(
      inspections, in: openedOn.year, under: rule, workflow: pack.workflow, identity: identity.of, reader: &reader)
    let present = visits[identity.of(subject)] ?? 0
    guard present >= rule.atMost else { return nil }
    let name = rows.first { $0.id.description == subject }?.text(2) ?? draft.subject ?? ""
    let reason = draft.overCeilingReason ?? ""
    guard reason.allSatisfy(\.isWhitespace) else {
      return Bilingual(
        zh: "\(openedOn.year) 年对“\(name)”的检查为第 \(present + 1) 次，超过频次上限 \(rule.atMost) 次，理由已记录。",
        en: "Visit \(present + 1) to “\(name)” in \(openedOn.year), above the ceiling of \(rule.atMost);"
          + " the reason is kept.")
    }
    throw DeskFailure(
      Refusal(
        code: .overCeiling,
        message: Bilingual(
          zh: "\(openedOn.year) 年对“\(name)”已安排 \(present) 次检查，达到频次上限 \(rule.atMost) 次。",
          en: "“\(name)” has \(present) visits in \(openedOn.year) already; the ceiling is \(rule.atMost)."),
        article: rule.source.zh,
        remedy: Bilingual(
          zh: "请并入其他检查；由投诉、案件或上级交办引发的，请关联来源案卷；确需检查的，写明超上限理由。",
          en: "Merge it with another visit, name the complaint, case or order it comes from, or say why it must be.")))
  }

  /// Refuses a kind of check that no indicator could ever count.
  func checkKind(of draft: FileDraft) throws -> String {
    let kind = draft.checkKind ?? ""
    guard kind.isEmpty || CheckKind(rawValue: kind) != nil else {
      let known = CheckKind.allCases.map(\.rawValue).joined(separator: " ")
      throw DeskFailure(
        kind: .badInput, code: "check-kind",
        message: Bilingual(zh: "没有检查种类“\(kind)”。", en: "There is no kind of check “\(kind)”."),
        remedy: Bilingual(zh: "可选：\(known)。", en: "One of: \(known)."))
    }
    return kind
  }
}
