/// The answerable officer holds the role and took part in none of the acts he decides on: nobody approves his
/// own act.
struct ApproverCheck {
  var role: String
  var notOf: [String]
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    var name: Bilingual { folded.workflow.label(ofRole: role) }
    guard let officer = act.officers.first else { return nobody(name, rule) }
    guard officer.roles.contains(role) else { return otherRole(officer, name, rule) }
    let own = notOf.first { earlier in
      folded.standing(earlier).contains { $0.officers.contains { $0.id == officer.id } }
    }
    return own.map { ownAct(officer, folded.workflow.label(ofAct: $0), name, rule) }
  }

  private func nobody(_ name: Bilingual, _ rule: ActRule) -> Refusal {
    Refusal(
      code: .approverRole,
      message: Bilingual(
        zh: "\(rule.label.zh)须由\(name.zh)办理，没有写明办理人员。",
        en: "\(rule.label.en) is for the \(name.en); no officer is named."),
      article: article, remedy: remedy(name))
  }

  private func otherRole(_ officer: ActOfficer, _ name: Bilingual, _ rule: ActRule) -> Refusal {
    Refusal(
      code: .approverRole,
      message: Bilingual(
        zh: "\(rule.label.zh)须由\(name.zh)办理，\(officer.name)（\(officer.id)）没有该职责。",
        en: "\(rule.label.en) is for the \(name.en); \(officer.name) (\(officer.id)) is none."),
      article: article, remedy: remedy(name))
  }

  private func ownAct(
    _ officer: ActOfficer, _ earlier: Bilingual, _ name: Bilingual, _ rule: ActRule
  ) -> Refusal {
    Refusal(
      code: .ownApproval,
      message: Bilingual(
        zh: "\(officer.name)（\(officer.id)）参与了\(earlier.zh)，不能再办理\(rule.label.zh)：不得审批自己经办的事项。",
        en: "\(officer.name) (\(officer.id)) took part in \(earlier.en) and cannot take \(rule.label.en)."),
      article: article,
      remedy: Bilingual(zh: "请由另一名\(name.zh)审批。", en: "Let another \(name.en) decide."))
  }

  private func remedy(_ name: Bilingual) -> Bilingual {
    Bilingual(
      zh: "请由\(name.zh)办理，并列为第一办理人。", en: "Let the \(name.en) take it, named first.")
  }
}
