import Casework

/// Fines, tiers and hearing thresholds. Amounts stand in yuan.
extension PackParser {
  /// Above any fine in the documents and the laws they cite; a figure beyond it is a slip of the pen.
  static let yuanMax = 100_000_000

  func discretion(_ root: PackMap) -> DiscretionRule? {
    guard
      let map = reader.map(
        root.node["discretion"], root.path("discretion"), keys: ["standard", "tiers", "hearing", "source"])
    else { return nil }
    return DiscretionRule(
      standard: map.name("standard"), tiers: map.elements("tiers", tier),
      hearing: map.elements("hearing", threshold), source: map.text("source"))
  }

  private func tier(_ node: YAMLNode, _ path: PackPath) -> PenaltyTier? {
    guard let map = reader.map(node, path, keys: ["id", "name", "from", "to"]) else { return nil }
    let from = map.integer("from", in: 0...100)
    let to = map.integer("to", in: 0...100)
    let tier = PenaltyTier(id: map.id("id"), name: map.name("name"), fromPercent: from, toPercent: to)
    if tier == nil {
      reader.mistake(
        node, path, .badValue, "幅度的下限高于上限。", "The tier's lower end is above its upper end.", "更正 from 和 to。", "Correct from and to.")
    }
    return tier
  }

  private func threshold(_ node: YAMLNode, _ path: PackPath) -> HearingThreshold? {
    guard let map = reader.map(node, path, keys: ["party", "amount", "source"]),
      let party = map.choice("party", HearingThreshold.Party.self)
    else { return nil }
    return HearingThreshold(
      party: party, amount: Money(yuan: Int64(map.integer("amount", in: 1...Self.yuanMax))), source: map.text("source"))
  }

  func penalty(_ node: YAMLNode, _ path: PackPath) -> PenaltyRule? {
    guard
      let map = reader.map(
        node, path, keys: ["id", "name", "formula", "measures", "precondition", "article", "other-authority"])
    else { return nil }
    var precondition = PenaltyRule.Precondition.none
    switch map.optionalText("precondition") {
    case nil, "none": break
    case "after-overdue-correction": precondition = .afterOverdueCorrection
    case "after-refusal": precondition = .afterRefusal
    case "no-other-statute": precondition = .noOtherStatute
    default:
      reader.mistake(
        map.node["precondition"], map.path("precondition"), .badValue, "没有这种前提。", "There is no such precondition.",
        "可选：none、after-overdue-correction、after-refusal、no-other-statute。",
        "One of: none, after-overdue-correction, after-refusal, no-other-statute.")
    }
    return PenaltyRule(
      id: map.id("id"), name: map.name("name"),
      formula: map.has("formula") ? formula(map.node["formula"], map.path("formula")) : .none,
      measures: map.texts("measures"), precondition: precondition, article: map.text("article"),
      otherAuthority: map.has("other-authority") ? map.name("other-authority") : nil)
  }

  private func formula(_ node: YAMLNode?, _ path: PackPath) -> PenaltyFormula {
    guard
      let map = reader.map(
        node, path, keys: ["fixed", "range", "multiple", "of", "per-unit", "unit", "daily", "else"])
    else { return .none }
    let first: PenaltyFormula
    if map.has("fixed") {
      first = .fixed(Money(yuan: Int64(map.integer("fixed", in: 1...Self.yuanMax))))
    } else if let ends = ends(map, "range") {
      first = .range(min: Money(yuan: Int64(ends.min)), max: Money(yuan: Int64(ends.max)))
    } else if let ends = ends(map, "multiple") {
      first = .multiple(minHundredths: ends.min * 100, maxHundredths: ends.max * 100, base: map.text("of"))
    } else if let ends = ends(map, "per-unit") {
      first = .perUnit(min: Money(yuan: Int64(ends.min)), max: Money(yuan: Int64(ends.max)), unit: map.text("unit"))
    } else if map.has("daily") {
      first = .dailyRate(tenThousandths: map.integer("daily", in: 1...10_000), base: map.text("of"))
    } else {
      reader.mistake(
        node, path, .missingKey, "罚款公式没有内容。", "The formula says nothing.",
        "写 fixed、range、multiple、per-unit 或 daily 之一。", "Give one of fixed, range, multiple, per-unit, daily.")
      return .none
    }
    guard map.has("else") else { return first }
    return .firstOf([first, formula(map.node["else"], map.path("else"))])
  }

  private func ends(_ map: PackMap, _ key: String) -> (min: Int, max: Int)? {
    guard map.has(key) else { return nil }
    let values = map.list(key).compactMap { node, _ in node.text.flatMap { Int($0) } }
    guard values.count == 2, values[0] >= 0, values[0] <= values[1], values[1] <= Self.yuanMax else {
      reader.mistake(
        map.node[key], map.path(key), .badValue, "\(key) 应为 [下限, 上限]。", "\(key) must be [lower, upper].", "更正数值。",
        "Correct the numbers.")
      return (0, 0)
    }
    return (values[0], values[1])
  }
}
