/// Where the party may ask for a hearing it has been told so (行政处罚法 第六十三条).
struct HearingCheck {
  var told: String
  var amount: String
  var party: String
  var measure: String
  var measures: [String]
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    func fact(_ field: String) -> FactValue? { folded.fact(field, of: act) }
    if fact(told) == .flag(true) { return nil }
    if let value = fact(measure)?.spelled, measures.contains(value) {
      let name = folded.workflow.label(ofValue: value, in: measure)
      return refusal(rule, Bilingual(zh: "拟作出\(name.zh)", en: "\(name.en) is intended"), article)
    }
    // Without the kind of party the lower figure decides: nobody loses a hearing by a field left empty.
    let kind = fact(party)?.spelled
    let known = folded.workflow.discretion?.hearing.filter { kind == nil || $0.party.rawValue == kind } ?? []
    guard case .integer(let fen)? = fact(amount), let threshold = known.min(by: { $0.amount < $1.amount }),
      Money(fen: fen) >= threshold.amount
    else { return nil }
    return refusal(
      rule,
      Bilingual(
        zh: "拟罚款 \(Money(fen: fen)) 元，达到听证标准 \(threshold.amount) 元",
        en: "the fine of \(Money(fen: fen)) yuan reaches \(threshold.amount), from which a hearing may be asked for"),
      "\(article)；\(threshold.source)")
  }

  private func refusal(_ rule: ActRule, _ because: Bilingual, _ article: String) -> Refusal {
    Refusal(
      code: .hearingNotTold,
      message: Bilingual(
        zh: "\(because.zh)，\(rule.label.zh)须告知当事人有要求听证的权利。",
        en: "\(rule.label.en) must tell the party of its right to a hearing: \(because.en)."),
      article: article,
      remedy: Bilingual(zh: "请告知听证权利后再办理。", en: "Tell the party of it, then go on."))
  }
}
