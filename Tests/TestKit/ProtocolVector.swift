import Foundation

/// A value of JSON, for vectors: whole numbers only.
public enum JSONValue: Sendable, Hashable, Codable {
  case null
  case flag(Bool)
  case number(Int64)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  public subscript(key: String) -> JSONValue? { if case .object(let members) = self { members[key] } else { nil } }
  public var text: String? { if case .text(let value) = self { value } else { nil } }
  public var number: Int64? { if case .number(let value) = self { value } else { nil } }
  public var list: [JSONValue]? { if case .list(let value) = self { value } else { nil } }
}

/// A file of `Protocol/vectors`: bytes, and what a reader must make of them.
public struct ProtocolVector: Sendable, Hashable, Codable {
  /// The file's name without its extension.
  public var name: String
  /// The page that decides.
  public var page: String
  /// What the bytes are read as.
  public var reads: String
  /// What a reader knows besides: keys, limits, the head of a stream.
  public var given: JSONValue?
  /// Hexadecimal.
  public var input: String
  public var expected: JSONValue?
  /// Name of the refusal, where the bytes must be refused.
  public var refused: String?
  /// Sequence number of the entry at fault, where there is one.
  public var at: Int64?

  public init(
    name: String, page: String, reads: String, given: JSONValue?, input: String, expected: JSONValue?,
    refused: String?, at: Int64?
  ) {
    self.name = name
    self.page = page
    self.reads = reads
    self.given = given
    self.input = input
    self.expected = expected
    self.refused = refused
    self.at = at
  }

  public static let folder = RepositoryRoot.path + "/Protocol/vectors"

  /// All vectors, by name.
  public static func all() throws -> [ProtocolVector] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted().map { file in
      let vector = try JSONDecoder().decode(
        ProtocolVector.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + file)))
      guard vector.name + ".json" == file else { throw CocoaError(.fileReadCorruptFile) }
      return vector
    }
  }

  public func write() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(0x0A)
    try FileManager.default.createDirectory(atPath: Self.folder, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: Self.folder + "/" + name + ".json"))
  }
}
