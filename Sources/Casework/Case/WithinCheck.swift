/// A limitation has not run out: after it nothing is pursued any more (错案追究时效, 开发区 [2]六).
struct WithinCheck {
  var clock: String
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    guard let period = folded.workflow.clocks.first(where: { $0.id == clock }), let end = folded.plainEnd(of: period),
      act.date > end
    else { return nil }
    return Refusal(
      code: .outOfTime,
      message: Bilingual(
        zh: "“\(period.name.zh)”已于 \(end) 届满，\(act.date) 不能再办理\(rule.label.zh)。",
        en: "“\(period.name.en)” ran out on \(end); \(rule.label.en) cannot be taken on \(act.date)."),
      article: article,
      remedy: Bilingual(zh: "请办理不予追究或者结案。", en: "End the file without it."))
  }
}
