import Crypto
public import Replication

/// Suite 1: Ed25519 (RFC 8032) and SHA-256 (FIPS 180-4), by swift-crypto.
public struct Ed25519Suite: SignatureSuite {
  public let id = SuiteID.ed25519

  public init() {}

  public func hash(_ message: [UInt8]) -> Replication.Digest {
    let digest = SHA256.hash(data: message).withUnsafeBytes { Replication.Digest([UInt8]($0)) }
    // invariant: SHA-256 gives 32 bytes, as many as `Digest` holds; anything else would be a false hash.
    guard let digest else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }

  public func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}
