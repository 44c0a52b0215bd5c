/// One node of a pack's text.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case text(String)
    case list([YAMLNode])
    case mapping([Pair])
  }

  struct Pair: Sendable {
    let name: String
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

  /// The value of a key.
  /// - Complexity: linear in the number of keys.
  subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    for pair in pairs where pair.name == key { return pair.value }
    return nil
  }
}

extension YAMLNode {
  /// Reads a document whose every scalar is a text.
  /// - Returns: `nil` for an empty document.
  static func read(_ yaml: String) throws(YAMLFault) -> YAMLNode? {
    var yaml = yaml
    return try yaml.withUTF8 { bytes in Result { () throws(YAMLFault) in try read(bytes) } }.get()
  }

  private static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLFault) -> YAMLNode? {
    var reader = YAMLTreeReader(events: try YAMLEvents(bytes))
    return try reader.document()
  }
}

/// Builds the tree from the events. As deep as the text nests, which `PackScan` has bounded.
private struct YAMLTreeReader {
  let events: YAMLEvents
  private var budget = PackLimits.nodesMax

  init(events: YAMLEvents) { self.events = events }

  mutating func document() throws(YAMLFault) -> YAMLNode? {
    guard case .documentStart = try events.next() else { return nil }
    let root = try node(from: events.next())
    // The document's end, then the text's.
    _ = try events.next()
    guard case .end = try events.next() else {
      throw .syntax(line: events.line, problem: "expected a single document, but found another")
    }
    return root
  }

  private mutating func node(from event: YAMLEvents.Event) throws(YAMLFault) -> YAMLNode {
    let line = events.line
    budget -= 1
    guard budget > 0 else { throw .tooManyNodes }
    switch event {
    case .text(let text): return YAMLNode(.text(text), line: line)
    case .listStart: return YAMLNode(.list(try list()), line: line)
    case .mappingStart: return YAMLNode(.mapping(try mapping()), line: line)
    case .alias: throw .alias(line: line)
    case .listEnd, .mappingEnd, .documentStart, .end: throw .syntax(line: line, problem: "expected a node")
    }
  }

  private mutating func list() throws(YAMLFault) -> [YAMLNode] {
    var list: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .listEnd = event { return list }
      list.append(try node(from: event))
    }
  }

  private mutating func mapping() throws(YAMLFault) -> [YAMLNode.Pair] {
    var pairs: [YAMLNode.Pair] = []
    var seen: Set<String> = []
    while true {
      let key = try events.next()
      if case .mappingEnd = key { return pairs }
      let line = events.line
      guard case .text(let name) = key else {
        // A list or mapping as a key names nothing; it is passed over with its value.
        _ = try node(from: key)
        _ = try node(from: events.next())
        continue
      }
      budget -= 1
      guard !Self.isRepeated(name, pairs, &seen) else { throw .repeatedKey(name, line: line) }
      pairs.append(YAMLNode.Pair(name: name, line: line, value: try node(from: events.next())))
    }
  }

  /// Up to here it is quicker to look at every key; a hostile mapping has tens of thousands.
  private static let fewKeys = 16

  private static func isRepeated(_ name: String, _ pairs: [YAMLNode.Pair], _ seen: inout Set<String>) -> Bool {
    if pairs.count < fewKeys { return pairs.contains { $0.name == name } }
    if seen.isEmpty { seen = Set(pairs.map(\.name)) }
    return !seen.insert(name).inserted
  }
}
