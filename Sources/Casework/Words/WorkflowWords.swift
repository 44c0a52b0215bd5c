extension Workflow.Kind {
  public var name: Bilingual {
    switch self {
    case .case: Bilingual(zh: "案件", en: "case")
    case .inspection: Bilingual(zh: "检查", en: "inspection")
    case .complaint: Bilingual(zh: "投诉举报", en: "complaint")
    case .order: Bilingual(zh: "监督文书", en: "order")
    }
  }
}

extension ActRule.Party {
  public var name: Bilingual {
    switch self {
    case .responsible: Bilingual(zh: "承办机构", en: "the responsible office")
    case .superior: Bilingual(zh: "上级机构", en: "a superior office")
    case .issuer: Bilingual(zh: "发出机构", en: "the issuing office")
    case .addressee: Bilingual(zh: "受送达机构", en: "the office addressed")
    }
  }
}

extension FormField.Kind {
  public var name: Bilingual {
    switch self {
    case .text: Bilingual(zh: "文字", en: "text")
    case .integer: Bilingual(zh: "整数", en: "whole number")
    case .date: Bilingual(zh: "日期", en: "date")
    case .flag: Bilingual(zh: "是否", en: "yes or no")
    case .choice: Bilingual(zh: "选项", en: "choice")
    case .money: Bilingual(zh: "金额", en: "amount")
    case .officer: Bilingual(zh: "人员", en: "officer")
    case .penalty: Bilingual(zh: "罚则", en: "penalty")
    }
  }
}

extension FormField {
  public var words: Bilingual {
    let list = Bilingual.list(choices.map { .label($0.name, $0.id) })
    return Bilingual(
      zh: "\(kind.name.zh)\(required ? "，必填" : "")" + (choices.isEmpty ? "" : "：\(list.zh)"),
      en: "\(kind.name.en)\(required ? ", required" : "")" + (choices.isEmpty ? "" : ": \(list.en)"))
  }
}

extension ActRule {
  /// From which states to which, who takes it, its form and effect; guards and form fields are told apart.
  public func words(in workflow: Workflow) -> Bilingual {
    let from =
      self.from.contains("*")
      ? Bilingual(zh: "任一未办结状态", en: "any open state")
      : Bilingual.list(self.from.map { workflow.stateName($0) })
    let to = self.to.map { workflow.stateName($0) } ?? Bilingual(zh: "状态不变", en: "the same state")
    var words = Bilingual(zh: "\(from.zh) → \(to.zh)，\(by.name.zh)", en: "\(from.en) → \(to.en), by \(by.name.en)")
    if let form {
      let series = form.series.map { Bilingual(zh: "（文号 \($0)）", en: " (numbered by \($0))") }
      words.zh += "，填《\(form.name.zh)》\(series?.zh ?? "")"
      words.en += ", form “\(form.name.en)”\(series?.en ?? "")"
    }
    if effect == .takeover {
      words.zh += "，提级办理"
      words.en += ", takes the file over"
    }
    return words
  }
}

extension ClockRule {
  /// How long, from what, and what stops, suspends and extends it.
  public func words(in workflow: Workflow) -> Bilingual {
    func names(_ acts: [String]) -> Bilingual { .list(acts.map { workflow.actName($0) }) }
    let period = unit.text(count)
    var words: Bilingual
    switch anchor {
    case .opening: words = Bilingual(zh: "自收件起 \(period.zh)", en: "\(period.en) from the opening")
    case .act(let act):
      words = Bilingual(
        zh: "自\(workflow.actName(act).zh)起 \(period.zh)", en: "\(period.en) from \(workflow.actName(act).en)")
    case .actField(let act, let field):
      let name = workflow.field(field)?.name ?? Bilingual(zh: field, en: field)
      let act = workflow.actName(act)
      words =
        count == 0
        ? Bilingual(zh: "至\(act.zh)所定的\(name.zh)", en: "until \(name.en) in \(act.en)")
        : Bilingual(zh: "自\(act.zh)的\(name.zh)起 \(period.zh)", en: "\(period.en) from \(name.en) in \(act.en)")
    case .yearly(let monthDay):
      words =
        count == 0
        ? Bilingual(zh: "至当年 \(monthDay)", en: "until \(monthDay) of the year")
        : Bilingual(zh: "自 \(monthDay) 起 \(period.zh)", en: "\(period.en) from \(monthDay)")
    }
    if !stops.isEmpty {
      words.zh += "，至\(names(stops).zh)"
      words.en += ", met by \(names(stops).en)"
    }
    if let suspendedBy {
      words.zh += "，\(workflow.actName(suspendedBy).zh)时中止"
      words.en += ", suspended by \(workflow.actName(suspendedBy).en)"
    }
    if let resumedBy {
      words.zh += "，\(workflow.actName(resumedBy).zh)后继续"
      words.en += ", resumed by \(workflow.actName(resumedBy).en)"
    }
    if let extendedBy {
      let extra = unit.text(extraCount)
      words.zh += "，\(workflow.actName(extendedBy).zh)可延长 \(extra.zh)"
      words.en += ", \(extra.en) more by \(workflow.actName(extendedBy).en)"
    }
    words.zh += roll ? "，末日遇休息日顺延" : ""
    words.en += roll ? ", rolls off rest days" : ""
    return words
  }
}

extension Workflow {
  func actName(_ id: String) -> Bilingual { Self.quoted(act(id)?.name ?? Bilingual(zh: id, en: id)) }
  func stateName(_ id: String) -> Bilingual { state(id)?.name ?? Bilingual(zh: id, en: id) }

  private static func quoted(_ name: Bilingual) -> Bilingual { Bilingual(zh: "“\(name.zh)”", en: "“\(name.en)”") }
}
