import Configuration
import Foundation
import Synchronization

/// A node's configuration and where each value came from: flags before environment before file before built-in defaults.
public struct ConfigurationReading: Sendable {
  public struct Line: Sendable, Hashable {
    public let key: ConfigurationKey
    /// `nil`: the office's own settings decide.
    public let text: String?
    public let source: ConfigurationSource
  }

  public let configuration: NodeConfiguration
  /// Every key, in their order.
  public let lines: [Line]
  /// The file that was read.
  public let file: String?
  /// Variables that are nearly the name of a known one, and that one: almost certainly a slip.
  public let likelySlips: [(variable: String, meant: String)]

  /// Names the file.
  public static let fileVariable = "DOCKET_CONFIG"
  /// More than two letters apart, it is another word.
  private static let slipDistance = 2

  /// - Parameters:
  ///   - file: named on the command line; else `DOCKET_CONFIG`; else `docket.json` in the home where there is one.
  ///   - flags: by key, as they were typed.
  /// - Throws: `ConfigurationProblem`.
  public init(
    home: Home, file: String?, flags: [ConfigurationKey: String], environment: [String: String]
  ) throws(ConfigurationProblem) {
    // An empty variable is one that was not set: environment files have no other way to say so.
    let environment = environment.filter { $0.key.hasPrefix("DOCKET_") && !$0.value.isEmpty }
    let path = file ?? environment[Self.fileVariable]
    let usual = FileManager.default.fileExists(atPath: home.configuration) ? home.configuration : nil
    let read = path ?? usual
    let values = if let read { try ConfigurationFile.read(read) } else { [ConfigurationKey: String]() }
    let standards: [ConfigurationKey: String] = ConfigurationKey.allCases.reduce(into: [:]) { $0[$1] = $1.standard }
    let layers = ConfigurationLayers(flags: flags, environment: environment, file: values, standards: standards)
    var settings: [ConfigurationKey: NodeConfiguration.Setting] = [:]
    var lines: [Line] = []
    for key in ConfigurationKey.allCases {
      let found = layers.value(of: key)
      let source: ConfigurationSource =
        switch found?.layer {
        case .flags: .flag(key.flag)
        case .environment: .environment(key.variable)
        case .file: .file(read ?? "")
        case .standards, nil: .standard
        }
      if let found { settings[key] = NodeConfiguration.Setting(found.text, source) }
      lines.append(Line(key: key, text: found?.text, source: source))
    }
    configuration = try NodeConfiguration(settings)
    self.lines = lines
    self.file = read
    let known = ConfigurationKey.allCases.map(\.variable) + [Self.fileVariable]
    likelySlips = environment.keys.sorted().compactMap { name in
      guard !known.contains(name), let meant = NearestName.of(name, among: known),
        NearestName.distance(name, meant) <= Self.slipDistance
      else { return nil }
      return (name, meant)
    }
  }
}

/// The four sources on top of each other, looked up by swift-configuration.
private struct ConfigurationLayers {
  /// Strongest first, as the providers stand.
  enum Layer: Int {
    case flags, environment, file, standards
  }

  private let reader: ConfigReader
  private let seen = AnswerReporter()

  init(
    flags: [ConfigurationKey: String], environment: [String: String], file: [ConfigurationKey: String],
    standards: [ConfigurationKey: String]
  ) {
    func provider(_ name: String, _ values: [ConfigurationKey: String]) -> InMemoryProvider {
      InMemoryProvider(
        name: name,
        values: Dictionary(
          uniqueKeysWithValues: values.map {
            (AbsoluteConfigKey($0.key.components), ConfigValue(.string($0.value), isSecret: false))
          }))
    }
    reader = ConfigReader(
      providers: [
        provider("flags", flags),
        EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "docket"),
        provider("file", file), provider("standards", standards),
      ],
      accessReporter: seen)
  }

  func value(of key: ConfigurationKey) -> (text: String, layer: Layer)? {
    guard let text = reader.string(forKey: ConfigKey(key.components)), let layer = Layer(rawValue: seen.answered) else {
      return nil
    }
    return (text, layer)
  }
}

/// Which of the providers answered last. They are asked in turn, and no further than the one that knows.
private final class AnswerReporter: AccessReporter {
  private let index = Mutex(-1)

  var answered: Int { index.withLock { $0 } }

  func report(_ event: AccessEvent) { index.withLock { $0 = event.providerResults.count - 1 } }
}
