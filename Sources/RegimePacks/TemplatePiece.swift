/// A template's node, sorted once into what never changes and what has to be filled.
indirect enum TemplatePiece: Sendable {
  case fixed(YAMLNode)
  /// `$name`.
  case parameter(String)
  /// A text with `${name}` in it.
  case text(TemplateText, line: Int?)
  case sequence([TemplatePiece])
  /// `when` and `unless` as they stand.
  case mapping([(key: YAMLNode.Pair, piece: TemplatePiece)], when: YAMLNode?, unless: YAMLNode?)

  init(_ node: YAMLNode) {
    switch node.content {
    case .text(let text):
      if let name = Self.parameter(text) {
        self = .parameter(name)
      } else {
        self = TemplateText(text).map { .text($0, line: node.line) } ?? .fixed(node)
      }
    case .list(let list):
      let pieces = list.map { TemplatePiece($0) }
      self = pieces.allSatisfy(\.isFixed) ? .fixed(node) : .sequence(pieces)
    case .mapping(let mapping):
      var pairs: [(key: YAMLNode.Pair, piece: TemplatePiece)] = []
      pairs.reserveCapacity(mapping.count)
      var isFixed = true
      for pair in mapping where pair.name != "when" && pair.name != "unless" {
        let piece = TemplatePiece(pair.value)
        isFixed = isFixed && piece.isFixed
        pairs.append((key: pair, piece: piece))
      }
      isFixed = isFixed && pairs.count == mapping.count
      self = isFixed ? .fixed(node) : .mapping(pairs, when: node["when"], unless: node["unless"])
    }
  }

  var isFixed: Bool { if case .fixed = self { true } else { false } }

  static func parameter(_ text: String) -> String? {
    guard text.utf8.first == 0x24, text.utf8.dropFirst().first != 0x7B else { return nil }
    return String(text.dropFirst())
  }
}

/// A text with `${name}` in it, taken apart.
struct TemplateText: Sendable {
  private(set) var start = ""
  /// Names, each with the text after it.
  private(set) var parts: [(name: String, rest: String)] = []

  /// - Returns: `nil` for a text without names.
  init?(_ text: String) {
    guard text.utf8.contains(0x24) else { return nil }
    var rest = text.utf8[...]
    var literal = ""
    while let sign = rest.firstIndex(of: 0x24) {
      let open = rest.index(after: sign)
      guard open < rest.endIndex, rest[open] == 0x7B, let close = rest[open...].firstIndex(of: 0x7D) else {
        literal += Self.text(rest[..<open])
        rest = rest[open...]
        continue
      }
      end(literal + Self.text(rest[..<sign]))
      parts.append((name: Self.text(rest[rest.index(after: open)..<close]), rest: ""))
      literal = ""
      rest = rest[rest.index(after: close)...]
    }
    if parts.isEmpty { return nil }
    end(literal + Self.text(rest))
  }

  /// Ends what stands before the next name or before the text's end.
  private mutating func end(_ literal: String) {
    if parts.isEmpty { start = literal } else { parts[parts.count - 1].rest = literal }
  }

  private static func text(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }
}
