import Casework

/// What of a template's act was read once with the template, because no parameter is in it: most of a template's nodes
/// are there, and five packs fill some hundred templates.
enum FixedAct: Sendable {
  case whole(ActRule)
  /// Only its form.
  case form(FormRule)
}

/// A workflow made from a template: its mapping, and acts that were read once with the template.
struct FilledWorkflow {
  var node: YAMLNode
  /// By the act's position.
  var fixed: [Int: FixedAct]
  /// Sections of the bureau's document by act or clock.
  var cites: [String: String]
}

/// Fills a workflow template with a pack's parameters. Work on YAML nodes, before anything is parsed, so that a filled
/// template is checked like any other workflow and mistakes keep their lines.
///
/// In a template `$name` as a whole scalar stands for the parameter's node, `${name}` inside a text for its text; an
/// element with `when: $name` is left out where the parameter is false or empty, one with `unless: $name` where it is
/// not; `$name` as an element of a list puts the parameter's elements in its place.
struct WorkflowTemplate: Sendable {
  let node: YAMLNode
  /// The template's keys with what has to be filled in them.
  private let pieces: [(key: String, piece: TemplatePiece)]
  /// For each act of the template.
  private let fixed: [FixedAct?]
  /// Ids of its acts and clocks.
  private let citable: Set<String>
  let id: String
  /// Defaults by name; a parameter with the default `required` must be given.
  let parameters: [String: YAMLNode]

  static let keys = [
    "id", "parameters", "name", "kind", "source", "initial", "states", "acts", "clocks",
  ]

  init?(_ node: YAMLNode) {
    guard let id = node["id"]?.text else { return nil }
    self.node = node
    self.id = id
    var parameters: [String: YAMLNode] = [:]
    for pair in node["parameters"]?.mapping ?? [] {
      parameters[pair.name] = pair.value
    }
    self.parameters = parameters
    var pieces: [(key: String, piece: TemplatePiece)] = []
    var fixed: [FixedAct?] = []
    for pair in node.mapping ?? [] {
      guard pair.name != "parameters", pair.name != "id" else { continue }
      guard pair.name == "acts", let acts = pair.value.list else {
        pieces.append((key: pair.name, piece: TemplatePiece(pair.value)))
        continue
      }
      var list: [TemplatePiece] = []
      for act in acts {
        let (known, rest) = Self.parted(TemplatePiece(act), line: act.line)
        fixed.append(known)
        list.append(rest)
      }
      pieces.append((key: pair.name, piece: .sequence(list)))
    }
    self.pieces = pieces
    self.fixed = fixed
    citable = Set(
      ["acts", "clocks"].flatMap { node[$0]?.list ?? [] }.compactMap { $0["id"]?.text })
  }

  /// What of an act can be read now, and what is left to be filled: of a whole act its conditions.
  private static func parted(_ act: TemplatePiece, line: Int?) -> (FixedAct?, TemplatePiece) {
    if case .fixed(let node) = act, node.mapping != nil {
      guard let rule = PackParser.fixedAct(node) else { return (nil, act) }
      return (.whole(rule), .fixed(YAMLNode(.mapping([]), line: line)))
    }
    guard case .mapping(let pairs, let when, let unless) = act else { return (nil, act) }
    if pairs.allSatisfy(\.piece.isFixed), let rule = PackParser.fixedAct(YAMLNode(.mapping(pairs.map(\.key)), line: line)) {
      return (.whole(rule), .mapping([], when: when, unless: unless))
    }
    guard let form = pairs.first(where: { $0.key.name == "form" }), form.piece.isFixed,
      let rule = PackParser.fixedForm(form.key.value)
    else { return (nil, act) }
    return (.form(rule), .mapping(pairs.filter { $0.key.name != "form" }, when: when, unless: unless))
  }

  /// A workflow's mapping from a `use:` entry.
  func filled(by use: YAMLNode, _ path: PackPath, _ reader: PackReader) -> FilledWorkflow? {
    guard let map = reader.map(use, path, keys: ["id", "use", "name", "source", "with", "cite"]) else { return nil }
    var values = parameters
    for pair in map.node["with"]?.mapping ?? [] {
      let name = pair.name
      guard parameters[name] != nil else {
        reader.mistake(
          at: pair.line, "\(path).with.\(name)", .unknownKey, "流程模板 \(id) 没有参数 \(name)。",
          "The template \(id) has no parameter \(name).", "可用：\(parameters.keys.sorted().joined(separator: "、"))。",
          "Known: \(parameters.keys.sorted().joined(separator: ", ")).")
        continue
      }
      values[name] = pair.value
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where value.text == "required" {
      reader.mistake(
        use, "\(path).with.\(name)", .missingKey, "流程模板 \(id) 须给出参数 \(name)。",
        "The template \(id) needs the parameter \(name).", "在 with 中补上 \(name)。", "Add \(name) under with.")
    }
    var filling = TemplateFilling(values: values)
    var kept: [Int: FixedAct] = [:]
    var result: [YAMLNode.Pair] = []
    for (name, piece) in pieces {
      if (name == "name" || name == "source"), map.has(name) { continue }
      if name == "acts", case .sequence(let list) = piece {
        var acts: [YAMLNode] = []
        for (index, act) in list.enumerated() {
          guard let filled = filling.fill(act) else { continue }
          if let known = fixed[index] { kept[acts.count] = known }
          acts.append(filled)
        }
        result.append(YAMLNode.Pair(name: name, line: nil, value: YAMLNode(.list(acts))))
      } else if let filled = filling.fill(piece) {
        result.append(YAMLNode.Pair(name: name, line: nil, value: filled))
      }
    }
    for key in ["id", "name", "source"] {
      if let value = map.node[key] { result.append(YAMLNode.Pair(name: key, line: nil, value: value)) }
    }
    for name in filling.unknown.sorted() {
      reader.mistake(
        use, path, .unknownReference, "流程模板 \(id) 用到没有定义的参数 \(name)。",
        "The template \(id) uses the undefined parameter \(name).", "在模板的 parameters 中定义。",
        "Define it under the template's parameters.")
    }
    let whole = YAMLNode(.mapping(result), line: use.line)
    return FilledWorkflow(node: whole, fixed: kept, cites: cites(map, reader))
  }

  private func cites(_ map: PackMap, _ reader: PackReader) -> [String: String] {
    var cites: [String: String] = [:]
    for pair in map.node["cite"]?.mapping ?? [] {
      let name = pair.name
      if !citable.contains(name) {
        reader.mistake(
          at: pair.line, map.path("cite.\(name)"), .unknownReference, "流程模板 \(id) 没有步骤或期限 \(name)。",
          "The template \(id) has no act or clock \(name).", "核对标识。", "Check the id.")
      }
      cites[name] = pair.value.text
    }
    return cites
  }
}

extension FilledWorkflow {
  /// Gives each act and clock its place in the bureau's document: its own, or the workflow's; and each guard that
  /// names no article that of its act. A law's article that the template itself cites stays beside the bureau's section.
  func cited(_ workflow: Workflow) -> Workflow {
    var workflow = workflow
    for index in workflow.acts.indices {
      let source = place(of: workflow.acts[index].id, own: workflow.acts[index].source, in: workflow)
      workflow.acts[index].source = source
      for position in workflow.acts[index].guards.indices {
        let article = workflow.acts[index].guards[position].article
        workflow.acts[index].guards[position].article = article.isEmpty ? source : "\(source)；\(article)"
      }
    }
    for index in workflow.clocks.indices {
      workflow.clocks[index].article = place(
        of: workflow.clocks[index].id, own: workflow.clocks[index].article, in: workflow)
    }
    return workflow
  }

  private func place(of id: String, own: String, in workflow: Workflow) -> String {
    if let cite = cites[id] { return own.isEmpty ? cite : "\(cite)；\(own)" }
    return own.isEmpty ? workflow.source : own
  }
}

private struct TemplateFilling {
  let values: [String: YAMLNode]
  var unknown: Set<String> = []

  /// `nil` when the element is left out.
  mutating func fill(_ piece: TemplatePiece) -> YAMLNode? {
    switch piece {
    case .fixed(let node): return node
    case .parameter(let name): return value(name)
    case .text(let text, let line): return YAMLNode(.text(interpolated(text)), line: line)
    case .sequence(let pieces):
      var items: [YAMLNode] = []
      items.reserveCapacity(pieces.count)
      for piece in pieces {
        if case .parameter(let name) = piece, let list = values[name]?.list {
          items += list
        } else if let filled = fill(piece) {
          items.append(filled)
        }
      }
      return YAMLNode(.list(items))
    case .mapping(let pairs, let when, let unless):
      if let when, !holds(when) { return nil }
      if let unless, holds(unless) { return nil }
      var result: [YAMLNode.Pair] = []
      result.reserveCapacity(pairs.count)
      for (key, piece) in pairs {
        if let filled = fill(piece) { result.append(YAMLNode.Pair(name: key.name, line: key.line, value: filled)) }
      }
      return YAMLNode(.mapping(result))
    }
  }

  private mutating func holds(_ condition: YAMLNode) -> Bool {
    var resolved = condition
    if let name = condition.text.flatMap({ TemplatePiece.parameter($0) }) {
      guard let given = values[name] else {
        unknown.insert(name)
        return false
      }
      resolved = given
    }
    if let list = resolved.list { return !list.isEmpty }
    return !["false", "none", "0", "", "null", "~"].contains(resolved.text ?? "")
  }

  /// The parameter's node; `none` leaves the key out.
  private mutating func value(_ name: String) -> YAMLNode? {
    guard let node = values[name] else {
      unknown.insert(name)
      return nil
    }
    return node.text == "none" ? nil : node
  }

  private mutating func interpolated(_ text: TemplateText) -> String {
    var result = text.start
    for (name, rest) in text.parts {
      if values[name] == nil { unknown.insert(name) }
      result += values[name]?.text ?? ""
      result += rest
    }
    return result
  }
}
