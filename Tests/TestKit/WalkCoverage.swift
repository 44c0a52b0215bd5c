import Casework

extension WorkflowWalker {
  /// What a file that runs by the workflow can do: each act in each state that admits it (`state>act`), and each choice
  /// its forms offer (`act.field=choice`).
  public var deeds: Set<String> {
    let open = workflow.states.filter { !$0.isFinal }.map(\.id)
    return Set(
      workflow.acts.flatMap { act in
        let moves = (act.from.contains("*") ? open : act.from).map { "\($0)>\(act.id)" }
        let choices = (act.form?.fields ?? []).filter { $0.kind == .choice }.flatMap { field in
          field.choices.map { "\(act.id).\(field.id)=\($0.id)" }
        }
        return moves + choices
      })
  }
}

extension WorkflowWalker.Walk {
  /// Those of the workflow's deeds that were done on the walk; facts that are no choices are among them too.
  public var deeds: Set<String> {
    Set(
      folded.steps.flatMap { step -> [String] in
        guard case .stands(let from, _) = step.outcome else { return [] }
        return ["\(from)>\(step.act.rule)"] + step.act.facts.map { "\(step.act.rule).\($0.key)=\($0.value.spelled)" }
      })
  }
}

extension WalkPlan {
  /// Walks that together do everything the workflow's files can do and meet every refusal, chosen from the shortest on.
  public init(everyDeedOf walker: WorkflowWalker) {
    let all = (1...Self.triesMax).map { walker.walk(seed: $0, probing: true) }.filter(\.folded.isFinal)
    var left = walker.deeds
    var walks: [WorkflowWalker.Walk] = []
    var keys: Set<String> = []
    // Sorted by length, and where equal by seed: the same walks in every run.
    let sorted = all.enumerated().sorted { ($0.element.acts.count, $0.offset) < ($1.element.acts.count, $1.offset) }
    for walk in sorted.map(\.element) where !walk.deeds.isDisjoint(with: left) || !walk.guardKeys.isSubset(of: keys) {
      walks.append(walk)
      left.subtract(walk.deeds)
      keys.formUnion(walk.guardKeys)
    }
    self.init(walks: walks, guardKeys: keys)
  }
}
