/// Who may read a stream besides its author (DESIGN section 5). Visibility is decided by which streams a node may
/// hold, never by filtering rows inside one.
public enum Audience: Sendable, Hashable {
  /// The author alone: sealed fields.
  case own
  /// The author's ancestors.
  case up
  /// The author's ancestors and descendants.
  case down
  /// The author's ancestors, the office, and those between author and office.
  case office(OfficeCode)
  /// As `office`, and the office's descendants.
  case subtree(OfficeCode)

  /// The office that a stream names.
  public var target: OfficeCode? {
    switch self {
    case .own, .up, .down: nil
    case .office(let code), .subtree(let code): code
    }
  }

  /// For putting audiences into one order everywhere.
  public var order: String {
    switch self {
    case .own: "0"
    case .up: "1"
    case .down: "2"
    case .office(let code): "3\(code.text)"
    case .subtree(let code): "4\(code.text)"
    }
  }
}

/// A stream: one author's chain for one audience in one incarnation.
public struct StreamID: Sendable, Hashable, Comparable {
  public let author: KeyFingerprint
  /// Begins at 1; a node that finds an older database under it goes on in the next one.
  public let incarnation: UInt64
  public let audience: Audience

  public init(author: KeyFingerprint, incarnation: UInt64, audience: Audience) {
    self.author = author
    self.incarnation = incarnation
    self.audience = audience
  }

  /// Deterministic CBOR: `[author, incarnation, kind]` or `[author, incarnation, kind, office]`.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    write(to: &writer)
    return writer.bytes
  }

  public func write(to writer: inout CBORWriter) {
    let (kind, office): (UInt64, OfficeCode?) =
      switch audience {
      case .own: (0, nil)
      case .up: (1, nil)
      case .down: (2, nil)
      case .office(let code): (3, code)
      case .subtree(let code): (4, code)
      }
    writer.arrayHead(office == nil ? 3 : 4)
    writer.byteString(author.bytes)
    writer.unsigned(incarnation)
    writer.unsigned(kind)
    if let office { writer.text(office.text) }
  }

  public init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    let count = try reader.arrayHead(atMost: 4)
    author = KeyFingerprint(try reader.digest())
    incarnation = try reader.unsigned()
    switch (count, try reader.unsigned()) {
    case (3, 0): audience = .own
    case (3, 1): audience = .up
    case (3, 2): audience = .down
    case (4, 3): audience = .office(try Self.office(&reader))
    case (4, 4): audience = .subtree(try Self.office(&reader))
    default: throw .outOfRange
    }
  }

  private static func office(_ reader: inout CBORReader) throws(CBORReader.Failure) -> OfficeCode {
    guard let code = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
    return code
  }

  public static func < (lhs: StreamID, rhs: StreamID) -> Bool {
    lhs.encoded.lexicographicallyPrecedes(rhs.encoded)
  }
}

/// How far a stream reaches: position and hash of its last entry. Equal positions with different hashes are a fork.
public struct StreamHead: Sendable, Hashable {
  public let stream: StreamID
  /// Sequence number of the last entry, from 1.
  public let seq: UInt64
  public let hash: Digest

  public init(stream: StreamID, seq: UInt64, hash: Digest) {
    self.stream = stream
    self.seq = seq
    self.hash = hash
  }
}

extension CBORReader {
  /// A position in a stream.
  mutating func position() throws(Failure) -> UInt64 {
    let seq = try unsigned()
    guard seq >= 1, seq <= LogLimits.seqMax else { throw .outOfRange }
    return seq
  }
}
