import Crypto
import Replication
import SignatureSuites

/// A real Ed25519 key made from the seed. Its signatures are a function of key and message (RFC 8032), so a run's
/// bytes are the same each time.
struct SeededSigner: Signer {
  let publicKey: PublicKey
  private let secret: Curve25519.Signing.PrivateKey

  init(random: inout SeededRandom) throws {
    secret = try Curve25519.Signing.PrivateKey(rawRepresentation: random.bytes(32))
    publicKey = PublicKey(suite: .ed25519, bytes: Array(secret.publicKey.rawRepresentation))
  }

  var fingerprint: KeyFingerprint { publicKey.fingerprint(using: Ed25519Suite()) }

  func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try secret.signature(for: message)) }
}
