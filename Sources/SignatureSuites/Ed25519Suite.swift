import Crypto
public import Replication

/// Suite 1: Ed25519 (RFC 8032) and SHA-256.
public struct Ed25519Suite: SignatureSuite {
  public let id = SuiteID.ed25519

  public init() {}

  public func hash(_ message: [UInt8]) -> Replication.Digest {
    // A SHA-256 digest has 32 bytes.
    Replication.Digest(SHA256.hash(data: message)) ?? .zero
  }

  public func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

extension SuiteSet {
  /// Every suite of this build.
  public static let standard = SuiteSet([Ed25519Suite(), SM2Suite()])
}

/// HMAC with SHA-256 (RFC 2104).
public func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
  Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
}

/// Compares without telling by its time where the first difference is.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}

/// Unpredictable bytes from the operating system.
public func randomBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
