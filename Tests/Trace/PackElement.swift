import Casework

/// What a path of `trace.tsv` leads to.
enum PackElement {
  case line(Provision)
  case indicator(Indicator)
  case quorum(Quorum)
  case penalty(PenaltyRule)
  case tallyStep(TallyStep)
  case scoreBand(ScoreBand)
  case act(ActRule)
  /// The guards of that kind of an act.
  case guards([Guard])
  case clock(ClockRule)
  /// Anything else that exists: a field, a choice, a state, a workflow, an office.
  case other

  /// - Returns: `nil` where nothing stands at the path.
  static func at(_ path: String, in packs: [RegimePack]) -> PackElement? {
    var parts = path.split(separator: "/").map(String.init)[...]
    guard let code = parts.popFirst(), let pack = packs.first(where: { $0.code == code }), let list = parts.popFirst()
    else { return nil }
    switch list {
    case "regimes":
      guard let id = parts.popFirst(), let regime = pack.regime(id) else { return nil }
      return element(of: regime, parts)
    case "workflows":
      guard let id = parts.popFirst(), let workflow = pack.workflow(id) else { return nil }
      return element(of: workflow, parts)
    case "duties": return element(of: pack.duties, parts)
    case "boundaries": return element(of: pack.boundaries, parts)
    case "services": return element(of: pack.services, parts)
    case "campaigns": return element(of: pack.campaigns, parts)
    case "series": return pack.series.contains { $0.id == parts.first } ? .other : nil
    case "discretion":
      guard let discretion = pack.discretion else { return nil }
      guard parts.first == "tiers" else { return parts.isEmpty ? .other : nil }
      return discretion.tiers.contains { $0.id == parts.dropFirst().first } ? .other : nil
    default: return nil
    }
  }

  private static func element(of groups: [ProvisionGroup], _ path: ArraySlice<String>) -> PackElement? {
    let parts = Array(path)
    guard let group = groups.first(where: { $0.id == parts.first }) else { return nil }
    guard parts.count == 3 else { return parts.count == 1 ? .other : nil }
    return group.lines.first { $0.id == parts[2] }.map(PackElement.line)
  }

  private static func element(of regime: Regime, _ path: ArraySlice<String>) -> PackElement? {
    let parts = Array(path)
    switch parts.first {
    case nil: return .other
    case "basis": return regime.basis.first { $0.id == parts[1] }.map(PackElement.line)
    case "parts":
      return RegimePart(rawValue: parts[1]).flatMap { regime.parts[$0] }?.lines.first { $0.id == parts[2] }.map(PackElement.line)
    case "indicators": return regime.indicators.first { $0.id == parts[1] }.map(PackElement.indicator)
    case "quorum": return regime.quorum.map(PackElement.quorum)
    case "superior-overrides": return regime.superiorOverrides ? .other : nil
    case "office": return regime.office.map { _ in .other }
    case "status", "workflows": return .other
    case "penalties": return regime.penalties.first { $0.id == parts[1] }.map(PackElement.penalty)
    case "tallies":
      guard let tally = regime.tallies.first(where: { $0.id == parts[1] }) else { return nil }
      guard parts.count == 4 else { return .other }
      return tally.steps.first { String($0.atLeast) == parts[3] }.map(PackElement.tallyStep)
    case "score-bands": return regime.scoreBands.first { $0.id == parts[1] }.map(PackElement.scoreBand)
    default: return nil
    }
  }

  private static func element(of workflow: Workflow, _ path: ArraySlice<String>) -> PackElement? {
    let parts = Array(path)
    switch parts.first {
    case nil: return .other
    case "states": return workflow.state(parts[1]).map { _ in .other }
    case "clocks": return workflow.clocks.first { $0.id == parts[1] }.map(PackElement.clock)
    case "acts":
      guard let act = workflow.act(parts[1]) else { return nil }
      return parts.count == 2 ? .act(act) : element(of: act, parts.dropFirst(2).map { $0 })
    default: return nil
    }
  }

  private static func element(of act: ActRule, _ parts: [String]) -> PackElement? {
    switch parts[0] {
    case "guards":
      let guards = act.guards.filter { $0.condition.kind == parts[1] }
      return guards.isEmpty ? nil : .guards(guards)
    case "form": return act.form.map { _ in .other }
    case "fields":
      guard let field = act.form?.fields.first(where: { $0.id == parts[1] }) else { return nil }
      guard parts.count == 4 else { return .other }
      return field.choices.contains { $0.id == parts[3] } ? .other : nil
    default: return nil
    }
  }
}

extension Guard.Condition {
  /// What `trace.tsv` calls it.
  var kind: String {
    switch self {
    case .officers: "officers"
    case .after, .afterWhere: "after"
    case .fact(let field, _): "fact:\(field)"
    case .approver: "approver"
    case .signedOrRefusalNoted: "signed"
    case .distinct: "distinct"
    case .notRecused: "not-recused"
    case .participants: "participants"
    case .elapsed: "elapsed"
    case .within: "within"
    case .preconditionMet: "precondition"
    case .amountWithinBand: "band"
    case .hearingTold: "hearing"
    }
  }
}
