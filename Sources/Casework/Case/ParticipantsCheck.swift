/// Among the officers of the act each role is held, as for a collective discussion that certain persons must attend.
struct ParticipantsCheck {
  var roles: [String]
  var article: String

  func refusal(of act: Act, by rule: ActRule, in workflow: Workflow) -> Refusal? {
    let held = Set(act.officers.flatMap(\.roles))
    let absent = roles.filter { !held.contains($0) }
    if absent.isEmpty { return nil }
    let names = Bilingual.list(absent.map { workflow.label(ofRole: $0) })
    return Refusal(
      code: .participants,
      message: Bilingual(
        zh: "\(rule.label.zh)缺少应当参加的\(names.zh)。", en: "\(rule.label.en) lacks: \(names.en)."),
      article: article,
      remedy: Bilingual(zh: "请由\(names.zh)参加并列为办理人员。", en: "Let them attend and name them: \(names.en)."))
  }
}
