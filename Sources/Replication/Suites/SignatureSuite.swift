/// Hashing and verification of one suite. Implemented outside (module SignatureSuites), so that this module
/// needs neither a cryptography library nor Foundation.
public protocol SignatureSuite: Sendable {
  var id: SuiteID { get }

  /// The suite's 32-byte hash of `message`.
  func hash(_ message: [UInt8]) -> Digest

  /// Whether `signature` is one of `message` under `publicKey` (suite's own encoding: Ed25519 32 bytes;
  /// SM2 65 bytes, uncompressed point). A malformed key or signature is simply not valid.
  func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool
}

/// A private key able to sign; lives outside the pure modules.
public protocol Signer: Sendable {
  var publicKey: PublicKey { get }

  /// - Throws: whatever the key's keeper throws; nothing is signed then.
  func sign(_ message: [UInt8]) throws -> [UInt8]
}

/// The suites this build can verify.
public struct SuiteSet: Sendable {
  private let suites: [SuiteID: any SignatureSuite]

  public init(_ suites: [any SignatureSuite]) {
    self.suites = Dictionary(suites.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The suite, or `nil` when this build does not carry it: entries of that suite are then kept, not verified.
  public subscript(id: SuiteID) -> (any SignatureSuite)? { suites[id] }
}
