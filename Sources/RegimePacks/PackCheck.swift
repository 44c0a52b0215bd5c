import Casework
import Yams

/// Finds a line again for mistakes that only show in the whole.
struct PackLines {
  private let root: Node?

  init(_ root: Node?) { self.root = root }

  /// The node of an element by its list and position.
  func node(_ list: String, _ index: Int, _ inner: String? = nil, _ innerIndex: Int = 0) -> Node? {
    guard let element = root?.mapping?[Node(list)]?.sequence?.dropFirst(index).first else { return nil }
    guard let inner else { return element }
    return element.mapping?[Node(inner)]?.sequence?.dropFirst(innerIndex).first ?? element
  }
}

/// Checks what a pack's parts say of each other: names that must exist, states that must be reached and left.
struct PackCheck {
  let reader: PackReader
  let lines: PackLines

  func check(_ pack: RegimePack) {
    repeated(pack.regimes.map(\.id), "regimes")
    repeated(pack.workflows.map(\.id), "workflows")
    for (index, regime) in pack.regimes.enumerated() {
      repeated(regime.indicators.map(\.id), "regimes", index, "indicators")
      for id in regime.workflows where pack.workflow(id) == nil {
        unknown(lines.node("regimes", index), "regimes[\(index)].workflows", id)
      }
    }
    for (index, workflow) in pack.workflows.enumerated() { check(workflow, index) }
  }

  private func check(_ workflow: Workflow, _ index: Int) {
    let path = "workflows[\(index)]"
    repeated(workflow.states.map(\.id), "workflows", index, "states")
    repeated(workflow.acts.map(\.id), "workflows", index, "acts")
    repeated(workflow.clocks.map(\.id), "workflows", index, "clocks")
    if workflow.state(workflow.initial) == nil { unknown(lines.node("workflows", index), "\(path).initial", workflow.initial) }
    for (position, act) in workflow.acts.enumerated() {
      let node = lines.node("workflows", index, "acts", position)
      let here = "\(path).acts[\(position)]"
      if act.from.isEmpty {
        reader.mistake(node, "\(here).from", .missingKey, "缺少 from。", "from is missing.", "写明可办理的状态。", "Name the states it may be taken in.")
      }
      for state in act.from where state != "*" && workflow.state(state) == nil { unknown(node, "\(here).from", state) }
      if let to = act.to, workflow.state(to) == nil { unknown(node, "\(here).to", to) }
      for item in act.guards { check(item, of: workflow, node, here) }
    }
    for (position, clock) in workflow.clocks.enumerated() { check(clock, of: workflow, index, position) }
    reachability(of: workflow, index)
  }

  private func check(_ item: Guard, of workflow: Workflow, _ node: Node?, _ path: String) {
    let acts: [String]
    switch item.condition {
    case .after(let list), .afterWhere(_, _, let list), .approver(_, let list): acts = list
    case .officers, .fact, .signedOrRefusalNoted: acts = []
    }
    for act in acts where workflow.act(act) == nil { unknown(node, "\(path).guards", act) }
  }

  private func check(_ clock: ClockRule, of workflow: Workflow, _ index: Int, _ position: Int) {
    let node = lines.node("workflows", index, "clocks", position)
    let path = "workflows[\(index)].clocks[\(position)]"
    var acts = clock.stops + [clock.suspendedBy, clock.resumedBy, clock.extendedBy].compactMap { $0 }
    switch clock.anchor {
    case .opening: break
    case .act(let act): acts.append(act)
    case .actField(let act, let field):
      acts.append(act)
      if let form = workflow.act(act)?.form, !form.fields.contains(where: { $0.id == field && $0.kind == .date }) {
        unknown(node, "\(path).anchor.field", field)
      }
    }
    for act in acts where workflow.act(act) == nil { unknown(node, path, act) }
  }

  /// Every state is reached from the first, and every state that is not final has a way out.
  private func reachability(of workflow: Workflow, _ index: Int) {
    var reached: Set<String> = [workflow.initial]
    var grows = true
    while grows {
      grows = false
      for act in workflow.acts {
        guard let to = act.to, !reached.contains(to), act.from.contains(where: { $0 == "*" || reached.contains($0) }) else {
          continue
        }
        reached.insert(to)
        grows = true
      }
    }
    for (position, state) in workflow.states.enumerated() {
      let node = lines.node("workflows", index, "states", position)
      let path = "workflows[\(index)].states[\(position)]"
      if !reached.contains(state.id) {
        reader.mistake(node, path, .unreachable, "状态 \(state.id) 无法到达。", "State \(state.id) cannot be reached.", "补一个到它的步骤，或删去。", "Add an act that leads to it, or remove it.")
      }
      if !state.isFinal, !workflow.acts.contains(where: { $0.to != nil && $0.to != state.id && ($0.from.contains(state.id) || $0.from.contains("*")) }) {
        reader.mistake(node, path, .noExit, "状态 \(state.id) 没有出路。", "State \(state.id) has no way out.", "补一个离开它的步骤，或标为 final。", "Add an act that leaves it, or mark it final.")
      }
    }
  }

  private func repeated(_ ids: [String], _ list: String, _ index: Int? = nil, _ inner: String? = nil) {
    var seen: Set<String> = []
    for (position, id) in ids.enumerated() where !id.isEmpty && !seen.insert(id).inserted {
      let node = index.map { lines.node(list, $0, inner, position) } ?? lines.node(list, position)
      let path = index.map { "\(list)[\($0)].\(inner ?? "")[\(position)]" } ?? "\(list)[\(position)]"
      reader.mistake(node, path, .repeated, "标识 \(id) 重复。", "The id \(id) stands twice.", "换一个标识。", "Choose another id.")
    }
  }

  private func unknown(_ node: Node?, _ path: String, _ id: String) {
    reader.mistake(
      node, path, .unknownReference, "“\(id)”没有定义。", "“\(id)” is not defined.", "核对标识，或补上定义。", "Check the id, or define it.")
  }
}
