import Crypto
import Replication
import SignatureSuites

/// A real key made from the seed. Its signatures are a function of key and message, so a run's bytes are the same each
/// time.
struct SeededSigner: Signer {
  private enum Secret: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case sm2(SeededSM2Key)
  }

  let publicKey: PublicKey
  let fingerprint: KeyFingerprint
  private let secret: Secret

  init(_ suite: SuiteID, random: inout SeededRandom) throws {
    let raw = random.bytes(32)
    switch suite {
    case .ed25519:
      let key = try Curve25519.Signing.PrivateKey(rawRepresentation: raw)
      publicKey = PublicKey(suite: suite, bytes: Array(key.publicKey.rawRepresentation))
      fingerprint = publicKey.fingerprint(using: Ed25519Suite())
      secret = .ed25519(key)
    case .sm2:
      guard let key = SeededSM2Key(raw) else { throw SimulationFailure("libcrypto has no SM2") }
      publicKey = PublicKey(suite: suite, bytes: key.publicBytes)
      fingerprint = publicKey.fingerprint(using: SM2Suite())
      secret = .sm2(key)
    }
  }

  func sign(_ message: [UInt8]) throws -> [UInt8] {
    switch secret {
    // RFC 8032: no number is drawn.
    case .ed25519(let key): return Array(try key.signature(for: message))
    case .sm2(let key):
      guard let signature = key.sign(message) else { throw SimulationFailure("SM2 signature") }
      return signature
    }
  }
}
