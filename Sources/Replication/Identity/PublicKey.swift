/// A public key with its suite.
public struct PublicKey: Sendable, Hashable {
  /// The longest of the suites' keys: SM2's.
  public static let bytesMax = 65

  public let suite: SuiteID
  /// Ed25519: 32 bytes (RFC 8032). SM2: 65 bytes, uncompressed point.
  public let bytes: [UInt8]

  public init(suite: SuiteID, bytes: [UInt8]) {
    self.suite = suite
    self.bytes = bytes
  }

  /// The key's name everywhere: a hash under its own suite, domain-separated, so that no other
  /// hashed thing can pose as a key.
  public func fingerprint(using suite: any SignatureSuite) -> KeyFingerprint {
    KeyFingerprint(suite.hash(Domain.key.prefix + [self.suite.rawValue] + bytes))
  }
}

/// The name of a public key: what a stream's author is called.
public struct KeyFingerprint: Sendable, Hashable, Comparable {
  public let digest: Digest
  public init(_ digest: Digest) { self.digest = digest }
  public var bytes: [UInt8] { digest.bytes }
  public static func < (lhs: KeyFingerprint, rhs: KeyFingerprint) -> Bool { lhs.digest < rhs.digest }
}

/// Prefixes that keep one kind of hashed or signed bytes from being taken for another.
public enum Domain: String, Sendable {
  case key = "docket/key/1"
  case entry = "docket/entry/1"
  case payload = "docket/payload/1"
  case bundle = "docket/bundle/1"
  case frontier = "docket/frontier/1"
  case frontierKey = "docket/frontier-key/1"
  case frontierNode = "docket/frontier-node/1"
  case enrolment = "docket/enrolment/1"
  case caseID = "docket/record/1"
  case transport = "docket/transport/1"
  case blobChunk = "docket/blob-chunk/1"
  case blob = "docket/blob/1"

  /// The name's UTF-8 bytes and one zero byte.
  public var prefix: [UInt8] { Array(rawValue.utf8) + [0] }

  /// The prefix with what is hashed behind it, put together once.
  func prefixed(_ first: [UInt8], _ second: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rawValue.utf8.count + 1 + first.count + second.count)
    bytes.append(contentsOf: rawValue.utf8)
    bytes.append(0)
    bytes.append(contentsOf: first)
    bytes.append(contentsOf: second)
    return bytes
  }
}
