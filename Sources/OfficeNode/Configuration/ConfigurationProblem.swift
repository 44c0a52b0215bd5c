public import Casebook
import Casework

/// Why a configuration is not taken: it names the key, where it was written, and what to write instead.
public struct ConfigurationProblem: Error, Sendable, Hashable {
  /// What is wrong with one value.
  enum Fault: Sendable, Hashable {
    /// Not of the key's kind.
    case notRead
    case outOfRange
    case notLoopback
    /// The port that this key says.
    case samePort(ConfigurationKey)
    /// Greater than what this key says.
    case above(ConfigurationKey, String)
  }

  enum Reason: Sendable, Hashable {
    case value(ConfigurationKey, NodeConfiguration.Setting, Fault)
    /// Of the file: what was written, and the known name that is most like it.
    case unknownKey(String, path: String, nearest: String)
    /// Of the file: a value of the wrong JSON type.
    case wrongType(ConfigurationKey, path: String)
    /// Not there, not to be read, too large, or not JSON.
    case file(path: String, Bilingual)
  }

  let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// For programs; `Protocol/configuration.md` lists them.
  public var code: String {
    switch reason {
    case .value(_, _, .notRead), .wrongType: "configuration-value"
    case .value(_, _, .outOfRange), .value(_, _, .above), .value(_, _, .samePort): "configuration-range"
    case .value(_, _, .notLoopback): "configuration-loopback"
    case .unknownKey: "configuration-key"
    case .file: "configuration-file"
    }
  }

  public var failure: DeskFailure {
    let kind: DeskFailure.Kind
    if case .value(_, let setting, _) = reason, case .flag = setting.source { kind = .usage } else { kind = .badInput }
    return DeskFailure(kind: kind, code: code, message: message, remedy: remedy)
  }

  private var message: Bilingual {
    switch reason {
    case .value(let key, let setting, let fault):
      let (zh, en) = (setting.source.words.zh, setting.source.words.en)
      let text = Self.shown(setting.text)
      switch fault {
      case .notRead:
        return Bilingual(
          zh: "配置项 \(key.rawValue) 的值“\(text)”无法识别（\(zh)）。", en: "\(key.rawValue): cannot read “\(text)” (\(en)).")
      case .outOfRange:
        return Bilingual(
          zh: "配置项 \(key.rawValue) 的值“\(text)”超出范围（\(zh)）。", en: "\(key.rawValue): “\(text)” is out of range (\(en)).")
      case .notLoopback:
        return Bilingual(
          zh: "配置项 \(key.rawValue) 的地址“\(text)”不是本机地址（\(zh)）；指标不对外提供。",
          en: "\(key.rawValue): “\(text)” is not this machine's own address (\(en)); metrics are not offered to others."
        )
      case .samePort(let other):
        return Bilingual(
          zh: "配置项 \(key.rawValue)（\(text)，\(zh)）与 \(other.rawValue) 的端口相同。",
          en: "\(key.rawValue) (\(text), \(en)) has the same port as \(other.rawValue).")
      case .above(let other, let limit):
        return Bilingual(
          zh: "配置项 \(key.rawValue)（\(text)，\(zh)）大于 \(other.rawValue)（\(limit)）。",
          en: "\(key.rawValue) (\(text), \(en)) is greater than \(other.rawValue) (\(limit)).")
      }
    case .unknownKey(let name, let path, _):
      return Bilingual(
        zh: "配置文件 \(path) 中没有“\(Self.shown(name))”这一项。", en: "\(path): there is no key “\(Self.shown(name))”.")
    case .wrongType(let key, let path):
      return Bilingual(
        zh: "配置文件 \(path) 中 \(key.rawValue) 的类型不对。", en: "\(path): \(key.rawValue) has the wrong type.")
    case .file(let path, let words):
      return Bilingual(zh: "配置文件 \(path)：\(words.zh)", en: "\(path): \(words.en)")
    }
  }

  private var remedy: Bilingual {
    switch reason {
    case .value(let key, _, .above(let other, _)):
      return Bilingual(
        zh: "请调小 \(key.rawValue) 或调大 \(other.rawValue)。", en: "Lower \(key.rawValue) or raise \(other.rawValue).")
    case .value(let key, _, .samePort(let other)):
      return Bilingual(
        zh: "请为 \(key.rawValue) 或 \(other.rawValue) 另选端口。",
        en: "Choose another port for \(key.rawValue) or \(other.rawValue).")
    case .value(let key, _, _):
      return Bilingual(zh: "应为 \(key.range.zh)。", en: "Write \(key.range.en).")
    case .unknownKey(_, _, let nearest):
      return Bilingual(
        zh: "是否为“\(nearest)”？docket serve --print-config 列出全部配置项。",
        en: "Did you mean “\(nearest)”? docket serve --print-config lists all keys.")
    case .wrongType(let key, _):
      switch key.kind {
      case .seconds, .bytes: return Bilingual(zh: "应为整数，不加引号。", en: "Write a whole number, without quotes.")
      case .flag: return Bilingual(zh: "应为 true 或 false，不加引号。", en: "Write true or false, without quotes.")
      case .addresses: return Bilingual(zh: "应为字符串数组。", en: "Write an array of strings.")
      case .address, .loopback, .word, .path: return Bilingual(zh: "应为字符串，加引号。", en: "Write a string, in quotes.")
      }
    case .file:
      return Bilingual(
        zh: "请检查路径、权限和内容；格式见 Protocol/configuration.md。",
        en: "Check path, permissions and contents; the format is in Protocol/configuration.md.")
    }
  }

  /// What somebody wrote, short and of one line.
  private static func shown(_ text: String) -> String {
    let clean = String(text.prefix(80).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 })
    return text.count > 80 ? clean + "…" : clean
  }
}
