extension FoldedCase {
  /// Whether an office may take acts of a rule, as seen from the file.
  func isParty(_ office: String, of rule: ActRule, hierarchy: any OfficeHierarchy) -> Bool {
    switch rule.by {
    case .responsible: office == responsible || isSupplement(rule, by: office)
    case .superior: hierarchy.isSuperior(office, of: responsible)
    case .issuer: office == opening.office
    case .addressee: office == opening.addressee
    }
  }

  /// Whether an act of the rule is a supplement (原承办机构补充): after a takeover an office that had the file may
  /// still add to its record, but move nothing. An act that moves no state may move the file all the same, by
  /// starting, stopping, suspending or extending a period or by approving; these are no supplements. An office that
  /// transferred the file adds nothing more.
  func isSupplement(_ rule: ActRule, by office: String) -> Bool {
    guard rule.by == .responsible, office != responsible, formerOffices.contains(office),
      scopeEnds[office] == nil
    else { return false }
    guard rule.to == nil, rule.effect == nil, rule.id != ActRule.transferID else { return false }
    let isApproval = rule.guards.contains { if case .approver = $0.condition { true } else { false } }
    return !isApproval && !workflow.clocks.contains { $0.isMoved(by: rule.id) }
  }

  func partyRefusal(of act: Act, by rule: ActRule, hierarchy: any OfficeHierarchy) -> Refusal? {
    if isParty(act.office, of: rule, hierarchy: hierarchy) { return nil }
    switch rule.by {
    case .responsible:
      if let transfer = scopeEnds[act.office] { return Refusals.transferred(act, rule, by: transfer) }
      if let takeover, formerOffices.contains(act.office) {
        return Refusals.takenOver(act, rule, by: takeover, in: self)
      }
      return Refusals.notResponsible(act, rule, in: self)
    case .superior: return Refusals.notSuperior(act, rule, in: self)
    case .issuer, .addressee: return Refusals.notParty(act, rule, in: self)
    }
  }
}

extension ClockRule {
  /// Whether an act of this kind starts, stops, suspends, resumes or extends the clock.
  fileprivate func isMoved(by act: String) -> Bool {
    let isAnchor =
      switch anchor {
      case .opening, .yearly: false
      case .act(let id), .actField(let id, _): id == act
      }
    return isAnchor || stops.contains(act) || [suspendedBy, resumedBy, extendedBy].contains(act)
  }
}
