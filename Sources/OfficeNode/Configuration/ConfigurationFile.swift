import Casework
import Foundation

/// The configuration file: one JSON object of groups. A key that nobody knows is a mistake, not a remark: it would be a
/// setting that somebody relies on and that does nothing.
enum ConfigurationFile {
  /// - Returns: the values as they would be written in a variable.
  /// - Throws: `ConfigurationProblem`.
  static func read(_ path: String) throws(ConfigurationProblem) -> [ConfigurationKey: String] {
    func refused(_ zh: String, _ en: String) -> ConfigurationProblem {
      ConfigurationProblem(.file(path: path, Bilingual(zh: zh, en: en)))
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw refused("无法打开。", "it cannot be opened.")
    }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: ConfigurationLimits.fileBytesMax + 1) else {
      throw refused("无法读取。", "it cannot be read.")
    }
    guard data.count <= ConfigurationLimits.fileBytesMax else {
      throw refused("超过 64 KiB，不是配置文件。", "it has more than 64 KiB and is no configuration.")
    }
    guard let tree = try? JSONDecoder().decode(JSONTree.self, from: data), case .object(let members) = tree else {
      throw refused("不是一个 JSON 对象。", "it is not one JSON object.")
    }
    var values: [ConfigurationKey: String] = [:]
    try collect(members, within: "", path: path, into: &values)
    return values
  }

  private static func collect(
    _ members: [String: JSONTree], within group: String, path: String, into values: inout [ConfigurationKey: String]
  ) throws(ConfigurationProblem) {
    for (name, tree) in members.sorted(by: { $0.key < $1.key }) {
      let full = group + name
      // A name with a point in it could say twice what its group says, and one of them would be silent.
      if !name.contains("."), let key = ConfigurationKey(rawValue: full) {
        guard let text = text(tree, of: key) else { throw ConfigurationProblem(.wrongType(key, path: path)) }
        values[key] = text
      } else if group.isEmpty, case .object(let inner) = tree,
        ConfigurationKey.allCases.contains(where: { $0.rawValue.hasPrefix(full + ".") })
      {
        try collect(inner, within: full + ".", path: path, into: &values)
      } else {
        // The name of a group with a value behind it meant one of the group.
        let names = ConfigurationKey.allCases.map(\.rawValue)
        let nearest = names.first { $0.hasPrefix(full + ".") } ?? NearestName.of(full, among: names) ?? ""
        throw ConfigurationProblem(.unknownKey(full, path: path, nearest: nearest))
      }
    }
  }

  /// - Returns: `nil` for a value of another JSON type than the key's.
  private static func text(_ tree: JSONTree, of key: ConfigurationKey) -> String? {
    switch (key.kind, tree) {
    case (.address, .string(let text)), (.loopback, .string(let text)), (.word, .string(let text)),
      (.path, .string(let text)):
      text
    case (.seconds, .number(let number)), (.bytes, .number(let number)): "\(number)"
    case (.flag, .flag(let flag)): flag ? "true" : "false"
    case (.addresses, .array(let trees)):
      trees.reduce(Optional([String]())) { texts, tree in
        guard let texts, case .string(let text) = tree, !text.contains(",") else { return nil }
        return texts + [text]
      }?.joined(separator: ",")
    default: nil
    }
  }
}

/// Any JSON, with whole numbers kept apart from fractions, and both from `true`.
private enum JSONTree: Decodable {
  case object([String: JSONTree])
  case array([JSONTree])
  case string(String)
  case number(Int)
  case flag(Bool)
  /// A fraction, or null: no key has such a value.
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let trees = try? container.decode([JSONTree].self) {
      self = .array(trees)
    } else if let members = try? container.decode([String: JSONTree].self) {
      self = .object(members)
    } else {
      self = .other
    }
  }
}
