/// Checks an act against its rule's form, then its guards in their order; the first failure is the refusal.
enum GuardCheck {
  static func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    if let refusal = FormCheck.refusal(of: act, by: rule, in: folded) { return refusal }
    if let refusal = AnchorDateCheck.refusal(of: act, by: rule, in: folded) { return refusal }
    for item in rule.guards {
      if let refusal = refusal(of: act, by: rule, under: item, in: folded) { return refusal }
    }
    return nil
  }

  private static func refusal(
    of act: Act, by rule: ActRule, under item: Guard, in folded: FoldedCase
  ) -> Refusal? {
    guard folded.isAsked(item, of: act) else { return nil }
    switch item.condition {
    case .officers(let atLeast, let certificate):
      return QuorumCheck(atLeast: atLeast, certificate: certificate, article: item.article)
        .refusal(of: act, by: rule)
    case .approver(let role, let notOf):
      return ApproverCheck(role: role, notOf: notOf, article: item.article)
        .refusal(of: act, by: rule, in: folded)
    case .after(let acts):
      return PrecedingCheck(acts: acts, article: item.article).refusal(by: rule, in: folded)
    case .afterWhere(let field, let values, let acts):
      guard let value = folded.fact(field, of: act)?.spelled, values.contains(value) else { return nil }
      return PrecedingCheck(acts: acts, article: item.article, because: (field, value))
        .refusal(by: rule, in: folded)
    case .fact(let field, let values):
      let value = folded.fact(field, of: act)?.spelled
      if let value, values.contains(value) { return nil }
      return factMismatch(field, value, values, rule, folded.workflow, item.article)
    case .distinct(let fields):
      return DistinctCheck(fields: fields, article: item.article).refusal(of: act, by: rule, in: folded.workflow)
    case .notRecused(let by):
      return RecusalCheck(by: by, article: item.article).refusal(of: act, by: rule, in: folded)
    case .participants(let roles):
      return ParticipantsCheck(roles: roles, article: item.article)
        .refusal(of: act, by: rule, in: folded.workflow)
    case .elapsed(let clock, let unless):
      return ElapsedCheck(clock: clock, unless: unless, article: item.article)
        .refusal(of: act, by: rule, in: folded)
    case .within(let clock):
      return WithinCheck(clock: clock, article: item.article).refusal(of: act, by: rule, in: folded)
    case .preconditionMet(let state, let penalty, let other):
      return PreconditionCheck(state: state, penalty: penalty, other: other, article: item.article)
        .refusal(of: act, by: rule, in: folded)
    case .amountWithinBand(let amount, let penalty, let tier, let reason):
      return BandCheck(amount: amount, penalty: penalty, tier: tier, reason: reason, article: item.article)
        .refusal(of: act, by: rule, in: folded)
    case .hearingTold(let told, let amount, let party, let measure, let measures):
      return HearingCheck(
        told: told, amount: amount, party: party, measure: measure, measures: measures, article: item.article
      ).refusal(of: act, by: rule, in: folded)
    case .signedOrRefusalNoted(let field):
      if act.facts[field] == .flag(true) { return nil }
      let noted = [refusalReason, witness].filter { act.facts[$0].map { !$0.isBlank } ?? false }
      return noted.count == 2 ? nil : unsigned(field, noted, rule, folded.workflow, item.article)
    }
  }

  /// Facts that note a refusal to sign (开发区 [5]五: 应注明拒签情况; 任县 四(八)五: 应注明拒签原因).
  private static let refusalReason = "refusalReason"
  private static let witness = "witness"

  private static func factMismatch(
    _ field: String, _ value: String?, _ values: [String], _ rule: ActRule, _ workflow: Workflow,
    _ article: String
  ) -> Refusal {
    let name = workflow.label(ofField: field)
    let found =
      value.map { workflow.label(ofValue: $0, in: field) } ?? Bilingual(zh: "空", en: "empty")
    let wanted = Bilingual.list(values.map { workflow.label(ofValue: $0, in: field) })
    return Refusal(
      code: .factMismatch,
      message: Bilingual(
        zh: "\(rule.label.zh)不适用：案卷的\(name.zh)为\(found.zh)，须为\(wanted.zh)。",
        en: "\(rule.label.en) does not apply: \(name.en) is \(found.en), must be \(wanted.en)."),
      article: article,
      remedy: value == nil
        ? Bilingual(zh: "请先登记\(name.zh)。", en: "Record \(name.en) first.")
        : Bilingual(zh: "请办理与该事项相应的步骤。", en: "Take the act that fits what is recorded."))
  }

  private static func unsigned(
    _ field: String, _ noted: [String], _ rule: ActRule, _ workflow: Workflow, _ article: String
  ) -> Refusal {
    let signature = workflow.label(ofField: field)
    let lacking = Bilingual.list(
      [refusalReason, witness].filter { !noted.contains($0) }.map { workflow.label(ofField: $0) })
    return Refusal(
      code: .unsigned,
      message: Bilingual(
        zh: "\(rule.label.zh)没有\(signature.zh)，拒签的也没有注明\(lacking.zh)。",
        en: "\(rule.label.en) lacks \(signature.en), and for a refusal to sign \(lacking.en) is not noted."),
      article: article,
      remedy: Bilingual(
        zh: "请取得签名，或在拒签时注明\(lacking.zh)。",
        en: "Have it signed, or note \(lacking.en) of the refusal."))
  }
}
