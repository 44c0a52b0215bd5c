extension PenaltyRule {
  /// Whether an amount may be imposed in a case with these quantities; see `PenaltyRange.refusal`. Where the
  /// quantities give no range, no amount may.
  public func refusal(
    of amount: Money, tier: PenaltyTier? = nil, quantities: [String: Int64], hasApprovedReason: Bool = false,
    article: String = PenaltyRange.discretionArticle
  ) -> Refusal? {
    guard let range = PenaltyRange(self, quantities: quantities) else { return unknown(quantities) }
    return range.refusal(of: amount, tier: tier, hasApprovedReason: hasApprovedReason, article: article)
  }

  private func unknown(_ quantities: [String: Int64]) -> Refusal {
    let keys = formula.quantityKeys
    let missing = keys.filter { quantities[$0] == nil }
    let named = (missing.isEmpty ? keys : missing).joined(separator: ", ")
    return Refusal(
      code: PenaltyRange.code,
      message: Bilingual(
        zh: "无法确定\(name.zh)的法定罚款幅度：缺少计算依据或者数值有误（\(named)）。",
        en: "The statutory range for \(name.en) cannot be worked out: missing or wrong: \(named)."),
      article: article,
      remedy: Bilingual(zh: "请填写或更正：\(named)。", en: "Fill in or correct: \(named)."))
  }
}

extension PenaltyRange {
  /// The one place that says how these refusals are coded.
  static let code = Refusal.Code.outOfBand
  public static let discretionArticle = "《行政处罚法》第三十四条"

  /// Whether an amount may be imposed.
  /// - Parameters:
  ///   - tier: The step of the discretion standard found to apply; without one, the statutory range is the band.
  ///   - hasApprovedReason: Whether a reason for leaving the band, above or below, has been approved. It never
  ///     carries an amount above the statutory upper bound.
  ///   - article: What binds the amount to the tier, cited beside the rule's own article.
  public func refusal(
    of amount: Money, tier: PenaltyTier? = nil, hasApprovedReason: Bool = false, article: String = discretionArticle
  ) -> Refusal? {
    if amount < .zero { return negative(amount) }
    if amount > statutory.upper { return aboveCap(amount) }
    let band = tier.map(self.tier) ?? statutory
    // A fixed fine leaves no discretion (鹿泉 四（二）: 法律没有规定裁量幅度的，不得裁量).
    // Below the law's minimum only a mitigated penalty goes (行政处罚法 第三十二条).
    let isMitigated = tier?.id == PenaltyTier.mitigated
    let mayLeave = hasApprovedReason && statutory.lower != statutory.upper && (isMitigated || amount >= statutory.lower)
    if band.contains(amount) || mayLeave { return nil }
    return outside(amount, band, tier, article)
  }

  private func negative(_ amount: Money) -> Refusal {
    Refusal(
      code: Self.code,
      message: Bilingual(
        zh: "\(rule.name.zh)的罚款数额不能为负数：\(amount) 元（法定幅度：\(statutory.zh)）。",
        en: "A fine cannot be negative: \(amount) yuan for \(rule.name.en) (range: \(statutory.en))."),
      article: rule.article,
      remedy: Bilingual(zh: "请填写\(statutory.zh)的数额。", en: "State an amount of \(statutory.en)."))
  }

  private func aboveCap(_ amount: Money) -> Refusal {
    Refusal(
      code: Self.code,
      message: Bilingual(
        zh: "\(rule.name.zh)的罚款 \(amount) 元超过法定上限 \(statutory.upper) 元（法定幅度：\(statutory.zh)）。",
        en: "\(amount) yuan for \(rule.name.en) is above the statutory maximum of \(statutory.upper) yuan "
          + "(range: \(statutory.en))."),
      article: rule.article,
      remedy: Bilingual(
        zh: "请将罚款数额减至 \(statutory.upper) 元以下（含本数）；任何理由均不能超过法定上限。",
        en: "Reduce it to \(statutory.upper) yuan or less; no reason allows more."))
  }

  private func outside(
    _ amount: Money, _ band: PenaltyBounds, _ tier: PenaltyTier?, _ article: String
  ) -> Refusal {
    let name = tier?.name ?? Bilingual(zh: "法定", en: "statutory")
    return Refusal(
      code: Self.code,
      message: Bilingual(
        zh: "\(rule.name.zh)的罚款 \(amount) 元不在“\(name.zh)”幅度内（\(band.zh)）。",
        en: "\(amount) yuan for \(rule.name.en) is outside the band \"\(name.en)\" (\(band.en))."),
      article: tier == nil || article.isEmpty ? rule.article : "\(rule.article)；\(article)",
      remedy: Bilingual(
        zh: "请在该幅度内确定数额，或报批偏离裁量幅度的理由后再办理。",
        en: "Choose an amount in the band, or have the reason for leaving it approved first."))
  }
}

extension PenaltyBounds {
  fileprivate var zh: String { "\(lower) 元至 \(upper) 元" }
  fileprivate var en: String { "\(lower) to \(upper) yuan" }
}
