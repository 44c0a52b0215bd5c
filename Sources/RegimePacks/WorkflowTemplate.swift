import Casework
import Yams

/// A workflow made from a template: its mapping, and forms that were read once with the template.
struct FilledWorkflow {
  var node: Node
  /// By the act's position.
  var forms: [Int: FormRule]
  /// Sections of the bureau's document by act or clock.
  var cites: [String: String]
}

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
  /// For each act of the template its form, where no parameter is in it: most of a template's nodes are in forms, and
  /// five packs fill some hundred templates.
  private let forms: [FormRule?]
  /// Ids of its acts and clocks.
  private let citable: Set<String>
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
    var forms: [FormRule?] = []
    for (key, value) in node.mapping ?? [:] {
      guard let name = key.scalar?.string, name != "parameters", name != "id" else { continue }
      guard name == "acts", let acts = value.sequence else {
        pieces.append((key: name, piece: TemplatePiece(value)))
        continue
      }
      var list: [TemplatePiece] = []
      for act in acts {
        let form = act.value("form").flatMap { TemplatePiece($0).isFixed ? PackParser.fixedForm($0) : nil }
        forms.append(form)
        list.append(TemplatePiece(form == nil ? act : act.removing("form")))
      }
      pieces.append((key: name, piece: .sequence(list)))
    }
    self.pieces = pieces
    self.forms = forms
    citable = Set(
      ["acts", "clocks"].flatMap { node.value($0)?.sequence ?? [] }.compactMap { $0.value("id")?.scalar?.string })
  }

  /// A workflow's mapping from a `use:` entry.
  func filled(by use: Node, _ path: String, _ reader: PackReader) -> FilledWorkflow? {
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
    var kept: [Int: FormRule] = [:]
    var result: [(Node, Node)] = []
    for (name, piece) in pieces {
      if (name == "name" || name == "source"), map.has(name) { continue }
      if name == "acts", case .sequence(let list) = piece {
        var acts: [Node] = []
        for (index, act) in list.enumerated() {
          guard let filled = filling.fill(act) else { continue }
          if forms.indices.contains(index), let form = forms[index] { kept[acts.count] = form }
          acts.append(filled)
        }
        result.append((Node(name, TemplateFilling.plain), .sequence(Node.Sequence(acts, TemplateFilling.plain))))
      } else if let filled = filling.fill(piece) {
        result.append((Node(name, TemplateFilling.plain), filled))
      }
    }
    for key in ["id", "name", "source"] {
      if let value = map.values[key] { result.append((Node(key, TemplateFilling.plain), value)) }
    }
    for name in filling.unknown.sorted() {
      reader.mistake(
        use, path, .unknownReference, "流程模板 \(id) 用到没有定义的参数 \(name)。",
        "The template \(id) uses the undefined parameter \(name).", "在模板的 parameters 中定义。",
        "Define it under the template's parameters.")
    }
    let whole = Node.mapping(Node.Mapping(result, TemplateFilling.plain, .any, use.mark))
    return FilledWorkflow(node: whole, forms: kept, cites: cites(map, reader))
  }

  private func cites(_ map: PackMap, _ reader: PackReader) -> [String: String] {
    var cites: [String: String] = [:]
    for (key, value) in map.values["cite"]?.mapping ?? [:] {
      guard let name = key.scalar?.string else { continue }
      if !citable.contains(name) {
        reader.mistake(
          key, map.path("cite.\(name)"), .unknownReference, "流程模板 \(id) 没有步骤或期限 \(name)。",
          "The template \(id) has no act or clock \(name).", "核对标识。", "Check the id.")
      }
      cites[name] = value.scalar?.string
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

  var isFixed: Bool { if case .fixed = self { true } else { false } }

  static func parameter(_ text: String) -> String? {
    guard text.utf8.first == 0x24, text.utf8.dropFirst().first != 0x7B else { return nil }
    return String(text.dropFirst())
  }
}

private struct TemplateFilling {
  /// One tag for all that is made: Yams makes a new one, with its rules, at each mention. Never changed.
  nonisolated(unsafe) static let plain = Tag.implicit

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
      return .sequence(Node.Sequence(items, Self.plain))
    case .mapping(let pairs, let when, let unless):
      if let when, !holds(when) { return nil }
      if let unless, holds(unless) { return nil }
      var result: [(Node, Node)] = []
      for (key, piece) in pairs {
        if let filled = fill(piece) { result.append((key, filled)) }
      }
      return .mapping(Node.Mapping(result, Self.plain))
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
