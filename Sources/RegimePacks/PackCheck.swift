import Casework

/// Finds the node of an element again, for mistakes that only show in the whole.
struct PackLines {
  let reader: PackReader

  let root: YAMLNode?

  /// The node of an element by its list and position, or of the outer one where the inner came from a template.
  func node(_ list: String, _ index: Int, _ inner: String? = nil, _ innerIndex: Int = 0) -> YAMLNode? {
    let outer = PackPath.key(.root, list)
    let place = place(of: index, in: outer)
    guard let element = root?[list]?.list?.dropFirst(place).first else { return nil }
    guard let inner, element["use"] == nil else { return element }
    let innerPlace = self.place(of: innerIndex, in: .key(.index(outer, place), inner))
    return element[inner]?.list?.dropFirst(innerPlace).first ?? element
  }

  /// Where the element at a position of what was read stands in the text.
  private func place(of index: Int, in list: PackPath) -> Int {
    guard !reader.kept.isEmpty, let kept = reader.kept[list.description], kept.indices.contains(index) else { return index }
    return kept[index]
  }
}

/// Checks what a pack's parts say of each other: names that must exist, states that must be reached and left.
struct PackCheck {
  let reader: PackReader
  let lines: PackLines

  func check(_ pack: RegimePack) {
    repeated(pack.regimes.map(\.id), "regimes")
    repeated(pack.workflows.map(\.id), "workflows")
    repeated(pack.series.map(\.id), "series")
    repeated(pack.roles.map(\.id), "roles")
    for (index, series) in pack.series.enumerated() where pack.series[..<index].contains(where: { $0.wording == series.wording }) {
      reader.mistake(
        lines.node("series", index), "series[\(index)].wording", .repeated, "两个系列的文号写法相同。",
        "Two series have the same wording.", "换一个代字。", "Choose another.")
    }
    for tier in pack.discretion?.tiers ?? [] where tier.id == PenaltyTier.mitigated && tier.toPercent == 0 {
      reader.mistake(
        nil, "discretion.tiers", .badValue, "减轻档次只允许零元罚款。", "The mitigated tier allows a fine of nothing only.",
        "to 写最低罚款额的百分比。", "Give to as a percentage of the lower bound.")
    }
    for (list, groups) in [
      ("duties", pack.duties), ("boundaries", pack.boundaries), ("services", pack.services),
      ("campaigns", pack.campaigns),
    ] {
      repeated(groups.map(\.id), list)
      for (index, group) in groups.enumerated() { repeated(group.lines.map(\.id), list, index, "lines") }
    }
    for (index, regime) in pack.regimes.enumerated() { check(regime, index, pack) }
    for (index, workflow) in pack.workflows.enumerated() {
      WorkflowCheck(check: self, pack: pack, workflow: workflow, index: index).run()
      reachability(of: workflow, index)
    }
  }

  private func check(_ regime: Regime, _ index: Int, _ pack: RegimePack) {
    let node = lines.node("regimes", index)
    let path = "regimes[\(index)]"
    repeated(regime.indicators.map(\.id), "regimes", index, "indicators")
    repeated(regime.penalties.map(\.id), "regimes", index, "penalties")
    repeated(regime.tallies.map(\.id), "regimes", index, "tallies")
    repeated(regime.scoreBands.map(\.id), "regimes", index, "score-bands")
    repeatedLines(regime.basis.map(\.id), node, "\(path).basis")
    for (part, content) in regime.parts {
      if case .merged(let other) = content, regime.parts[other]?.lines.isEmpty != false {
        unknown(node, "\(path).parts.\(part.rawValue).merged-with", other.rawValue)
      }
    }
    for (part, content) in regime.parts { repeatedLines(content.lines.map(\.id), node, "\(path).parts.\(part.rawValue)") }
    for id in regime.transferred?.workflows ?? [] where !regime.workflows.contains(id) {
      unknown(node, "\(path).transferred.workflows", id)
    }
    for id in regime.workflows where pack.workflow(id) == nil { unknown(node, "\(path).workflows", id) }
    for (position, indicator) in regime.indicators.enumerated() where indicator.id == VisitCeiling.settingID {
      reader.mistake(
        lines.node("regimes", index, "indicators", position), "\(path).indicators[\(position)].id", .badValue,
        "ceiling 为频次上限保留。", "ceiling is reserved for the ceiling of visits.", "换一个标识。", "Choose another id.")
    }
    for (position, indicator) in regime.indicators.enumerated() {
      guard case .dated(let day) = indicator.shape, CivilDate("2024-\(day)") == nil else { continue }
      reader.mistake(
        lines.node("regimes", index, "indicators", position), "\(path).indicators[\(position)].month-day", .badValue,
        "“\(day)”不是月日。", "“\(day)” is no month and day.", "写作 MM-DD。", "Write MM-DD.")
    }
    for (position, indicator) in regime.indicators.enumerated() {
      let at = lines.node("regimes", index, "indicators", position)
      forms(of: indicator, regime, pack, at, "\(path).indicators[\(position)]")
    }
    for (position, tally) in regime.tallies.enumerated() {
      let here = "\(path).tallies[\(position)]"
      let at = lines.node("regimes", index, "tallies", position)
      guard let workflow = pack.workflow(tally.workflow) else {
        unknown(at, "\(here).workflow", tally.workflow)
        continue
      }
      if workflow.act(tally.act) == nil { unknown(at, "\(here).act", tally.act) }
      for field in [tally.field, tally.per].compactMap({ $0 }) where !workflow.hasField(field) {
        unknown(at, here, field)
      }
    }
    overlaps(regime.scoreBands, node, path)
  }

  /// What an indicator counts by must stand in a form of the regime, or it would count nothing for ever.
  private func forms(of indicator: Indicator, _ regime: Regime, _ pack: RegimePack, _ node: YAMLNode?, _ path: String) {
    var event: String?
    if case .perEvent(_, let name) = indicator.shape { event = name }
    if event == nil, indicator.scope == nil { return }
    let fields = pack.workflows(of: regime).flatMap(\.acts).compactMap(\.form).flatMap(\.fields)
    if let event, !fields.contains(where: { $0.isCalled(event) || $0.id == IndicatorShape.eventFact }) {
      unknown(node, "\(path).event", event)
    }
    guard let scope = indicator.scope, !scope.field.isEmpty else { return }
    let named = fields.filter { $0.id == scope.field }
    guard !named.isEmpty else { return unknown(node, "\(path).where", scope.field) }
    guard named.allSatisfy({ $0.kind == .choice || $0.kind == .flag }) else { return }
    let known = Set(named.flatMap { $0.kind == .flag ? ["true", "false"] : $0.choices.map(\.id) })
    for value in scope.values where !known.contains(value) { unknown(node, "\(path).in", value) }
  }

  private func overlaps(_ bands: [ScoreBand], _ node: YAMLNode?, _ path: String) {
    for score in 0...100 where bands.count(where: { $0.contains(score) }) > 1 {
      reader.mistake(
        node, "\(path).score-bands", .badValue, "\(score) 分同时属于几个等次。", "\(score) points belong to several bands.",
        "用 from 和 below 划清界限。", "Part them with from and below.")
      return
    }
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

  func repeated(_ ids: [String], _ list: String, _ index: Int? = nil, _ inner: String? = nil) {
    var seen: Set<String> = []
    for (position, id) in ids.enumerated() where !id.isEmpty && !seen.insert(id).inserted {
      let node = index.map { lines.node(list, $0, inner, position) } ?? lines.node(list, position)
      let path = index.map { "\(list)[\($0)].\(inner ?? "")[\(position)]" } ?? "\(list)[\(position)]"
      reader.mistake(node, path, .repeated, "标识 \(id) 重复。", "The id \(id) stands twice.", "换一个标识。", "Choose another id.")
    }
  }

  private func repeatedLines(_ ids: [String], _ node: YAMLNode?, _ path: String) {
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted {
      reader.mistake(
        node, path, .repeated, "标识 \(id) 重复。", "The id \(id) stands twice.", "换一个标识。", "Choose another id.")
    }
  }

  func unknown(_ node: @autoclosure () -> YAMLNode?, _ path: @autoclosure () -> String, _ id: String) {
    reader.mistake(
      node(), path(), .unknownReference, "“\(id)”没有定义。", "“\(id)” is not defined.", "核对标识，或补上定义。", "Check the id, or define it.")
  }
}
