import Yams

/// One node of a pack's text. Read once from Yams' nodes, which are structures with half a dozen references each, so
/// that a copy costs six counts; a filled pack passes its tens of thousands of nodes through many hands.
final class YAMLNode: Sendable {
  enum Content: Sendable {
    case text(String)
    case list([YAMLNode])
    case mapping([Pair])
  }

  struct Pair: Sendable {
    /// `nil` for a key that is no text.
    let name: String?
    /// The key's line.
    let line: Int?
    let value: YAMLNode
  }

  let content: Content
  /// In its document, from 1; `nil` for what a template made.
  let line: Int?

  init(_ content: Content, line: Int? = nil) {
    self.content = content
    self.line = line
  }

  var text: String? { if case .text(let text) = content { text } else { nil } }
  var list: [YAMLNode]? { if case .list(let list) = content { list } else { nil } }
  var mapping: [Pair]? { if case .mapping(let pairs) = content { pairs } else { nil } }

  /// The value of a key; of the first where it stands twice.
  /// - Complexity: linear in the number of keys.
  subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    for pair in pairs where pair.name == key { return pair.value }
    return nil
  }

  /// The mapping without a key.
  func removing(_ keys: String...) -> YAMLNode {
    guard let mapping else { return self }
    return YAMLNode(.mapping(mapping.filter { pair in !keys.contains { $0 == pair.name } }), line: line)
  }
}

extension YAMLNode {
  /// Reads a document whose every scalar is a text.
  /// - Returns: `nil` for an empty document.
  /// - Throws: `YamlError`; `Oversize` for more than `PackLimits.nodesMax` nodes.
  static func read(_ yaml: String) throws -> YAMLNode? {
    // Without tag rules: the rules are regular expressions.
    guard let root = try Yams.compose(yaml: yaml, .basic) else { return nil }
    var budget = PackLimits.nodesMax
    return try YAMLNode(root, &budget)
  }

  /// Yams shares an aliased node, so a bomb costs nothing until it is walked; the walk here ends at the budget.
  struct Oversize: Error {}

  private convenience init(_ node: Node, _ budget: inout Int) throws {
    budget -= 1
    guard budget > 0 else { throw Oversize() }
    switch node {
    case .scalar(let scalar): self.init(.text(scalar.string), line: scalar.mark?.line)
    case .alias: throw Oversize()
    case .sequence(let sequence):
      var list: [YAMLNode] = []
      list.reserveCapacity(sequence.count)
      for element in sequence { list.append(try YAMLNode(element, &budget)) }
      self.init(.list(list), line: sequence.mark?.line)
    case .mapping(let mapping):
      var pairs: [Pair] = []
      pairs.reserveCapacity(mapping.count)
      for index in mapping.indices {
        let (key, value) = mapping[index]
        pairs.append(
          Pair(
            name: try Self.name(key, &budget), line: key.mark?.line, value: try YAMLNode(value, &budget)))
      }
      self.init(.mapping(pairs), line: mapping.mark?.line)
    }
  }

  private static func name(_ key: Node, _ budget: inout Int) throws -> String? {
    guard case .scalar(let scalar) = key else {
      _ = try YAMLNode(key, &budget)
      return nil
    }
    budget -= 1
    guard budget > 0 else { throw Oversize() }
    return scalar.string
  }
}
