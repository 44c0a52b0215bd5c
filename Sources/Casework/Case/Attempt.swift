extension FoldedCase {
  /// Why the act would be void if it were appended now, with `heads` as its parents; `nil` when it would
  /// stand. Asked before anything is signed, and by the fold itself, so that both judge alike.
  ///
  /// The order of the checks decides which reason is shown when several apply: the act and its day, the
  /// office, the state, the form, the guards as the workflow lists them. The office goes before the state, so
  /// that an office whose file was taken over reads that, and not what state the new office has put it in.
  public func attempt(_ act: Act, hierarchy: any OfficeHierarchy) -> Refusal? {
    guard let rule = workflow.act(act.rule) else { return Refusals.unknownAct(act, in: workflow) }
    if act.date < opening.date { return Refusals.beforeOpening(act, rule, opening) }
    if let refusal = partyRefusal(of: act, by: rule, hierarchy: hierarchy) { return refusal }
    guard admits(rule) else { return Refusals.wrongState(rule, in: self) }
    return GuardCheck.refusal(of: act, by: rule, in: self)
  }

  /// Whether the state reached is one the rule may be taken in.
  func admits(_ rule: ActRule) -> Bool {
    rule.from.contains(state) || (!isFinal && rule.from.contains(ActRule.anyOpenState))
  }
}

extension ActRule {
  /// In `from`: every state that is not final.
  static let anyOpenState = "*"
}
