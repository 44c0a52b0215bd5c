import Casework

/// Walks a pack's YAML and collects every mistake on the way, with its line.
final class PackReader {
  private(set) var mistakes: [PackMistake] = []
  /// While a filled template is read: the line where the pack uses it. Mistakes are shown there and not at a line of
  /// the template.
  var usedAt: Int?
  /// Of a list that has elements which could not be read, the positions of those that could, by the list's path: what
  /// could not be read does not shift what comes after it.
  private(set) var kept: [String: [Int]] = [:]

  func keep(_ positions: [Int], of list: PackPath) {
    // What a filled template has shows at the line that uses it.
    if usedAt == nil { kept[list.description] = positions }
  }

  func mistake(
    _ node: YAMLNode?, _ path: some CustomStringConvertible, _ kind: PackMistake.Kind, _ zh: String, _ en: String,
    _ remedyZh: String, _ remedyEn: String
  ) {
    mistake(at: node?.line, path, kind, zh, en, remedyZh, remedyEn)
  }

  func mistake(
    at line: Int?, _ path: some CustomStringConvertible, _ kind: PackMistake.Kind, _ zh: String, _ en: String,
    _ remedyZh: String, _ remedyEn: String
  ) {
    guard mistakes.count < PackLimits.mistakesMax else { return }
    mistakes.append(
      PackMistake(
        line: usedAt ?? line ?? 1, path: path.description, kind: kind, message: Bilingual(zh: zh, en: en),
        remedy: Bilingual(zh: remedyZh, en: remedyEn)))
  }

  /// A mistake so many lines below a node, for text blocks.
  func mistake(
    below node: YAMLNode?, by lines: Int, _ path: String, _ kind: PackMistake.Kind, _ zh: String, _ en: String,
    _ remedyZh: String, _ remedyEn: String
  ) {
    guard mistakes.count < PackLimits.mistakesMax else { return }
    mistakes.append(
      PackMistake(
        line: (node?.line ?? 1) + lines, path: path, kind: kind, message: Bilingual(zh: zh, en: en),
        remedy: Bilingual(zh: remedyZh, en: remedyEn)))
  }

  /// A mapping with only these keys.
  func map(_ node: YAMLNode?, _ path: PackPath, keys: [String]) -> PackMap? {
    guard let node else { return nil }
    guard let mapping = node.mapping else {
      mistake(node, path, .wrongType, "\(path) 应为键值表。", "\(path) must be a mapping.", "写成 键: 值。", "Write key: value.")
      return nil
    }
    guard mapping.count <= PackLimits.keysMax else {
      mistake(
        node, path, .tooLarge, "一张键值表超过 \(PackLimits.keysMax) 个键。", "A mapping has more than \(PackLimits.keysMax) keys.",
        "删去多余的键。", "Remove what does not belong there.")
      return nil
    }
    for pair in mapping where !keys.contains(pair.name) {
      mistake(
        at: pair.line, "\(path).\(pair.name)", .unknownKey, "不认识的键 \(pair.name)。", "Unknown key \(pair.name).",
        "可用：\(keys.sorted().joined(separator: "、"))。", "Known: \(keys.sorted().joined(separator: ", ")).")
    }
    return PackMap(reader: self, node: node, path: path)
  }

  func list(_ node: YAMLNode?, _ path: @autoclosure () -> PackPath) -> [YAMLNode] {
    guard let node else { return [] }
    if let list = node.list { return list }
    let path = path()
    mistake(node, path, .wrongType, "\(path) 应为列表。", "\(path) must be a list.", "写成 [..] 或 - ..。", "Write [..] or - ...")
    return []
  }

  func string(_ node: YAMLNode, _ path: @autoclosure () -> PackPath) -> String {
    guard let text = node.text, !text.isEmpty else {
      let path = path()
      mistake(node, path, .wrongType, "\(path) 应为文字。", "\(path) must be a text.", "填写文字。", "Give a text.")
      return ""
    }
    return text
  }
}

/// One mapping of a pack.
struct PackMap {
  let reader: PackReader
  let node: YAMLNode
  let path: PackPath

  func has(_ key: String) -> Bool { node[key] != nil }
  func path(_ key: String) -> PackPath { .key(path, key) }

  private func required(_ key: String) -> YAMLNode? {
    if let value = node[key] { return value }
    reader.mistake(
      node, path(key), .missingKey, "缺少 \(key)。", "\(key) is missing.", "补上 \(key)。", "Add \(key).")
    return nil
  }

  func text(_ key: String) -> String { required(key).map { reader.string($0, path(key)) } ?? "" }
  /// A section or article: required, but in a filled template, where the pack's own place is put in afterwards.
  func citation(_ key: String) -> String { reader.usedAt == nil ? text(key) : optionalText(key) ?? "" }
  func optionalText(_ key: String) -> String? { node[key].map { reader.string($0, path(key)) } }

  /// `[a-z0-9-]`, 1 to 64 characters; field ids may have capitals.
  func id(_ key: String) -> String {
    let text = text(key)
    if !text.isEmpty, !Self.isID(text) {
      reader.mistake(
        node[key], path(key), .badValue, "“\(text)”不能作标识。", "“\(text)” is no id.", "用 1 至 64 位字母、数字、“-”。", "1 to 64 letters, digits, “-”.")
    }
    return text
  }

  static let idBytesMax = 64

  static func isID(_ text: String) -> Bool {
    (1...idBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
      }
  }

  func name(_ key: String) -> Bilingual {
    guard let node = required(key) else { return Bilingual(zh: "", en: "") }
    // As nearly all are, and a pack has thousands: no mistake, no path.
    if let pairs = node.mapping, pairs.count == 2, pairs[0].name == "zh", pairs[1].name == "en",
      let zh = pairs[0].value.text, let en = pairs[1].value.text, !zh.isEmpty, !en.isEmpty
    {
      return Bilingual(zh: zh, en: en)
    }
    guard let map = reader.map(node, path(key), keys: ["zh", "en"]) else { return Bilingual(zh: "", en: "") }
    return Bilingual(zh: map.text("zh"), en: map.text("en"))
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int {
    guard let node = required(key) else { return range.lowerBound }
    guard let value = node.text.flatMap({ Int($0) }), range.contains(value) else {
      reader.mistake(
        node, path(key), .badValue, "\(key) 应为 \(range.lowerBound) 至 \(range.upperBound) 的整数。",
        "\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound).", "更正数值。", "Correct the number.")
      return range.lowerBound
    }
    return value
  }

  func flag(_ key: String, default standard: Bool) -> Bool {
    guard let node = node[key] else { return standard }
    switch node.text {
    case "true": return true
    case "false": return false
    default:
      reader.mistake(node, path(key), .badValue, "\(key) 应为 true 或 false。", "\(key) must be true or false.", "更正。", "Correct it.")
      return standard
    }
  }

  func choice<Value: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Value.Type, default standard: Value? = nil
  ) -> Value? where Value.RawValue == String {
    guard let node = node[key] ?? (standard == nil ? required(key) : nil) else { return standard }
    if let value = node.text.flatMap({ Value(rawValue: $0) }) { return value }
    let known = Value.allCases.map(\.rawValue)
    reader.mistake(
      node, path(key), .badValue, "\(key) 的值不在可选范围。", "\(key) has no such value.",
      "可选：\(known.joined(separator: "、"))。", "One of: \(known.joined(separator: ", ")).")
    return standard
  }

  func date(_ key: String) -> CivilDate? {
    guard let node = required(key) else { return nil }
    if let date = node.text.flatMap({ CivilDate($0) }) { return date }
    reader.mistake(node, path(key), .badValue, "\(key) 应为日期 YYYY-MM-DD。", "\(key) must be a date YYYY-MM-DD.", "更正。", "Correct it.")
    return nil
  }

  func list(_ key: String) -> [(node: YAMLNode, path: PackPath)] {
    let path = path(key)
    return reader.list(node[key], path).enumerated().map { ($0.element, .index(path, $0.offset)) }
  }

  /// The list's elements that can be read.
  func elements<Element>(_ key: String, _ read: (YAMLNode, PackPath) -> Element?) -> [Element] {
    guard let list = node[key] else { return [] }
    let path = path(key)
    let nodes = reader.list(list, path)
    var elements: [Element] = []
    var kept: [Int] = []
    elements.reserveCapacity(nodes.count)
    kept.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      guard let element = read(node, .index(path, index)) else { continue }
      elements.append(element)
      kept.append(index)
    }
    if kept.count < nodes.count { reader.keep(kept, of: path) }
    return elements
  }

  func texts(_ key: String) -> [String] {
    guard let list = node[key] else { return [] }
    return reader.list(list, path(key)).enumerated().map { reader.string($0.element, .index(path(key), $0.offset)) }
  }
}
