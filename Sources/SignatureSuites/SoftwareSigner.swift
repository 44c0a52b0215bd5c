import Crypto
public import Replication

/// A private key held in this process. No description of it shows the secret.
public struct SoftwareSigner: Signer {
  private enum Secret: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case sm2(LibcryptoKey)
  }

  public let publicKey: PublicKey
  private let secret: Secret

  /// A fresh key.
  /// - Throws: `KeyError` with `.unsupported` when libcrypto gives none.
  public static func generate(suite: SuiteID) throws -> SoftwareSigner {
    switch suite {
    case .ed25519: return SoftwareSigner(Curve25519.Signing.PrivateKey())
    case .sm2:
      guard let key = LibcryptoKey.generateSM2(), let point = key.sm2PublicBytes else {
        throw KeyError(.unsupported)
      }
      return SoftwareSigner(publicKey: PublicKey(suite: .sm2, bytes: point), secret: .sm2(key))
    }
  }

  /// A key from outside.
  /// - Throws: `KeyError`: `.kind` for another algorithm, `.damaged` when its numbers do not fit together.
  init(_ key: LibcryptoKey, path: String) throws {
    switch key.kind {
    case .ed25519:
      guard let key = key.ed25519 else { throw KeyError(.damaged, path: path) }
      self.init(key)
    case .sm2:
      guard key.isConsistent, let point = key.sm2PublicBytes else { throw KeyError(.damaged, path: path) }
      self.init(publicKey: PublicKey(suite: .sm2, bytes: point), secret: .sm2(key))
    case nil: throw KeyError(.kind, path: path)
    }
  }

  private init(_ key: Curve25519.Signing.PrivateKey) {
    let bytes = Array(key.publicKey.rawRepresentation)
    self.init(publicKey: PublicKey(suite: .ed25519, bytes: bytes), secret: .ed25519(key))
  }

  private init(publicKey: PublicKey, secret: Secret) {
    self.publicKey = publicKey
    self.secret = secret
  }

  /// - Returns: 64 bytes in either suite: RFC 8032's encoding, or SM2's r and s.
  /// - Throws: `KeyError` with `.unsupported` when libcrypto cannot sign.
  public func sign(_ message: [UInt8]) throws -> [UInt8] {
    switch secret {
    case .ed25519(let key): return Array(try key.signature(for: message))
    case .sm2(let key):
      guard let signature = SM2Suite.sign(message, with: key) else { throw KeyError(.unsupported) }
      return signature
    }
  }

  /// The private key of an Ed25519 signer, 32 bytes (RFC 8032 section 5.1.5); `nil` for SM2.
  ///
  /// For one purpose: a node's transport key signs its own TLS certificate, and the TLS library wants the
  /// bytes. Not to be stored or shown; `KeyFile` writes keys.
  public var rawEd25519: [UInt8]? {
    guard case .ed25519(let key) = secret else { return nil }
    return Array(key.rawRepresentation)
  }

  /// The key in libcrypto's form.
  func libcryptoKey() throws -> LibcryptoKey {
    switch secret {
    case .ed25519(let key):
      var raw = Array(key.rawRepresentation)
      defer { wipe(&raw) }
      guard let key = LibcryptoKey(rawEd25519: raw) else { throw KeyError(.unsupported) }
      return key
    case .sm2(let key): return key
    }
  }
}

extension SoftwareSigner: CustomStringConvertible, CustomReflectable {
  public var description: String { "SoftwareSigner(\(publicKey.suite), private key withheld)" }

  /// `dump` and the debugger's view go by this, not by the stored properties.
  public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
