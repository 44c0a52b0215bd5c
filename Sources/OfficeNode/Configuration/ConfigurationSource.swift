public import Casework

/// Where a value came from, the strongest first.
public enum ConfigurationSource: Sendable, Hashable {
  /// The flag's name.
  case flag(String)
  /// The variable's name.
  case environment(String)
  /// The file's path.
  case file(String)
  /// The built-in default.
  case standard

  /// For programs: `flag`, `environment`, `file`, `default`.
  public var name: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "file"
    case .standard: "default"
    }
  }

  /// Which flag, variable or file.
  public var place: String? {
    switch self {
    case .flag(let name), .environment(let name): name
    case .file(let path): path
    case .standard: nil
    }
  }

  public var words: Bilingual {
    switch self {
    case .flag(let name): Bilingual(zh: "参数 \(name)", en: "flag \(name)")
    case .environment(let name): Bilingual(zh: "环境变量 \(name)", en: "environment variable \(name)")
    case .file(let path): Bilingual(zh: "文件 \(path)", en: "file \(path)")
    case .standard: Bilingual(zh: "内置", en: "built in")
    }
  }
}
