import Casework
import Yams

/// Walks a pack's YAML and collects every mistake on the way, with its line.
final class PackReader {
  private(set) var mistakes: [PackMistake] = []
  /// While a filled template is read: the line where the pack uses it. Mistakes are shown there and not at a line of
  /// the template.
  var usedAt: Int?
  /// The nodes of list elements that could be read, with their paths, by the list's path: an element that could not be
  /// read does not shift those after it.
  private(set) var kept: [String: [(node: Node, path: String)]] = [:]

  func keep(_ node: Node, _ path: String, of list: String) {
    // What a filled template has shows at the line that uses it.
    if usedAt == nil { kept[list, default: []].append((node: node, path: path)) }
  }

  func mistake(
    _ node: Node?, _ path: String, _ kind: PackMistake.Kind, _ zh: String, _ en: String, _ remedyZh: String,
    _ remedyEn: String
  ) {
    guard mistakes.count < PackLimits.mistakesMax else { return }
    mistakes.append(
      PackMistake(
        line: usedAt ?? node?.mark?.line ?? 1, path: path, kind: kind, message: Bilingual(zh: zh, en: en),
        remedy: Bilingual(zh: remedyZh, en: remedyEn)))
  }

  /// A mistake so many lines below a node, for text blocks.
  func mistake(
    below node: Node?, by lines: Int, _ path: String, _ kind: PackMistake.Kind, _ zh: String, _ en: String,
    _ remedyZh: String, _ remedyEn: String
  ) {
    guard mistakes.count < PackLimits.mistakesMax else { return }
    mistakes.append(
      PackMistake(
        line: (node?.mark?.line ?? 1) + lines, path: path, kind: kind, message: Bilingual(zh: zh, en: en),
        remedy: Bilingual(zh: remedyZh, en: remedyEn)))
  }

  /// A mapping with only these keys.
  func map(_ node: Node?, _ path: String, keys: [String]) -> PackMap? {
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
    var values = PackValues()
    for (key, value) in mapping {
      guard let name = key.scalar?.string else { continue }
      if values[name] != nil {
        mistake(key, "\(path).\(name)", .repeated, "键 \(name) 重复。", "The key \(name) stands twice.", "删去一个。", "Remove one.")
      } else if !keys.contains(name) {
        mistake(
          key, "\(path).\(name)", .unknownKey, "不认识的键 \(name)。", "Unknown key \(name).",
          "可用：\(keys.sorted().joined(separator: "、"))。", "Known: \(keys.sorted().joined(separator: ", ")).")
      }
      values.append(name, value)
    }
    return PackMap(reader: self, node: node, path: path, values: values)
  }

  func list(_ node: Node?, _ path: String) -> [(Node, String)] {
    guard let node else { return [] }
    guard let sequence = node.sequence else {
      mistake(node, path, .wrongType, "\(path) 应为列表。", "\(path) must be a list.", "写成 [..] 或 - ..。", "Write [..] or - ...")
      return []
    }
    return sequence.enumerated().map { ($0.element, "\(path)[\($0.offset)]") }
  }

  func string(_ node: Node, _ path: String) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      mistake(node, path, .wrongType, "\(path) 应为文字。", "\(path) must be a text.", "填写文字。", "Give a text.")
      return ""
    }
    return text
  }
}

/// A mapping's values by key. A list, because packs have thousands of small mappings and hashing would cost more.
struct PackValues {
  private var pairs: [(String, Node)] = []

  mutating func append(_ key: String, _ value: Node) { pairs.append((key, value)) }

  subscript(_ key: String) -> Node? {
    for pair in pairs where pair.0 == key { return pair.1 }
    return nil
  }
}

/// One mapping of a pack.
struct PackMap {
  let reader: PackReader
  let node: Node
  let path: String
  let values: PackValues

  func has(_ key: String) -> Bool { values[key] != nil }
  func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func required(_ key: String) -> Node? {
    if let value = values[key] { return value }
    reader.mistake(
      node, path(key), .missingKey, "缺少 \(key)。", "\(key) is missing.", "补上 \(key)。", "Add \(key).")
    return nil
  }

  func text(_ key: String) -> String { required(key).map { reader.string($0, path(key)) } ?? "" }
  /// A section or article: required, but in a filled template, where the pack's own place is put in afterwards.
  func citation(_ key: String) -> String { reader.usedAt == nil ? text(key) : optionalText(key) ?? "" }
  func optionalText(_ key: String) -> String? { values[key].map { reader.string($0, path(key)) } }

  /// `[a-z0-9-]`, 1 to 64 characters; field ids may have capitals.
  func id(_ key: String) -> String {
    let text = text(key)
    if !text.isEmpty, !Self.isID(text) {
      reader.mistake(
        values[key], path(key), .badValue, "“\(text)”不能作标识。", "“\(text)” is no id.", "用 1 至 64 位字母、数字、“-”。", "1 to 64 letters, digits, “-”.")
    }
    return text
  }

  static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
      }
  }

  func name(_ key: String) -> Bilingual {
    guard let map = reader.map(required(key), path(key), keys: ["zh", "en"]) else { return Bilingual(zh: "", en: "") }
    return Bilingual(zh: map.text("zh"), en: map.text("en"))
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int {
    guard let node = required(key) else { return range.lowerBound }
    guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
      reader.mistake(
        node, path(key), .badValue, "\(key) 应为 \(range.lowerBound) 至 \(range.upperBound) 的整数。",
        "\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound).", "更正数值。", "Correct the number.")
      return range.lowerBound
    }
    return value
  }

  func flag(_ key: String, default standard: Bool) -> Bool {
    guard let node = values[key] else { return standard }
    switch node.scalar?.string {
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
    guard let node = values[key] ?? (standard == nil ? required(key) : nil) else { return standard }
    if let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) { return value }
    let known = Value.allCases.map(\.rawValue)
    reader.mistake(
      node, path(key), .badValue, "\(key) 的值不在可选范围。", "\(key) has no such value.",
      "可选：\(known.joined(separator: "、"))。", "One of: \(known.joined(separator: ", ")).")
    return standard
  }

  func date(_ key: String) -> CivilDate? {
    guard let node = required(key) else { return nil }
    if let date = node.scalar.flatMap({ CivilDate($0.string) }) { return date }
    reader.mistake(node, path(key), .badValue, "\(key) 应为日期 YYYY-MM-DD。", "\(key) must be a date YYYY-MM-DD.", "更正。", "Correct it.")
    return nil
  }

  func list(_ key: String) -> [(Node, String)] { reader.list(values[key], path(key)) }

  /// The list's elements that can be read.
  func elements<Element>(_ key: String, _ read: (Node, String) -> Element?) -> [Element] {
    list(key).compactMap { node, path in
      guard let element = read(node, path) else { return nil }
      reader.keep(node, path, of: self.path(key))
      return element
    }
  }

  func texts(_ key: String) -> [String] { list(key).map { reader.string($0.0, $0.1) } }
}
