/// The wording of refusals by act, day, office and state.
enum Refusals {
  static func unknownAct(_ act: Act, in workflow: Workflow) -> Refusal {
    let known = Bilingual.list(workflow.acts.map(\.label))
    return Refusal(
      code: .unknownAct,
      message: Bilingual(
        zh: "“\(workflow.name.zh)”没有名为 \(act.rule) 的步骤。",
        en: "“\(workflow.name.en)” has no act \(act.rule)."),
      article: workflow.source,
      remedy: Bilingual(zh: "可办理的步骤：\(known.zh)。", en: "Its acts: \(known.en)."))
  }

  static func beforeOpening(_ act: Act, _ rule: ActRule, _ opening: CaseOpening) -> Refusal {
    Refusal(
      code: .dateOrder,
      message: Bilingual(
        zh: "\(rule.label.zh)的日期 \(act.date) 早于收件日期 \(opening.date)。",
        en: "\(rule.label.en) is dated \(act.date), before the file was opened on \(opening.date)."),
      article: rule.source,
      remedy: Bilingual(zh: "请更正日期，不得早于 \(opening.date)。", en: "Correct the date: \(opening.date) or later."))
  }

  static func wrongState(_ rule: ActRule, in folded: FoldedCase) -> Refusal {
    let state = folded.workflow.label(ofState: folded.state)
    let named = rule.from.filter { $0 != ActRule.anyOpenState }
    let from = Bilingual.list(named.map { folded.workflow.label(ofState: $0) })
    let remedy =
      if folded.isFinal {
        Bilingual(zh: "案卷已办结；确需办理的，请另立案卷。", en: "The file is finished; if need be, open another.")
      } else {
        Bilingual(zh: "该步骤须在\(from.zh)时办理。", en: "It can be taken at \(from.en).")
      }
    return Refusal(
      code: folded.isFinal ? .fileClosed : .wrongState,
      message: Bilingual(
        zh: "案卷处于\(state.zh)，不能办理\(rule.label.zh)。",
        en: "The file is at \(state.en); \(rule.label.en) cannot be taken there."),
      article: rule.source, remedy: remedy)
  }

  /// For an office that had the file: who took it over, and when.
  static func takenOver(_ act: Act, _ rule: ActRule, by takeover: Act, in folded: FoldedCase) -> Refusal {
    let takeoverRule = folded.workflow.act(takeover.rule)
    let name = folded.workflow.label(ofAct: takeover.rule)
    return Refusal(
      code: .notResponsible,
      message: Bilingual(
        zh: "\(takeover.office) 已于 \(takeover.date) 办理\(name.zh)，本案由其负责；"
          + "\(act.office) 的\(rule.label.zh)不生效，予以保留。",
        en: "\(takeover.office) took the file over on \(takeover.date) by \(name.en); "
          + "\(rule.label.en) by \(act.office) has no effect and is kept."),
      article: takeoverRule?.source ?? rule.source,
      remedy: Bilingual(
        zh: "原承办机构仍可补充材料；其他步骤由 \(folded.responsible) 办理。",
        en: "The former office may still add to the record; \(folded.responsible) takes the other acts."))
  }

  /// For an office whose part in the file ended with a transfer.
  static func transferred(_ act: Act, _ rule: ActRule, by transfer: Act) -> Refusal {
    let target = transfer.transferTarget ?? ""
    return Refusal(
      code: .notResponsible,
      message: Bilingual(
        zh: "\(transfer.office) 已于 \(transfer.date) 将本案移交 \(target)；\(act.office) 此后的\(rule.label.zh)不生效，予以保留。",
        en: "\(transfer.office) transferred the file to \(target) on \(transfer.date); "
          + "\(rule.label.en) by \(act.office) after that has no effect and is kept."),
      article: ActRule.transfer.source,
      remedy: Bilingual(
        zh: "请将材料转交 \(target) 办理；确应由本机构办理的，由 \(target) 再行移交。",
        en: "Hand what you have to \(target); if the file belongs here, \(target) may transfer it back."))
  }

  static func notResponsible(_ act: Act, _ rule: ActRule, in folded: FoldedCase) -> Refusal {
    Refusal(
      code: .notResponsible,
      message: Bilingual(
        zh: "\(rule.label.zh)由承办机构 \(folded.responsible) 办理，不由 \(act.office) 办理。",
        en: "\(rule.label.en) is for the responsible office \(folded.responsible), not for \(act.office)."),
      article: rule.source,
      remedy: Bilingual(
        zh: "请由 \(folded.responsible) 办理；上级机构可先提级办理。",
        en: "Leave it to \(folded.responsible); an office above it may take the file over first."))
  }

  static func notSuperior(_ act: Act, _ rule: ActRule, in folded: FoldedCase) -> Refusal {
    Refusal(
      code: .notSuperior,
      message: Bilingual(
        zh: "\(rule.label.zh)只能由 \(folded.responsible) 的上级机构办理；\(act.office) 不是其上级。",
        en: "\(rule.label.en) is for an office above \(folded.responsible); \(act.office) is not."),
      article: rule.source,
      remedy: Bilingual(zh: "请报上级机构办理。", en: "Refer it to the superior office."))
  }

  static func notParty(_ act: Act, _ rule: ActRule, in folded: FoldedCase) -> Refusal {
    let isIssuer = rule.by == .issuer
    let role = isIssuer ? Bilingual(zh: "发文机构", en: "issuer") : Bilingual(zh: "收文机构", en: "addressee")
    guard let party = isIssuer ? folded.opening.office : folded.opening.addressee else {
      return Refusal(
        code: .notParty,
        message: Bilingual(
          zh: "\(rule.label.zh)由\(role.zh)办理，本案卷没有\(role.zh)。",
          en: "\(rule.label.en) is for the \(role.en); this file has none."),
        article: rule.source,
        remedy: Bilingual(zh: "请另行发文并指明\(role.zh)。", en: "Issue one that names its \(role.en)."))
    }
    return Refusal(
      code: .notParty,
      message: Bilingual(
        zh: "\(rule.label.zh)由\(role.zh) \(party) 办理，不由 \(act.office) 办理。",
        en: "\(rule.label.en) is for the \(role.en) \(party), not for \(act.office)."),
      article: rule.source,
      remedy: Bilingual(zh: "请由 \(party) 办理。", en: "Leave it to \(party)."))
  }
}
