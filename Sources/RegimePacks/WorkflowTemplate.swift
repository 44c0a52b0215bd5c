import Yams

/// Fills a workflow template with a pack's parameters. Work on YAML nodes, before anything is parsed, so that a filled
/// template is checked like any other workflow and mistakes keep their lines.
///
/// In a template `$name` as a whole scalar stands for the parameter's node, `${name}` inside a text for its text; an
/// element with `when: $name` is left out where the parameter is false or empty, one with `unless: $name` where it is
/// not; `$name` as an element of a list puts the parameter's elements in its place.
struct WorkflowTemplate {
  let node: Node
  /// The template's keys with what has to be filled in them.
  private let pieces: [(key: String, piece: TemplatePiece)]
  let id: String
  /// Defaults by name; a parameter with the default `required` must be given.
  let parameters: [String: Node]

  static let keys = [
    "id", "parameters", "name", "kind", "source", "initial", "states", "acts", "clocks",
  ]

  init?(_ node: Node) {
    guard let id = node.value("id")?.scalar?.string else { return nil }
    self.node = node
    self.id = id
    var parameters: [String: Node] = [:]
    for (key, value) in node.value("parameters")?.mapping ?? [:] {
      if let name = key.scalar?.string { parameters[name] = value }
    }
    self.parameters = parameters
    var pieces: [(key: String, piece: TemplatePiece)] = []
    for (key, value) in node.mapping ?? [:] {
      if let name = key.scalar?.string, name != "parameters", name != "id" {
        pieces.append((key: name, piece: TemplatePiece(value)))
      }
    }
    self.pieces = pieces
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
    var filling = TemplateFilling(values: values)
    var result: [(Node, Node)] = []
    for (name, piece) in pieces {
      if (name == "name" || name == "source"), map.has(name) { continue }
      if let filled = filling.fill(piece) { result.append((Node(name), filled)) }
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
    let whole = Node.mapping(Node.Mapping(result, .implicit, .any, use.mark))
    return cited(whole, cites, workflowSource: map.values["source"])
  }

  private func cites(_ map: PackMap, _ reader: PackReader) -> [String: Node] {
    var cites: [String: Node] = [:]
    let elements = ["acts", "clocks"].flatMap { node.value($0)?.sequence ?? [] }
    let known = Set(elements.compactMap { $0.value("id")?.scalar?.string })
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
    var workflow = workflow
    for (list, key) in [("acts", "source"), ("clocks", "article")] {
      guard let elements = workflow.value(list)?.sequence else { continue }
      workflow = workflow.setting(
        list, to: Node(elements.map { cited($0, key, cites, workflowSource: workflowSource, isAct: list == "acts") }))
    }
    return workflow
  }

  private func cited(
    _ element: Node, _ key: String, _ cites: [String: Node], workflowSource: Node?, isAct: Bool
  ) -> Node {
    guard let id = element.value("id")?.scalar?.string else { return element }
    var element = element
    // A law's article that the template itself cites stays beside the bureau's section.
    let own = element.value(key)?.scalar?.string
    if let cite = cites[id]?.scalar?.string ?? (own == nil ? workflowSource?.scalar?.string : nil) {
      let joined = [cite, cites[id] != nil ? own : nil].compactMap { $0 }.joined(separator: "；")
      element = element.setting(key, to: Node(joined))
    }
    guard isAct, let source = element.value(key)?.scalar?.string, let guards = element.value("guards")?.sequence else {
      return element
    }
    return element.setting(
      "guards",
      to: Node(
        guards.map { item -> Node in
          let article = item.value("article")?.scalar?.string
          return item.setting("article", to: Node(article.map { "\(source)；\($0)" } ?? source))
        }))
  }
}

/// A template's node, sorted once into what never changes and what has to be filled.
private indirect enum TemplatePiece {
  case fixed(Node)
  /// `$name`.
  case parameter(String)
  /// A text with `${name}` in it.
  case text(Node.Scalar)
  case sequence([TemplatePiece])
  /// `when` and `unless` as they stand.
  case mapping([(Node, TemplatePiece)], when: Node?, unless: Node?)

  init(_ node: Node) {
    switch node {
    case .scalar(let scalar):
      if let name = Self.parameter(scalar.string) {
        self = .parameter(name)
      } else {
        self = scalar.string.utf8.contains(0x24) && scalar.string.contains("${") ? .text(scalar) : .fixed(node)
      }
    case .sequence(let sequence):
      let pieces = sequence.map { TemplatePiece($0) }
      self = pieces.allSatisfy(\.isFixed) ? .fixed(node) : .sequence(pieces)
    case .mapping(let mapping):
      var pairs: [(Node, TemplatePiece)] = []
      for (key, value) in mapping where !["when", "unless"].contains(key.scalar?.string) {
        pairs.append((key, TemplatePiece(value)))
      }
      let when = node.value("when")
      let unless = node.value("unless")
      let isFixed = when == nil && unless == nil && pairs.allSatisfy { $0.1.isFixed }
      self = isFixed ? .fixed(node) : .mapping(pairs, when: when, unless: unless)
    case .alias: self = .fixed(node)
    }
  }

  private var isFixed: Bool { if case .fixed = self { true } else { false } }

  static func parameter(_ text: String) -> String? {
    guard text.utf8.first == 0x24, text.utf8.dropFirst().first != 0x7B else { return nil }
    return String(text.dropFirst())
  }
}

private struct TemplateFilling {
  let values: [String: Node]
  var unknown: Set<String> = []

  /// `nil` when the element is left out.
  mutating func fill(_ piece: TemplatePiece) -> Node? {
    switch piece {
    case .fixed(let node): return node
    case .parameter(let name): return value(name)
    case .text(var scalar):
      scalar.string = interpolated(scalar.string)
      return .scalar(scalar)
    case .sequence(let pieces):
      var items: [Node] = []
      for piece in pieces {
        if case .parameter(let name) = piece, let list = values[name]?.sequence {
          items += list
        } else if let filled = fill(piece) {
          items.append(filled)
        }
      }
      return Node(items)
    case .mapping(let pairs, let when, let unless):
      if let when, !holds(when) { return nil }
      if let unless, holds(unless) { return nil }
      var result: [(Node, Node)] = []
      for (key, piece) in pairs {
        if let filled = fill(piece) { result.append((key, filled)) }
      }
      return Node(result)
    }
  }

  private mutating func holds(_ condition: Node) -> Bool {
    var resolved = condition
    if let name = condition.scalar.flatMap({ TemplatePiece.parameter($0.string) }) {
      guard let given = values[name] else {
        unknown.insert(name)
        return false
      }
      resolved = given
    }
    if let list = resolved.sequence { return !list.isEmpty }
    return !["false", "none", "0", "", "null", "~"].contains(resolved.scalar?.string ?? "")
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
