/// The amount of a fine keeps within what the law and the bureau's tier allow.
struct BandCheck {
  var amount: String
  var penalty: String
  var tier: String
  var reason: String
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    func fact(_ field: String) -> FactValue? { folded.fact(field, of: act) }
    guard case .integer(let fen)? = fact(amount), !folded.penalties.isEmpty else { return nil }
    guard let id = fact(penalty)?.spelled, let item = folded.penalties.first(where: { $0.id == id }) else {
      let field = folded.workflow.label(ofField: penalty)
      return Refusal(
        code: .outOfBand,
        message: Bilingual(
          zh: "\(rule.label.zh)写明了罚款数额，没有写明\(field.zh)，无法核对幅度。",
          en: "\(rule.label.en) names a fine but not \(field.en), so its band cannot be checked."),
        article: article, remedy: Bilingual(zh: "请填写\(field.zh)。", en: "Fill in \(field.en)."))
    }
    if let tiers = folded.workflow.discretion?.tiers, !tiers.isEmpty, fact(self.tier) == nil {
      let field = folded.workflow.label(ofField: self.tier)
      return Refusal(
        code: .outOfBand,
        message: Bilingual(
          zh: "\(rule.label.zh)写明了罚款数额，没有写明\(field.zh)，无法核对裁量基准。",
          en: "\(rule.label.en) names a fine but not \(field.en), so the standard of discretion cannot be checked."),
        article: article, remedy: Bilingual(zh: "请填写\(field.zh)。", en: "Fill in \(field.en)."))
    }
    var quantities: [String: Int64] = [:]
    for (name, value) in folded.facts.merging(act.facts, uniquingKeysWith: { $1 }) {
      if case .integer(let number) = value { quantities[name] = number }
    }
    let tier = folded.workflow.discretion?.tiers.first { $0.id == fact(self.tier)?.spelled }
    let approved = fact(reason).map { !$0.isBlank } ?? false
    return item.refusal(
      of: Money(fen: fen), tier: tier, quantities: quantities, hasApprovedReason: approved, article: article)
  }
}
