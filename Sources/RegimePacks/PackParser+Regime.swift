import Casework

/// The parts of a pack that hold the document's lines and figures.
extension PackParser {
  func parts(_ regime: PackMap) -> [RegimePart: PartContent] {
    guard regime.has("parts"),
      let map = reader.map(regime.node["parts"], regime.path("parts"), keys: RegimePart.allCases.map(\.rawValue))
    else { return [:] }
    var parts: [RegimePart: PartContent] = [:]
    for part in RegimePart.allCases {
      if let node = map.node[part.rawValue] { parts[part] = content(node, map.path(part.rawValue)) }
    }
    return parts
  }

  /// Puts the table's lines where they belong, and reports parts that have neither lines nor a word why.
  func place(_ table: LineTable, in pack: inout RegimePack, _ root: PackMap) {
    var table = table
    for index in pack.regimes.indices {
      let id = pack.regimes[index].id
      pack.regimes[index].basis += table.take("regimes/\(id)/basis")
      for part in RegimePart.allCases {
        let lines = table.take("regimes/\(id)/\(part.rawValue)")
        if !lines.isEmpty { pack.regimes[index].parts[part] = .lines((pack.regimes[index].parts[part]?.lines ?? []) + lines) }
      }
      guard !pack.regimes[index].parts.isEmpty else { continue }
      for part in RegimePart.allCases where pack.regimes[index].parts[part] == nil {
        reader.mistake(
          root.node["regimes"]?.list?.dropFirst(index).first, "regimes[\(index)].parts.\(part.rawValue)", .missingKey,
          "六部分中缺少 \(part.rawValue)。", "The part \(part.rawValue) is missing.", "原文没有的写 {absent: {zh: …, en: …}}。",
          "Where the document has none, write {absent: {zh: …, en: …}}.")
      }
    }
    func fill(_ groups: inout [ProvisionGroup], _ list: String) {
      for index in groups.indices { groups[index].lines += table.take("\(list)/\(groups[index].id)") }
    }
    fill(&pack.duties, "duties")
    fill(&pack.boundaries, "boundaries")
    fill(&pack.services, "services")
    fill(&pack.campaigns, "campaigns")
    table.reportLeft()
  }

  /// Gives each regime the penalties it names by id, in its order.
  func share(_ shared: [PenaltyRule], in pack: inout RegimePack, _ root: PackMap) {
    for (index, (node, path)) in root.list("regimes").enumerated() where index < pack.regimes.count {
      for item in node["penalties"]?.list ?? [] {
        guard let id = item.text else { continue }
        if let rule = shared.first(where: { $0.id == id }) {
          pack.regimes[index].penalties.append(rule)
        } else {
          reader.mistake(
            item, "\(path).penalties", .unknownReference, "“\(id)”没有定义。", "“\(id)” is not defined.", "核对标识，或补上定义。",
            "Check the id, or define it.")
        }
      }
    }
  }

  private func content(_ node: YAMLNode, _ path: PackPath) -> PartContent {
    if let list = node.list {
      return .lines(list.enumerated().compactMap { provision($0.element, .index(path, $0.offset)) })
    }
    guard let map = reader.map(node, path, keys: ["absent", "merged-with"]) else { return .lines([]) }
    if map.has("merged-with") {
      return .merged(with: map.choice("merged-with", RegimePart.self) ?? .content)
    }
    return .absent(map.name("absent"))
  }

  func provision(_ node: YAMLNode, _ path: PackPath) -> Provision? {
    guard let map = reader.map(node, path, keys: ["id", "zh", "en", "source", "line", "terms"]) else { return nil }
    var terms: [String: String] = [:]
    for pair in map.node["terms"]?.mapping ?? [] {
      terms[pair.name] = reader.string(pair.value, map.path("terms.\(pair.name)"))
    }
    return Provision(
      id: map.id("id"), text: Bilingual(zh: map.text("zh"), en: map.text("en")), source: map.text("source"),
      line: map.has("line") ? map.integer("line", in: 0...PackLimits.numberMax) : 0, terms: terms)
  }

  func group(_ node: YAMLNode, _ path: PackPath) -> ProvisionGroup? {
    guard let map = reader.map(node, path, keys: ["id", "name", "source", "keywords", "authorities", "lines"]) else {
      return nil
    }
    return ProvisionGroup(
      id: map.id("id"), name: map.name("name"), source: map.text("source"), keywords: map.texts("keywords"),
      authorities: map.elements("authorities", bilingual), lines: map.elements("lines", provision))
  }

  func remark(_ node: YAMLNode, _ path: PackPath) -> PackRemark? {
    reader.map(node, path, keys: ["id", "finding", "chosen", "source"]).map {
      PackRemark(id: $0.id("id"), finding: $0.name("finding"), chosen: $0.name("chosen"), source: $0.text("source"))
    }
  }

  func series(_ node: YAMLNode, _ path: PackPath) -> NumberSeries? {
    guard let map = reader.map(node, path, keys: ["id", "name", "wording", "source"]) else { return nil }
    let wording = map.text("wording")
    let isPlain = wording.ranges(of: "{year}").count == 1 && wording.ranges(of: "{n}").count == 1
    // A figure beside the number would be read as part of it.
    let beside = wording.split(separator: "{n}", omittingEmptySubsequences: false)
    let isClear = beside.first?.last.map { !$0.isNumber && $0 != "}" } ?? true
    let isOpen = beside.last?.first.map { !$0.isNumber && $0 != "{" } ?? true
    if !wording.isEmpty, !(isPlain && isClear && isOpen) {
      reader.mistake(
        map.node["wording"], map.path("wording"), .badValue, "文号须各含一个 {year} 和 {n}，{n} 两边不能是数字。",
        "A wording needs {year} and {n} once each, and no figure beside {n}.", "例如 某人社监罚字〔{year}〕第{n}号。", "For example X〔{year}〕第{n}号.")
    }
    return NumberSeries(id: map.id("id"), name: map.name("name"), wording: wording, source: map.text("source"))
  }

  func tally(_ node: YAMLNode, _ path: PackPath) -> TallyRule? {
    guard
      let map = reader.map(
        node, path, keys: ["id", "name", "workflow", "act", "field", "value", "per", "span", "steps", "source"])
    else { return nil }
    let steps = map.elements("steps") { node, path -> TallyStep? in
      reader.map(node, path, keys: ["at-least", "consequence", "suspends", "source"]).map {
        TallyStep(
          atLeast: $0.integer("at-least", in: 1...PackLimits.numberMax), consequence: $0.name("consequence"),
          suspends: $0.flag("suspends", default: false), source: $0.text("source"))
      }
    }
    return TallyRule(
      id: map.id("id"), name: map.name("name"), workflow: map.text("workflow"), act: map.text("act"),
      field: map.optionalText("field"), value: map.optionalText("value"), per: map.text("per"),
      span: map.choice("span", TallyRule.Span.self, default: .ever) ?? .ever, steps: steps, source: map.text("source"))
  }

  func ceiling(_ regime: PackMap) -> VisitCeiling? {
    guard regime.has("ceiling"),
      let map = reader.map(
        regime.node["ceiling"], regime.path("ceiling"), keys: ["at-most", "per", "checks", "source"])
    else { return nil }
    let checks = map.list("checks").compactMap { (node, path) -> CheckKind? in
      let check = CheckKind(rawValue: reader.string(node, path))
      if check == nil {
        let known = CheckKind.allCases.map(\.rawValue)
        reader.mistake(
          node, path, .badValue, "没有这种检查。", "There is no such check.", "可选：\(known.joined(separator: "、"))。",
          "One of: \(known.joined(separator: ", ")).")
      }
      return check
    }
    return VisitCeiling(
      atMost: map.integer("at-most", in: 1...PackLimits.numberMax),
      per: map.choice("per", VisitCeiling.Period.self, default: .year) ?? .year,
      checks: map.has("checks") ? checks : [.routine], source: map.text("source"))
  }

  func transferred(_ regime: PackMap) -> TransferredPower? {
    reader.map(regime.node["transferred"], regime.path("transferred"), keys: ["to", "workflows", "source"]).map {
      TransferredPower(to: $0.name("to"), workflows: $0.texts("workflows"), source: $0.text("source"))
    }
  }

  func scoreBand(_ node: YAMLNode, _ path: PackPath) -> ScoreBand? {
    reader.map(node, path, keys: ["id", "name", "from", "below", "consequence", "source"]).map {
      ScoreBand(
        id: $0.id("id"), name: $0.name("name"), from: $0.integer("from", in: 0...100),
        below: $0.has("below") ? $0.integer("below", in: 1...101) : nil, consequence: $0.name("consequence"),
        source: $0.text("source"))
    }
  }
}
