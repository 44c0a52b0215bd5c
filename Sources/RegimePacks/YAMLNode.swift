import Yams

extension Node {
  /// The value of a key, by the key's text. Yams' own subscript compares nodes, and so resolves tags by regular
  /// expressions: fine for a settings file, not for the tens of thousands of nodes of five filled packs.
  /// - Complexity: linear in the number of keys.
  func value(_ key: String) -> Node? {
    guard case .mapping(let mapping) = self else { return nil }
    for (name, value) in mapping where name.scalar?.string == key { return value }
    return nil
  }

  /// The mapping without a key.
  func removing(_ key: String) -> Node {
    guard case .mapping(let mapping) = self else { return self }
    return .mapping(
      Node.Mapping(mapping.filter { $0.key.scalar?.string != key }.map { ($0.key, $0.value) }, .implicit, .any, mapping.mark))
  }

  /// The mapping with a key's value replaced, or added at the end.
  func setting(_ key: String, to value: Node) -> Node {
    guard case .mapping(let mapping) = self else { return self }
    var pairs: [(Node, Node)] = []
    var isSet = false
    for (name, present) in mapping {
      let isKey = name.scalar?.string == key
      pairs.append((name, isKey ? value : present))
      isSet = isSet || isKey
    }
    if !isSet { pairs.append((Node(key), value)) }
    return .mapping(Node.Mapping(pairs, .implicit, .any, mapping.mark))
  }
}
