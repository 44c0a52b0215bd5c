import Casework

/// From YAML nodes to Casework's values.
struct PackParser {
  let reader: PackReader
  /// Templates of the library that the pack carries, by line.
  var carried: [Int: WorkflowTemplate] = [:]

  func pack(_ root: YAMLNode?) -> RegimePack? {
    guard let root,
      let map = reader.map(
        root, .root,
        keys: [
          "pack", "regimes", "workflows", "templates", "discretion", "series", "duties", "boundaries", "services",
          "campaigns", "remarks", "roles", "penalties", "lines",
        ]),
      let head = reader.map(
        map.node["pack"] ?? YAMLNode(.mapping([])), map.path("pack"),
        keys: ["code", "version", "issuer", "division", "effective", "document"])
    else {
      reader.mistake(
        nil, "", .wrongType, "不是制度包。", "This is no pack.", "须有 pack: 和 regimes:。", "It needs pack: and regimes:.")
      return nil
    }
    let templates = self.templates(map)
    var pack = RegimePack(
      code: head.id("code"), version: head.integer("version", in: 1...PackLimits.numberMax), issuer: head.name("issuer"),
      division: head.text("division"), effective: head.date("effective") ?? CivilDate(dayNumber: 0),
      document: head.text("document"), regimes: map.elements("regimes", regime), workflows: [],
      discretion: map.has("discretion") ? discretion(map) : nil, series: map.elements("series", series),
      duties: map.elements("duties", group), boundaries: map.elements("boundaries", group),
      services: map.elements("services", group), campaigns: map.elements("campaigns", group),
      remarks: map.elements("remarks", remark), roles: map.elements("roles", choice))
    pack.workflows = map.elements("workflows") { node, path in
      guard node["use"] != nil else { return workflow(node, path) }
      guard let filled = used(node, path, templates) else { return nil }
      reader.usedAt = node.line
      defer { reader.usedAt = nil }
      return workflow(filled.node, path, fixed: filled.fixed).map(filled.cited)
    }
    place(LineTable(map.node["lines"], reader), in: &pack, map)
    share(map.elements("penalties", penalty), in: &pack, map)
    for index in pack.workflows.indices {
      let id = pack.workflows[index].id
      pack.workflows[index].discretion = pack.discretion
      pack.workflows[index].roles = pack.roles
      var seen: Set<String> = []
      for regime in pack.regimes where regime.workflows.contains(id) {
        pack.workflows[index].penalties += regime.penalties.filter { seen.insert($0.id).inserted }
        pack.workflows[index].penaltiesByRegime[regime.id] = Set(regime.penalties.map(\.id))
      }
    }
    return pack
  }

  /// The pack's own templates, by id; they go before the library's.
  private func templates(_ map: PackMap) -> [String: WorkflowTemplate] {
    var templates: [String: WorkflowTemplate] = [:]
    for (node, path) in map.list("templates") {
      if let template = node.line.flatMap({ carried[$0] }) {
        templates[template.id] = template
        continue
      }
      guard let template = WorkflowTemplate(node), reader.map(node, path, keys: WorkflowTemplate.keys) != nil else {
        reader.mistake(
          node, path, .wrongType, "流程模板须有 id。", "A template needs an id.", "补上 id。", "Add its id.")
        continue
      }
      templates[template.id] = template
    }
    return templates
  }

  private func used(
    _ node: YAMLNode, _ path: PackPath, _ templates: [String: WorkflowTemplate]
  ) -> FilledWorkflow? {
    let name = node["use"]?.text ?? ""
    guard let template = templates[name] ?? WorkflowLibrary.entry(name)?.template else {
      let known = Set(templates.keys).union(WorkflowLibrary.ids).sorted()
      reader.mistake(
        node["use"], "\(path).use", .unknownReference, "没有流程模板 \(name)。", "There is no template \(name).",
        "可用：\(known.joined(separator: "、"))。", "Known: \(known.joined(separator: ", ")).")
      return nil
    }
    return template.filled(by: node, path, reader)
  }

  private func regime(_ node: YAMLNode, _ path: PackPath) -> Regime? {
    guard
      let map = reader.map(
        node, path,
        keys: [
          "id", "name", "source", "status", "subjects", "superior-overrides", "quorum", "workflows", "indicators",
          "office", "basis", "parts", "penalties", "tallies", "score-bands", "ceiling", "transferred",
        ])
    else { return nil }
    var quorum: Quorum?
    if map.has("quorum"), let inner = reader.map(map.node["quorum"], map.path("quorum"), keys: ["officers", "certificate", "source"]) {
      quorum = Quorum(
        officers: inner.integer("officers", in: 1...20), certificate: inner.text("certificate"), source: inner.text("source"))
    }
    return Regime(
      id: map.id("id"), name: map.name("name"), status: map.choice("status", Regime.Status.self, default: .active) ?? .active,
      subjects: map.elements("subjects", bilingual), indicators: map.elements("indicators", indicator),
      superiorOverrides: map.flag("superior-overrides", default: false), quorum: quorum, workflows: map.texts("workflows"),
      source: map.text("source"), office: map.has("office") ? map.name("office") : nil,
      basis: map.elements("basis", provision), parts: parts(map),
      penalties: map.elements("penalties") { $0.text == nil ? penalty($0, $1) : nil },
      tallies: map.elements("tallies", tally),
      scoreBands: map.elements("score-bands", scoreBand), ceiling: ceiling(map),
      transferred: map.has("transferred") ? transferred(map) : nil)
  }

  func bilingual(_ node: YAMLNode, _ path: PackPath) -> Bilingual? {
    reader.map(node, path, keys: ["zh", "en"]).map { Bilingual(zh: $0.text("zh"), en: $0.text("en")) }
  }

  private func indicator(_ node: YAMLNode, _ path: PackPath) -> Indicator? {
    guard
      let map = reader.map(
        node, path,
        keys: [
          "id", "name", "check", "shape", "at-least", "per", "percent", "of", "event", "month-day", "where", "in",
          "source",
        ]),
      let check = map.choice("check", CheckKind.self), let shape = shape(map)
    else { return nil }
    return Indicator(
      id: map.id("id"), name: map.name("name"), check: check, shape: shape, source: map.text("source"),
      scope: scope(map, of: shape))
  }

  private func scope(_ map: PackMap, of shape: IndicatorShape) -> Guard.Scope? {
    guard map.has("where") || map.has("in") else { return nil }
    let scope = Guard.Scope(field: map.optionalText("where") ?? "", values: map.texts("in"))
    if scope.field.isEmpty || scope.values.isEmpty {
      reader.mistake(
        map.node, map.path("where"), .missingKey, "where 与 in 须同时写明。", "where and in belong together.",
        "写明 where: 表项, in: [值]。", "Give where: FIELD, in: [VALUES].")
    }
    switch shape {
    case .transactions, .share(_, _, .some):
      // Their samples and business are told apart by the kind of check.
      reader.mistake(
        map.node, map.path("where"), .badValue, "这种指标不能用 where。", "An indicator of this shape takes no where.",
        "删去 where 和 in，或改用其他形式。", "Remove where and in, or choose another shape.")
    case .visits, .unitsPerVisit, .share, .everyUnit, .perEvent, .dated, .eachHalfYear: break
    }
    return scope
  }

  private func shape(_ map: PackMap) -> IndicatorShape? {
    func least() -> Int { map.integer("at-least", in: 1...PackLimits.numberMax) }
    func percent() -> Int { map.integer("percent", in: 1...100) }
    func period() -> IndicatorPeriod { map.choice("per", IndicatorPeriod.self) ?? .year }
    switch map.text("shape") {
    case "visits": return .visits(atLeast: least(), per: period())
    case "units-per-visit": return .unitsPerVisit(atLeast: least())
    case "share":
      let subset = map.node["of"].flatMap { node in
        node.text ?? reader.map(node, map.path("of"), keys: ["zh", "en"])?.text("zh")
      }
      return .share(percent: percent(), per: period(), subset: subset)
    case "every-unit": return .everyUnit(atLeast: least(), per: period())
    case "per-event": return .perEvent(atLeast: least(), event: map.text("event"))
    case "transactions": return .transactions(percent: percent(), per: period())
    case "dated": return .dated(monthDay: map.text("month-day"))
    case "each-half-year": return .eachHalfYear(atLeast: least())
    default:
      reader.mistake(
        map.node["shape"], map.path("shape"), .badValue, "没有这种指标形式。", "There is no such shape.",
        "可选：visits、units-per-visit、share、every-unit、per-event、transactions、dated、each-half-year。",
        "One of: visits, units-per-visit, share, every-unit, per-event, transactions, dated, each-half-year.")
      return nil
    }
  }

  private func workflow(_ node: YAMLNode, _ path: PackPath, fixed: [Int: FixedAct] = [:]) -> Workflow? {
    guard
      let map = reader.map(
        node, path, keys: ["id", "name", "kind", "source", "initial", "states", "acts", "clocks"]),
      let kind = map.choice("kind", Workflow.Kind.self)
    else { return nil }
    var position = -1
    return Workflow(
      id: map.id("id"), name: map.name("name"), kind: kind, initial: map.id("initial"),
      states: map.elements("states", state),
      acts: map.elements("acts") { node, path in
        position += 1
        switch fixed[position] {
        case .whole(let act): return act
        case .form(let form): return act(node, path, form: form)
        case nil: return act(node, path, form: nil)
        }
      },
      clocks: map.elements("clocks", clock), source: map.text("source"))
  }

  private func state(_ node: YAMLNode, _ path: PackPath) -> WorkflowState? {
    reader.map(node, path, keys: ["id", "name", "final"]).map {
      WorkflowState(id: $0.id("id"), name: $0.name("name"), isFinal: $0.flag("final", default: false))
    }
  }

  private func act(_ node: YAMLNode, _ path: PackPath, form fixed: FormRule?) -> ActRule? {
    guard
      let map = reader.map(
        node, path, keys: ["id", "name", "from", "to", "by", "source", "effect", "form", "guards"])
    else { return nil }
    var effect: ActRule.Effect?
    if map.has("effect") { effect = map.choice("effect", ActRule.Effect.self) }
    return ActRule(
      id: map.id("id"), name: map.name("name"), from: map.texts("from"), to: map.optionalText("to"),
      by: map.choice("by", ActRule.Party.self, default: .responsible) ?? .responsible,
      guards: map.elements("guards", guardRule), form: fixed ?? (map.has("form") ? form(map) : nil), effect: effect,
      source: map.citation("source"))
  }

  /// An act of a template, without parameters in it; `nil` where it has a mistake, which then shows in each use.
  static func fixedAct(_ node: YAMLNode) -> ActRule? {
    let parser = PackParser(reader: PackReader())
    // As in a filled template: the place in the bureau's document is put in afterwards.
    parser.reader.usedAt = 1
    let act = parser.act(node, .root, form: nil)
    return parser.reader.mistakes.isEmpty ? act : nil
  }

  /// A form of a template, without parameters in it; `nil` where it has a mistake, which then shows in each use.
  static func fixedForm(_ node: YAMLNode) -> FormRule? {
    let parser = PackParser(reader: PackReader())
    let whole = YAMLNode(.mapping([YAMLNode.Pair(name: "form", line: nil, value: node)]))
    guard let act = parser.reader.map(whole, .root, keys: ["form"]) else { return nil }
    let form = parser.form(act)
    return parser.reader.mistakes.isEmpty ? form : nil
  }

  private func form(_ act: PackMap) -> FormRule? {
    guard let map = reader.map(act.node["form"], act.path("form"), keys: ["name", "fields", "series"]) else {
      return nil
    }
    return FormRule(
      name: map.name("name"), fields: map.elements("fields", field), series: map.optionalText("series"))
  }

  private func field(_ node: YAMLNode, _ path: PackPath) -> FormField? {
    guard let map = reader.map(node, path, keys: ["id", "name", "kind", "required", "choices"]),
      let kind = map.choice("kind", FormField.Kind.self)
    else { return nil }
    let choices = map.elements("choices", choice)
    return FormField(
      id: map.id("id"), name: map.name("name"), kind: kind, required: map.flag("required", default: false), choices: choices)
  }

  func choice(_ node: YAMLNode, _ path: PackPath) -> FormField.Choice? {
    reader.map(node, path, keys: ["id", "name"]).map { FormField.Choice(id: $0.id("id"), name: $0.name("name")) }
  }

  /// What a guard may ask for; one at a time.
  private static let conditionKeys = [
    "officers", "after", "fact", "approver", "signed-or-refusal-noted", "distinct", "not-recused", "participants",
    "elapsed", "within", "precondition-met", "amount-within-band", "hearing-told",
  ]

  private func guardRule(_ node: YAMLNode, _ path: PackPath) -> Guard? {
    guard
      let map = reader.map(
        node, path,
        keys: [
          "officers", "certificate", "after", "where", "in", "fact", "approver", "not-of", "signed-or-refusal-noted",
          "not-recused", "distinct", "participants", "elapsed", "unless-act", "amount-within-band", "penalty", "tier", "reason",
          "within", "precondition-met", "other", "hearing-told", "amount", "party", "measure", "measures", "values", "article",
        ])
    else { return nil }
    let named = Self.conditionKeys.filter { map.has($0) }
    if named.count > 1 {
      reader.mistake(
        node, path, .badValue, "一个条件里写了几种：\(named.joined(separator: "、"))。",
        "One guard says several things: \(named.joined(separator: ", ")).", "分成几个条件。", "Make them several guards.")
      return nil
    }
    if map.has("where"), map.texts("in").isEmpty {
      reader.mistake(
        node, path, .missingKey, "where 缺少 in。", "where needs in.", "写明 in: [值]。", "Give in: [values].")
    }
    let condition: Guard.Condition
    if map.has("officers") {
      condition = .officers(atLeast: map.integer("officers", in: 1...20), certificate: map.optionalText("certificate") ?? "none")
    } else if map.has("after"), map.has("where") {
      condition = .afterWhere(field: map.text("where"), values: map.texts("in"), acts: map.texts("after"))
    } else if map.has("after") {
      condition = .after(acts: map.texts("after"))
    } else if map.has("fact") {
      // With a scope, `in` belongs to the scope and the fact's own values stand in `values`.
      condition = .fact(field: map.text("fact"), values: map.texts(map.has("where") ? "values" : "in"))
    } else if map.has("approver") {
      condition = .approver(role: map.text("approver"), notOf: map.texts("not-of"))
    } else if map.has("not-recused") {
      condition = .notRecused(by: map.text("not-recused"))
    } else if map.has("distinct") {
      condition = .distinct(fields: map.texts("distinct"))
    } else if map.has("participants") {
      condition = .participants(roles: map.texts("participants"))
    } else if map.has("elapsed") {
      condition = .elapsed(clock: map.text("elapsed"), unless: map.texts("unless-act"))
    } else if map.has("within") {
      condition = .within(clock: map.text("within"))
    } else if map.has("precondition-met") {
      condition = .preconditionMet(
        state: map.text("precondition-met"), penalty: map.text("penalty"), other: map.text("other"))
    } else if map.has("amount-within-band") {
      condition = .amountWithinBand(
        amount: map.text("amount-within-band"), penalty: map.text("penalty"), tier: map.text("tier"),
        reason: map.text("reason"))
    } else if map.has("hearing-told") {
      condition = .hearingTold(
        told: map.text("hearing-told"), amount: map.text("amount"), party: map.text("party"),
        measure: map.text("measure"), measures: map.texts("measures"))
    } else if map.has("signed-or-refusal-noted") {
      condition = .signedOrRefusalNoted(field: map.text("signed-or-refusal-noted"))
    } else {
      reader.mistake(
        node, path, .missingKey, "条件没有内容。", "The guard says nothing.",
        "写下列之一：\(Self.conditionKeys.joined(separator: "、"))。",
        "Give one of: \(Self.conditionKeys.joined(separator: ", ")).")
      return nil
    }
    var scope: Guard.Scope?
    if map.has("where"), !map.has("after") { scope = Guard.Scope(field: map.text("where"), values: map.texts("in")) }
    return Guard(condition: condition, article: map.citation("article"), scope: scope)
  }

  private func clock(_ node: YAMLNode, _ path: PackPath) -> ClockRule? {
    guard
      let map = reader.map(
        node, path,
        keys: [
          "id", "name", "unit", "count", "anchor", "stops", "suspended-by", "resumed-by", "extended-by", "extra-count",
          "roll", "article",
        ]),
      let unit = map.choice("unit", DeadlineUnit.self)
    else { return nil }
    var anchor = ClockRule.Anchor.opening
    if map.node["anchor"]?.mapping != nil,
      let inner = reader.map(map.node["anchor"], map.path("anchor"), keys: ["act", "field", "month-day"])
    {
      if inner.has("month-day") {
        anchor = .yearly(monthDay: inner.text("month-day"))
      } else {
        let act = inner.text("act")
        anchor = inner.optionalText("field").map { .actField(act: act, field: $0) } ?? .act(act)
      }
    } else if map.text("anchor") != "opening" {
      reader.mistake(
        map.node["anchor"], map.path("anchor"), .badValue, "起算点不对。", "No such anchor.",
        "写 opening，或 {act: 步骤}，或 {act: 步骤, field: 日期项}，或 {month-day: MM-DD}。",
        "Write opening, {act: X}, {act: X, field: Y} or {month-day: MM-DD}.")
    }
    return ClockRule(
      id: map.id("id"), name: map.name("name"), unit: unit, count: map.integer("count", in: 0...PackLimits.numberMax),
      anchor: anchor, stops: map.texts("stops"), suspendedBy: map.optionalText("suspended-by"),
      resumedBy: map.optionalText("resumed-by"), extendedBy: map.optionalText("extended-by"),
      extraCount: map.has("extra-count") ? map.integer("extra-count", in: 1...PackLimits.numberMax) : 0,
      roll: map.flag("roll", default: false), article: map.citation("article"))
  }
}
