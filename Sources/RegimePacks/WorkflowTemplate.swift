import Yams

/// Fills a workflow template with a pack's parameters. Work on YAML nodes, before anything is parsed, so that a filled
/// template is checked like any other workflow and mistakes keep their lines.
///
/// In a template `$name` as a whole scalar stands for the parameter's node, `${name}` inside a text for its text; an
/// element with `when: $name` is left out where the parameter is false or empty, one with `unless: $name` where it is
/// not; `$name` as an element of a list puts the parameter's elements in its place.
struct WorkflowTemplate {
  let node: Node
  let id: String
  /// Defaults by name; a parameter with the default `required` must be given.
  let parameters: [String: Node]

  static let keys: Set<String> = [
    "id", "parameters", "name", "kind", "source", "initial", "states", "acts", "clocks",
  ]

  init?(_ node: Node) {
    guard let mapping = node.mapping, let id = mapping["id"]?.scalar?.string else { return nil }
    self.node = node
    self.id = id
    var parameters: [String: Node] = [:]
    for (key, value) in mapping["parameters"]?.mapping ?? [:] {
      if let name = key.scalar?.string { parameters[name] = value }
    }
    self.parameters = parameters
  }

  /// A workflow's mapping from a `use:` entry.
  func filled(by use: Node, _ path: String, _ reader: PackReader) -> Node? {
    guard let map = reader.map(use, path, keys: ["id", "use", "name", "source", "with", "cite"]) else { return nil }
    var values = parameters
    for (key, value) in map.values["with"]?.mapping ?? [:] {
      guard let name = key.scalar?.string else { continue }
      guard parameters[name] != nil else {
        reader.mistake(
          key, "\(path).with.\(name)", .unknownKey, "流程模板 \(id) 没有参数 \(name)。",
          "The template \(id) has no parameter \(name).", "可用：\(parameters.keys.sorted().joined(separator: "、"))。",
          "Known: \(parameters.keys.sorted().joined(separator: ", ")).")
        continue
      }
      values[name] = value
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where value.scalar?.string == "required" {
      reader.mistake(
        use, "\(path).with.\(name)", .missingKey, "流程模板 \(id) 须给出参数 \(name)。",
        "The template \(id) needs the parameter \(name).", "在 with 中补上 \(name)。", "Add \(name) under with.")
    }
    var filling = TemplateFilling(values: values, mark: use.mark)
    var result: [(Node, Node)] = []
    for (key, value) in node.mapping ?? [:] {
      guard let name = key.scalar?.string, name != "parameters", name != "id" else { continue }
      if (name == "name" || name == "source"), map.has(name) { continue }
      if let filled = filling.fill(value) { result.append((key, filled)) }
    }
    for key in ["id", "name", "source"] {
      if let value = map.values[key] { result.append((Node(key), value)) }
    }
    for name in filling.unknown.sorted() {
      reader.mistake(
        use, path, .unknownReference, "流程模板 \(id) 用到没有定义的参数 \(name)。",
        "The template \(id) uses the undefined parameter \(name).", "在模板的 parameters 中定义。",
        "Define it under the template's parameters.")
    }
    let cites = self.cites(map, reader)
    var whole = Node(result)
    whole.mapping?.mark = use.mark
    return cited(whole, cites, workflowSource: map.values["source"])
  }

  private func cites(_ map: PackMap, _ reader: PackReader) -> [String: Node] {
    var cites: [String: Node] = [:]
    let elements = ["acts", "clocks"].flatMap { node.mapping?[Node($0)]?.sequence ?? [] }
    let known = Set(elements.compactMap { $0.mapping?["id"]?.scalar?.string })
    for (key, value) in map.values["cite"]?.mapping ?? [:] {
      guard let name = key.scalar?.string else { continue }
      if !known.contains(name) {
        reader.mistake(
          key, map.path("cite.\(name)"), .unknownReference, "流程模板 \(id) 没有步骤或期限 \(name)。",
          "The template \(id) has no act or clock \(name).", "核对标识。", "Check the id.")
      }
      cites[name] = value
    }
    return cites
  }

  /// Gives each act and clock its place in the bureau's document: its own, or the workflow's; and each guard that
  /// names no article that of its act.
  private func cited(_ workflow: Node, _ cites: [String: Node], workflowSource: Node?) -> Node {
    guard var mapping = workflow.mapping else { return workflow }
    for (list, key) in [("acts", "source"), ("clocks", "article")] {
      guard let elements = mapping[Node(list)]?.sequence else { continue }
      let changed = elements.map { element -> Node in
        guard var inner = element.mapping, let id = inner["id"]?.scalar?.string else { return element }
        // A law's article that the template itself cites stays beside the bureau's section.
        let own = inner[Node(key)]
        if let cite = cites[id] ?? (own == nil ? workflowSource : nil) {
          let joined = [cite.scalar?.string, cites[id] != nil ? own?.scalar?.string : nil].compactMap { $0 }
          inner[Node(key)] = Node(joined.joined(separator: "；"))
        }
        if list == "acts", let source = inner[Node(key)], let guards = inner["guards"]?.sequence {
          inner["guards"] = Node(
            guards.map { item -> Node in
              guard var fields = item.mapping else { return item }
              if let article = fields["article"]?.scalar?.string {
                fields["article"] = Node("\(source.scalar?.string ?? "")；\(article)")
              } else {
                fields["article"] = source
              }
              return Node.mapping(fields)
            })
        }
        return Node.mapping(inner)
      }
      mapping[Node(list)] = Node(changed)
    }
    return Node.mapping(mapping)
  }
}

private struct TemplateFilling {
  let values: [String: Node]
  /// Where the pack uses the template: mistakes in what the template says are shown there.
  let mark: Mark?
  var unknown: Set<String> = []

  /// `nil` when the element is left out.
  mutating func fill(_ node: Node) -> Node? {
    if let mapping = node.mapping { return fill(mapping, of: node) }
    if let sequence = node.sequence {
      var items: [Node] = []
      for item in sequence {
        if let name = whole(item) {
          if let list = values[name]?.sequence { items += list } else if let one = value(name) { items.append(one) }
        } else if let filled = fill(item) {
          items.append(filled)
        }
      }
      var list = Node(items)
      list.sequence?.mark = mark
      return list
    }
    if let name = whole(node) { return value(name) }
    guard var scalar = node.scalar else { return node }
    if scalar.string.contains("${") { scalar.string = interpolated(scalar.string) }
    scalar.mark = mark
    return .scalar(scalar)
  }

  private mutating func fill(_ mapping: Node.Mapping, of node: Node) -> Node? {
    if let condition = mapping["when"], !holds(condition) { return nil }
    if let condition = mapping["unless"], holds(condition) { return nil }
    var result: [(Node, Node)] = []
    for (key, value) in mapping {
      if key.scalar?.string == "when" || key.scalar?.string == "unless" { continue }
      if let filled = fill(value) { result.append((key, filled)) }
    }
    var made = Node(result)
    made.mapping?.mark = mark
    return made
  }

  private mutating func holds(_ condition: Node) -> Bool {
    var resolved = condition
    if let name = whole(condition) {
      guard let given = values[name] else {
        unknown.insert(name)
        return false
      }
      resolved = given
    }
    if let list = resolved.sequence { return !list.isEmpty }
    return !["false", "none", "0", "", "null", "~"].contains(resolved.scalar?.string ?? "")
  }

  private func whole(_ node: Node) -> String? {
    guard let text = node.scalar?.string, text.first == "$", text.dropFirst().first != "{" else { return nil }
    return String(text.dropFirst())
  }

  /// The parameter's node; `none` leaves the key out.
  private mutating func value(_ name: String) -> Node? {
    guard let node = values[name] else {
      unknown.insert(name)
      return nil
    }
    return node.scalar?.string == "none" ? nil : node
  }

  private mutating func interpolated(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      result += rest[..<start.lowerBound]
      let name = String(rest[start.upperBound..<end])
      if values[name] == nil { unknown.insert(name) }
      result += values[name]?.scalar?.string ?? ""
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
