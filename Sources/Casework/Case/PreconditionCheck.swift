/// What the law asks for before a penalty: an order to correct that ran out or was refused, or that no other statute
/// provides one (逾期不改正的、拒不改正的、法律法规没有规定的).
struct PreconditionCheck {
  var state: String
  var penalty: String
  var other: String
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    func fact(_ field: String) -> FactValue? { folded.fact(field, of: act) }
    guard let id = fact(penalty)?.spelled, let item = folded.penalties.first(where: { $0.id == id }) else {
      return nil
    }
    if let authority = item.otherAuthority {
      return Refusal(
        code: .precondition,
        message: Bilingual(
          zh: "“\(item.name.zh)”由\(authority.zh)处罚，本机构不能作出。",
          en: "“\(item.name.en)” is for \(authority.en) to penalise, not for this office."),
        article: item.article,
        remedy: Bilingual(zh: "请移送\(authority.zh)。", en: "Refer it to \(authority.en)."))
    }
    let (field, isMet): (String, Bool) =
      switch item.precondition {
      case .none: (state, true)
      case .afterOverdueCorrection: (state, ["overdue", "refused"].contains(fact(state)?.spelled))
      case .afterRefusal: (state, fact(state)?.spelled == "refused")
      case .noOtherStatute: (other, fact(other) == .flag(true))
      }
    if isMet { return nil }
    let name = folded.workflow.label(ofField: field)
    return Refusal(
      code: .precondition,
      message: Bilingual(
        zh: "适用“\(item.name.zh)”的前提没有具备：须在\(name.zh)中写明。",
        en: "The precondition of “\(item.name.en)” is not met; it must stand in \(name.en)."),
      article: "\(article)；\(item.article)",
      remedy: item.precondition == .noOtherStatute
        ? Bilingual(zh: "请核对其他法律、法规有无处罚规定后填写\(name.zh)。", en: "Check the other statutes, then fill in \(name.en).")
        : Bilingual(zh: "请先责令改正，期满后如实填写\(name.zh)。", en: "Order the correction first, then fill in \(name.en)."))
  }
}
