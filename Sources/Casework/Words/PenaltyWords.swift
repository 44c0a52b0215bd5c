extension Money {
  /// In yuan, without decimals where there are none: `20000`, `0.50`.
  public var words: String {
    let text = description
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }
}

extension PenaltyFormula {
  /// The fine in words: `违法所得的 1 至 5 倍；没有的，50000 元以下`.
  public var words: Bilingual {
    switch self {
    case .none: Bilingual(zh: "不处罚款", en: "no fine")
    case .fixed(let amount): Bilingual(zh: "\(amount.words) 元", en: "\(amount.words) yuan")
    case .range(let min, let max): Self.range(min, max)
    case .multiple(let min, let max, let base): Self.multiple(min, max, Self.quantityName(base))
    case .perUnit(let min, let max, let unit):
      Bilingual(
        zh: "每\(Self.quantityName(unit).zh) \(Self.range(min, max).zh)",
        en: "\(Self.range(min, max).en) for each \(Self.quantityName(unit).en)")
    case .dailyRate(let rate, let base):
      Bilingual(
        zh: "\(Self.quantityName(base).zh)按日万分之 \(rate)",
        en: "\(rate) ten-thousandths of \(Self.quantityName(base).en) a day")
    case .firstOf(let formulas):
      Bilingual(
        zh: formulas.map(\.words.zh).joined(separator: "；没有的，"),
        en: formulas.map(\.words.en).joined(separator: "; without any, "))
    }
  }

  /// What a formula multiplies, as the laws call it; a key outside the vocabulary stands for itself.
  public static func quantityName(_ key: String) -> Bilingual {
    switch key {
    case "gains": Bilingual(zh: "违法所得", en: "the unlawful gains")
    case "payable": Bilingual(zh: "应缴数额", en: "the amount payable")
    case "concealed": Bilingual(zh: "瞒报工资数额", en: "the wages concealed")
    case "arrears": Bilingual(zh: "欠缴数额", en: "the arrears")
    case "persons": Bilingual(zh: "人", en: "person")
    case "child-months": Bilingual(zh: "名童工每月", en: "child and month")
    default: Bilingual(zh: key, en: key)
    }
  }

  private static func range(_ min: Money, _ max: Money) -> Bilingual {
    if min == max { return Bilingual(zh: "\(max.words) 元", en: "\(max.words) yuan") }
    return min == .zero
      ? Bilingual(zh: "\(max.words) 元以下", en: "at most \(max.words) yuan")
      : Bilingual(zh: "\(min.words) 元至 \(max.words) 元", en: "\(min.words) to \(max.words) yuan")
  }

  private static func multiple(_ min: Int, _ max: Int, _ base: Bilingual) -> Bilingual {
    let (low, high) = (Money(fen: Int64(min)).words, Money(fen: Int64(max)).words)
    return low == high
      ? Bilingual(zh: "\(base.zh)的 \(high) 倍", en: "\(high) times \(base.en)")
      : Bilingual(zh: "\(base.zh)的 \(low) 至 \(high) 倍", en: "\(low) to \(high) times \(base.en)")
  }
}

extension PenaltyRule.Precondition {
  /// `nil` for none.
  public var name: Bilingual? {
    switch self {
    case .none: nil
    case .afterOverdueCorrection: Bilingual(zh: "逾期不改正的", en: "after the time for correction ran out")
    case .afterRefusal: Bilingual(zh: "拒不改正的", en: "after a refusal to correct")
    case .noOtherStatute: Bilingual(zh: "法律、法规没有规定的", en: "where no law provides another")
    }
  }
}

extension PenaltyRule {
  /// A measure beside the fine; a key outside the vocabulary stands for itself.
  public static func measureName(_ key: String) -> Bilingual {
    switch key {
    case "warn": Bilingual(zh: "警告", en: "warning")
    case "order-correction": Bilingual(zh: "责令改正", en: "order to correct")
    case "confiscate": Bilingual(zh: "没收违法所得", en: "confiscation of gains")
    case "refund": Bilingual(zh: "责令退还", en: "refund")
    case "return": Bilingual(zh: "责令退回", en: "return of what was drawn")
    case "return-home": Bilingual(zh: "责令送回原居住地", en: "return of the child home")
    case "stop": Bilingual(zh: "责令停止", en: "order to stop")
    case "revoke-licence": Bilingual(zh: "吊销许可证", en: "revocation of the licence")
    case "withdraw-licence": Bilingual(zh: "收回许可证", en: "withdrawal of the licence")
    default: Bilingual(zh: key, en: key)
    }
  }

  /// Precondition, fine, measures and who imposes them.
  public var words: Bilingual {
    var parts: [Bilingual] = []
    if let name = precondition.name { parts.append(name) }
    parts.append(formula.words)
    if !measures.isEmpty { parts.append(.list(measures.map(Self.measureName))) }
    if let otherAuthority {
      parts.append(Bilingual(zh: "由\(otherAuthority.zh)实施", en: "imposed by \(otherAuthority.en)"))
    }
    return Bilingual(
      zh: parts.map(\.zh).joined(separator: "，"), en: parts.map(\.en).joined(separator: ", "))
  }
}
