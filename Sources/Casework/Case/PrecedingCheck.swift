/// Each of these acts stands already; where `because` is given, for the sake of a recorded fact.
struct PrecedingCheck {
  var acts: [String]
  var article: String
  var because: (field: String, value: String)?

  func refusal(by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    let absent = acts.filter { folded.standing($0).isEmpty }
    if absent.isEmpty { return nil }
    let names = Bilingual.list(absent.map { folded.workflow.label(ofAct: $0) })
    var reason = Bilingual(zh: "", en: "")
    if let because {
      let field = folded.workflow.label(ofField: because.field)
      let value = folded.workflow.label(ofValue: because.value, in: because.field)
      reason = Bilingual(zh: "\(field.zh)为\(value.zh)的，", en: "Where \(field.en) is \(value.en), ")
    }
    return Refusal(
      code: .missingStep,
      message: Bilingual(
        zh: "\(reason.zh)办理\(rule.label.zh)前须先办理\(names.zh)。",
        en: "\(reason.en)\(rule.label.en) must be preceded by \(names.en)."),
      article: article,
      remedy: Bilingual(zh: "请先办理\(names.zh)。", en: "Take \(names.en) first."))
  }
}
