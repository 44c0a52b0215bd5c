public import Casework

/// One mistake in a pack: where, what, and how to mend it.
public struct PackMistake: Sendable, Hashable, Codable {
  /// From 1.
  public var line: Int
  /// For example `workflows[0].acts[3].to`.
  public var path: String
  /// Kind of the mistake, stable.
  public var kind: Kind
  public var message: Bilingual
  public var remedy: Bilingual

  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case syntax
    case tooLarge = "too-large"
    case tooDeep = "too-deep"
    case alias
    case missingKey = "missing-key"
    case unknownKey = "unknown-key"
    case wrongType = "wrong-type"
    case badValue = "bad-value"
    case repeated
    case unknownReference = "unknown-reference"
    case unreachable
    case noExit = "no-exit"
  }

  public init(line: Int, path: String, kind: Kind, message: Bilingual, remedy: Bilingual) {
    self.line = line
    self.path = path
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}

/// Every mistake found in one run.
public struct PackError: Error, Sendable, Hashable {
  public var mistakes: [PackMistake]

  public init(mistakes: [PackMistake]) { self.mistakes = mistakes }
}

/// Limits on a pack's text, so that a hostile one is refused before it costs anything.
public enum PackLimits {
  /// The largest bundled pack has 205 KiB.
  public static let textBytesMax = 1024 * 1024
  /// A pack nests seven deep: workflow, act, form, field, choice, name.
  public static let depthMax = 16
  /// The widest mapping of the format has some thirty keys; keys are looked up one by one.
  public static let keysMax = 200
  /// The largest bundled pack has some 15,000 nodes besides its table of lines.
  public static let nodesMax = 200_000
  /// Bytes that part nodes. All shipped templates and the largest bundled pack together have 29,000; more would take
  /// the YAML parser a hundred MiB before `nodesMax` is asked.
  public static let partsMax = 100_000
  public static let mistakesMax = 500
  /// Longer than any count in the documents; see also `DeadlineRule.countMax`.
  public static let numberMax = 10_000
}
