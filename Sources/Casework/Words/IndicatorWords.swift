// What a figure of a pack says, in one line that a person can compare with the bureau's document.

extension CheckKind {
  public var name: Bilingual {
    switch self {
    case .routine: Bilingual(zh: "日常检查", en: "routine checks")
    case .special: Bilingual(zh: "专项检查", en: "special checks")
    case .full: Bilingual(zh: "全面检查", en: "full checks")
    case .written: Bilingual(zh: "书面审查", en: "written reviews")
    case .phone: Bilingual(zh: "电话抽查", en: "checks by telephone")
    case .annual: Bilingual(zh: "年检", en: "annual reviews")
    case .audit: Bilingual(zh: "审计稽核", en: "audits")
    case .review: Bilingual(zh: "案卷评查", en: "reviews of files")
    case .publicity: Bilingual(zh: "宣传", en: "publicity")
    case .campaign: Bilingual(zh: "专项行动", en: "campaigns")
    }
  }
}

extension IndicatorPeriod {
  public var name: Bilingual {
    switch self {
    case .month: Bilingual(zh: "每月", en: "a month")
    case .quarter: Bilingual(zh: "每季度", en: "a quarter")
    case .halfYear: Bilingual(zh: "每半年", en: "a half-year")
    case .year: Bilingual(zh: "每年", en: "a year")
    }
  }
}

extension IndicatorShape {
  public var words: Bilingual {
    switch self {
    case .visits(let atLeast, let per):
      Bilingual(zh: "\(per.name.zh)不少于 \(atLeast) 次", en: "at least \(atLeast) \(per.name.en)")
    case .unitsPerVisit(let atLeast):
      Bilingual(zh: "每次不少于 \(atLeast) 户", en: "at least \(atLeast) units each time")
    case .share(let percent, let per, let subset):
      Bilingual(
        zh: "\(per.name.zh)检查面不低于 \(percent)%" + (subset.map { "（\($0)）" } ?? ""),
        en: "at least \(percent) % of the units \(per.name.en)" + (subset.map { " (\($0))" } ?? ""))
    case .everyUnit(let atLeast, let per):
      Bilingual(
        zh: "\(per.name.zh)每户不少于 \(atLeast) 次", en: "each unit at least \(atLeast) times \(per.name.en)")
    case .perEvent(let atLeast, let event):
      Bilingual(zh: "每“\(event)”不少于 \(atLeast) 次", en: "at least \(atLeast) for each “\(event)”")
    case .transactions(let percent, let per):
      Bilingual(
        zh: "\(per.name.zh)不低于上期业务的 \(percent)%",
        en: "at least \(percent) % of the last period's transactions \(per.name.en)")
    case .dated(let monthDay):
      Bilingual(zh: "每年 \(monthDay) 前 1 次", en: "once a year, before \(monthDay)")
    case .eachHalfYear(let atLeast):
      Bilingual(zh: "上、下半年各不少于 \(atLeast) 次", en: "at least \(atLeast) in each half-year")
    }
  }
}

extension Indicator {
  /// - Parameter workflows: give a field and its choices their names; without them ids stand for themselves.
  public func words(in workflows: [Workflow]) -> Bilingual {
    let recorded = scope?.words(in: workflows)
    return Bilingual(
      zh: "\(check.name.zh)，\(shape.words.zh)" + (recorded.map { "，只计记录为“\($0.zh)”的" } ?? ""),
      en: "\(check.name.en), \(shape.words.en)" + (recorded.map { ", counting only records of “\($0.en)”" } ?? ""))
  }
}

extension VisitCeiling {
  public var words: Bilingual {
    let kinds = Bilingual.list(checks.map(\.name))
    return Bilingual(
      zh: "每户每年不超过 \(atMost) 次（\(kinds.zh)）", en: "at most \(atMost) visits to a unit a year (\(kinds.en))")
  }
}

extension Quorum {
  public var words: Bilingual {
    Guard(condition: .officers(atLeast: officers, certificate: certificate), article: source).words(in: nil)
  }
}

extension TransferredPower {
  public var words: Bilingual {
    let list = workflows.joined(separator: " ")
    return Bilingual(
      zh: "\(list) 已划到\(to.zh)，不再受理新件", en: "\(list) moved to \(to.en), no new file")
  }
}

extension ScoreBand {
  public var words: Bilingual {
    let range =
      below.map { Bilingual(zh: "\(from) 分以上、不满 \($0) 分", en: "from \(from), below \($0)") }
      ?? Bilingual(zh: "\(from) 分以上", en: "from \(from)")
    return Bilingual(zh: "\(range.zh)：\(consequence.zh)", en: "\(range.en): \(consequence.en)")
  }
}

extension TallyRule {
  /// What is counted, and what follows at each figure.
  public var words: Bilingual {
    let steps = steps.map { step in
      Bilingual(
        zh: "满 \(step.atLeast) 次\(step.consequence.zh)" + (step.suspends ? "（暂停办理）" : ""),
        en: "at \(step.atLeast): \(step.consequence.en)" + (step.suspends ? " (suspended)" : ""))
    }
    let filter = field.map { " \($0)=\(value ?? "")" } ?? ""
    return Bilingual(
      zh: "\(workflow)/\(act)\(filter)，按 \(per) \(span == .year ? "逐年" : "")累计；"
        + steps.map(\.zh).joined(separator: "；"),
      en: "\(workflow)/\(act)\(filter), counted for each \(per)\(span == .year ? " and year" : ""); "
        + steps.map(\.en).joined(separator: "; "))
  }
}

extension PenaltyTier {
  public var words: Bilingual {
    Bilingual(zh: "幅度的 \(fromPercent)% 至 \(toPercent)%", en: "\(fromPercent) % to \(toPercent) % of the range")
  }
}

extension HearingThreshold {
  public var words: Bilingual {
    Bilingual(
      zh: "\(party == .citizen ? "公民" : "单位")罚款 \(amount.words) 元以上告知听证",
      en: "hearing told of from \(amount.words) yuan (\(party.rawValue))")
  }
}
