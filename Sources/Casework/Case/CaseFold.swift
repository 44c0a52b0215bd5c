/// An act and what became of it.
public struct FoldedStep: Sendable, Hashable {
  public enum Outcome: Sendable, Hashable {
    /// It was taken in state `from` and left the file in `to`.
    case stands(from: String, to: String)
    /// Kept and shown with its reason, never lost.
    case void(Refusal)
  }

  public var act: Act
  public var outcome: Outcome
  /// Added by an office that had the file before a takeover (原承办机构补充).
  public var isSupplement: Bool

  public init(act: Act, outcome: Outcome, isSupplement: Bool = false) {
    self.act = act
    self.outcome = outcome
    self.isSupplement = isSupplement
  }

  public var stands: Bool { if case .stands = outcome { true } else { false } }

  /// Why it is void; `nil` when it stands.
  public var refusal: Refusal? { if case .void(let refusal) = outcome { refusal } else { nil } }
}

/// A file as its acts make it. The same acts give an equal value whatever the order they arrived in.
public struct FoldedCase: Sendable, Hashable {
  public let workflow: Workflow
  public let opening: CaseOpening
  /// Id of the state reached.
  public private(set) var state: String
  /// Office now responsible.
  public private(set) var responsible: String
  /// The last standing takeover; `nil` where there was none.
  public private(set) var takeover: Act?
  /// Offices that were responsible before, the earliest first.
  public private(set) var formerOffices: [String] = []
  /// Offices that handed the file to one beside, with the transfer that ended their part in it (移交).
  public private(set) var scopeEnds: [String: Act] = [:]
  /// Every act in order, standing or void.
  public private(set) var steps: [FoldedStep] = []
  /// Acts that build on acts not held.
  public private(set) var waiting: [WaitingAct] = []
  /// Facts of the standing acts; later ones replace earlier ones. A supplement adds facts and replaces none.
  public private(set) var facts: [String: FactValue] = [:]

  /// Positions in `steps` of the standing acts, by rule.
  private var standingSteps: [String: [Int]] = [:]

  private init(workflow: Workflow, opening: CaseOpening) {
    self.workflow = workflow
    self.opening = opening
    state = workflow.initial
    responsible = opening.office
  }

  /// Applies the acts in their deterministic order (causal, superior first, stamp, id). An act that may not
  /// be taken where it falls is void: kept in `steps` with its refusal, without effect on what follows.
  /// - Complexity: O(n log n) for n acts, times the guards of an act.
  public static func fold(
    workflow: Workflow, opening: CaseOpening, acts: [Act], hierarchy: any OfficeHierarchy
  ) -> FoldedCase {
    var folded = FoldedCase(workflow: workflow, opening: opening)
    let (ordered, waiting) = ActOrder.ordered(acts)
    folded.waiting = waiting
    for act in ordered { folded.apply(act, hierarchy: hierarchy) }
    return folded
  }

  /// Takes one more act, built on all that are in order. The same as folding anew with it, at the cost of one act.
  public mutating func append(_ act: Act, hierarchy: any OfficeHierarchy) { apply(act, hierarchy: hierarchy) }

  /// Penalties of the regime the file runs under.
  public var penalties: [PenaltyRule] { workflow.penalties(of: opening.regime) }

  /// A fact as an act would leave it: the act's own goes before the file's.
  func fact(_ field: String, of act: Act) -> FactValue? { act.facts[field] ?? facts[field] }

  /// The file counts as finished.
  public var isFinal: Bool { workflow.state(state)?.isFinal ?? false }

  /// Position of the act that finished the file, the last one taken before it was final; `nil` while it is
  /// open, or open again.
  var finishingStep: Int? {
    guard isFinal else { return nil }
    return steps.lastIndex { step in
      guard case .stands(let from, _) = step.outcome else { return false }
      return !(workflow.state(from)?.isFinal ?? false)
    }
  }

  /// Day of the act that finished the file; `nil` while it is open.
  public var finishedOn: CivilDate? { finishingStep.map { steps[$0].act.date } }

  /// Ids of the acts in order that no other in order builds on, ascending: the parents of an act taken now.
  /// Acts that wait are left out, or the new act would wait with them.
  public var heads: [String] {
    let seen = Set(steps.flatMap(\.act.parents))
    return steps.map(\.act.id).filter { !seen.contains($0) }.sorted()
  }

  /// Standing acts of a rule, in order.
  public func standing(_ rule: String) -> [Act] { (standingSteps[rule] ?? []).map { steps[$0].act } }

  /// Position of the first standing act of a rule.
  func firstStep(of rule: String) -> Int? { standingSteps[rule]?.first }

  private mutating func apply(_ act: Act, hierarchy: any OfficeHierarchy) {
    if let refusal = attempt(act, hierarchy: hierarchy) {
      steps.append(FoldedStep(act: act, outcome: .void(refusal)))
      return
    }
    // `attempt` refuses an act without a rule.
    guard let rule = workflow.act(act.rule) else { return }
    let isSupplement = isSupplement(rule, by: act.office)
    let from = state
    state = rule.to ?? state
    if rule.effect == .takeover {
      handOver(to: act.office)
      takeover = act
    } else if let target = act.transferTarget {
      // Who had it before is not told of it any more either: what the target records does not reach them.
      for office in formerOffices + [responsible] { scopeEnds[office] = act }
      handOver(to: target)
    }
    facts.merge(act.facts) { old, new in isSupplement ? old : new }
    standingSteps[act.rule, default: []].append(steps.count)
    steps.append(FoldedStep(act: act, outcome: .stands(from: from, to: state), isSupplement: isSupplement))
  }

  private mutating func handOver(to office: String) {
    formerOffices.removeAll { $0 == responsible }
    formerOffices.append(responsible)
    responsible = office
    scopeEnds[office] = nil
  }
}
