/// Several officer fields name as many officers (指定 2 名以上执法人员).
struct DistinctCheck {
  var fields: [String]
  var article: String

  func refusal(of act: Act, by rule: ActRule, in workflow: Workflow) -> Refusal? {
    let named = fields.compactMap { act.facts[$0]?.spelled }
    guard Set(named).count < named.count else { return nil }
    let names = Bilingual.list(fields.map { workflow.label(ofField: $0) })
    return Refusal(
      code: .quorum,
      message: Bilingual(
        zh: "\(rule.label.zh)的\(names.zh)写了同一个人。", en: "\(rule.label.en) names the same officer in \(names.en)."),
      article: article,
      remedy: Bilingual(zh: "请填写不同的人员。", en: "Name different officers."))
  }
}
