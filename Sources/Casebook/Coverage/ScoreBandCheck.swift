import Casework

/// An assessment's grade is the band its score lies in (优秀、合格、不合格): nobody grades against the score.
struct ScoreBandCheck {
  /// Fact that holds the score, a whole number.
  static let scoreFact = "score"

  var regime: Regime

  /// The band of a file's score; `nil` without one.
  func band(_ facts: [String: FactValue]) -> ScoreBand? {
    score(facts).flatMap { score in regime.scoreBands.first { $0.contains(score) } }
  }

  /// Why an act's grade does not fit the score; `nil` when it fits, or the act grades nothing.
  func refusal(of act: Act, by rule: ActRule, facts: [String: FactValue]) -> Refusal? {
    guard let field = gradingField(of: rule), let grade = act.facts[field.id]?.spelled,
      let score = score(facts.merging(act.facts) { _, new in new })
    else { return nil }
    let band = regime.scoreBands.first { $0.contains(score) }
    if band?.id == grade { return nil }
    let found = field.choices.first { $0.id == grade }?.name ?? Bilingual(zh: grade, en: grade)
    let wanted = band?.name ?? Bilingual(zh: "不在任何等次内", en: "in no band")
    return Refusal(
      code: .factMismatch,
      message: Bilingual(
        zh: "\(field.name.zh)“\(found.zh)”与得分不符：\(score) 分为“\(wanted.zh)”。",
        en: "\(field.name.en) “\(found.en)” does not fit the score: \(score) is “\(wanted.en)”."),
      article: band?.source ?? regime.source,
      remedy: Bilingual(zh: "请按得分评定，或先更正评分。", en: "Grade by the score, or have the scoring corrected first."))
  }

  /// The choice of an act's form that offers every band.
  private func gradingField(of rule: ActRule) -> FormField? {
    guard !regime.scoreBands.isEmpty else { return nil }
    return rule.form?.fields.first { field in
      field.kind == .choice && Set(regime.scoreBands.map(\.id)).isSubset(of: field.choices.map(\.id))
    }
  }

  private func score(_ facts: [String: FactValue]) -> Int? {
    if case .integer(let score)? = facts[Self.scoreFact] { Int(exactly: score) } else { nil }
  }
}
