import CLibcrypto
import Crypto
public import Replication

/// A private key held in this process. Its secret shows in no description.
public struct SoftwareSigner: Signer, CustomStringConvertible, CustomReflectable {
  private enum Secret: Sendable {
    case ed25519([UInt8])
    /// PKCS#8, DER.
    case sm2([UInt8])
  }

  public let publicKey: PublicKey
  private let secret: Secret

  public var description: String { "SoftwareSigner(\(publicKey.suite))" }
  public var customMirror: Mirror { Mirror(self, children: ["suite": publicKey.suite]) }

  /// The raw private key (RFC 8032), for a TLS certificate; `nil` for SM2.
  public var rawEd25519: [UInt8]? { if case .ed25519(let raw) = secret { raw } else { nil } }

  /// A fresh key.
  /// - Throws: `KeyError` when libcrypto gives none.
  public static func generate(suite: SuiteID) throws -> SoftwareSigner {
    switch suite {
    case .ed25519: return try SoftwareSigner(rawEd25519: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    case .sm2:
      guard let context = EVP_PKEY_CTX_new_from_name(nil, "SM2", nil) else { throw KeyError(.unsupported) }
      defer { EVP_PKEY_CTX_free(context) }
      var key: OpaquePointer?
      guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_generate(context, &key) == 1, let key else {
        throw KeyError(.unsupported)
      }
      defer { EVP_PKEY_free(key) }
      return try SoftwareSigner(libcryptoKey: key)
    }
  }

  init(rawEd25519 raw: [UInt8]) throws {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw) else { throw KeyError(.damaged) }
    self.init(publicKey: PublicKey(suite: .ed25519, bytes: Array(key.publicKey.rawRepresentation)), secret: .ed25519(raw))
  }

  private init(publicKey: PublicKey, secret: Secret) {
    self.publicKey = publicKey
    self.secret = secret
  }

  /// Takes a key as libcrypto read it; the caller still frees it.
  init(libcryptoKey key: OpaquePointer) throws {
    if EVP_PKEY_is_a(key, "ED25519") == 1 {
      var raw = [UInt8](repeating: 0, count: 32)
      var length = raw.count
      guard EVP_PKEY_get_raw_private_key(key, &raw, &length) == 1, length == 32 else { throw KeyError(.damaged) }
      try self.init(rawEd25519: raw)
    } else {
      guard EVP_PKEY_is_a(key, "SM2") == 1, let point = SM2Key.publicBytes(key) else { throw KeyError(.unsupported) }
      var der: UnsafeMutablePointer<UInt8>?
      let length = i2d_PrivateKey(key, &der)
      guard length > 0, let der else { throw KeyError(.damaged) }
      defer { CRYPTO_free(der, nil, 0) }
      let bytes = Array(UnsafeBufferPointer(start: der, count: Int(length)))
      self.init(publicKey: PublicKey(suite: .sm2, bytes: point), secret: .sm2(bytes))
    }
  }

  public func sign(_ message: [UInt8]) throws -> [UInt8] {
    switch secret {
    case .ed25519(let raw):
      return Array(try Curve25519.Signing.PrivateKey(rawRepresentation: raw).signature(for: message))
    case .sm2:
      let key = try libcryptoKey()
      defer { EVP_PKEY_free(key) }
      var der = [UInt8](repeating: 0, count: 80)
      var length = der.count
      let isDone = SM2Key.withDigestContext {
        EVP_DigestSignInit($0, $1, EVP_sm3(), nil, key)
      } _: { context in
        EVP_DigestSign(context, &der, &length, message, message.count) == 1
      }
      guard isDone, let raw = DERSignature.decode(Array(der.prefix(length))) else { throw KeyError(.unsupported) }
      return raw
    }
  }

  /// The key for libcrypto; the caller frees it.
  func libcryptoKey() throws -> OpaquePointer {
    let key: OpaquePointer?
    switch secret {
    case .ed25519(let raw): key = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, raw, raw.count)
    case .sm2(let der):
      key = der.withUnsafeBufferPointer { buffer in
        var start = buffer.baseAddress
        return d2i_AutoPrivateKey(nil, &start, buffer.count)
      }
    }
    guard let key else { throw KeyError(.damaged) }
    return key
  }
}
