/// None of the officers was recused from this file (回避: 行政处罚法 第四十三条).
struct RecusalCheck {
  /// The act that records a recusal; it names the officer in its field `recusedOfficer`.
  var by: String
  var article: String

  static let officerField = "recusedOfficer"

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    let recused = Set(folded.standing(by).compactMap { $0.facts[Self.officerField]?.spelled })
    guard let officer = act.officers.first(where: { recused.contains($0.id) }) else { return nil }
    return Refusal(
      code: .recused,
      message: Bilingual(
        zh: "\(officer.name)（\(officer.id)）已在本案回避，不能办理\(rule.label.zh)。",
        en: "\(officer.name) (\(officer.id)) is recused from this file and cannot take \(rule.label.en)."),
      article: article,
      remedy: Bilingual(zh: "请改由其他持证人员办理。", en: "Name another certified officer."))
  }
}
