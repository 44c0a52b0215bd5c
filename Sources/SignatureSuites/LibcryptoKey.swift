import CLibcrypto
import Crypto

/// Owns one key of libcrypto and frees it with the last reference.
final class LibcryptoKey: Sendable {
  /// What `SoftwareSigner` can sign with.
  enum Kind { case ed25519, sm2 }

  static let sm2PointBytes = 65
  static let ed25519Bytes = 32
  /// Leads an uncompressed point (SEC 1 section 2.3.3).
  private static let uncompressed: UInt8 = 4

  // Unsafe only to the compiler: the key is not changed after `init`, and libcrypto lets several threads read
  // one (openssl-threads(7)).
  private nonisolated(unsafe) let pointer: OpaquePointer

  /// Takes `pointer` over.
  private init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }

  /// The key outlives `body`, not the other way round: the pointer must not leave it.
  func withPointer<Value>(_ body: (OpaquePointer) throws -> Value) rethrows -> Value {
    try withExtendedLifetime(self) { try body(pointer) }
  }

  // MARK: - Making

  /// - Returns: `nil` unless the bytes are an uncompressed point of the curve. The hybrid form (6 or 7),
  ///   which libcrypto would take, would give one key two names.
  convenience init?(sm2PublicKey bytes: [UInt8]) {
    guard bytes.count == Self.sm2PointBytes, bytes[0] == Self.uncompressed,
      let pointer = docket_sm2_public_key(bytes, bytes.count)
    else {
      ERR_clear_error()
      return nil
    }
    self.init(owning: pointer)
  }

  /// - Returns: `nil` unless there are 32 bytes.
  convenience init?(rawEd25519 raw: [UInt8]) {
    guard raw.count == Self.ed25519Bytes,
      let pointer = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, raw, raw.count)
    else { return nil }
    self.init(owning: pointer)
  }

  /// A key of PKCS#8 (RFC 5958).
  /// - Parameter info: a `PKCS8_PRIV_KEY_INFO`, still the caller's to free.
  convenience init?(pkcs8 info: OpaquePointer) {
    guard let pointer = EVP_PKCS82PKEY(info) else { return nil }
    self.init(owning: pointer)
  }

  /// A fresh SM2 key pair; `nil` when libcrypto gives none.
  static func generateSM2() -> LibcryptoKey? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "SM2", nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var pointer: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_generate(context, &pointer) == 1, let pointer else {
      return nil
    }
    return LibcryptoKey(owning: pointer)
  }

  // MARK: - Reading

  /// `nil` for a key of another algorithm or curve.
  var kind: Kind? {
    withPointer { key in
      if EVP_PKEY_is_a(key, "ED25519") == 1 { return .ed25519 }
      if EVP_PKEY_is_a(key, "SM2") == 1 { return .sm2 }
      return nil
    }
  }

  /// Whether range, curve and the pair of numbers fit together.
  var isConsistent: Bool {
    withPointer { key in
      guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
      defer { EVP_PKEY_CTX_free(context) }
      return EVP_PKEY_check(context) == 1
    }
  }

  /// The 65 bytes of an SM2 key's point, uncompressed.
  var sm2PublicBytes: [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Self.sm2PointBytes)
    var length = 0
    let isDone = withPointer {
      EVP_PKEY_get_octet_string_param($0, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &length) == 1
    }
    return isDone && length == bytes.count && bytes[0] == Self.uncompressed ? bytes : nil
  }

  /// The key for swift-crypto.
  var ed25519: Curve25519.Signing.PrivateKey? {
    var raw = [UInt8](repeating: 0, count: Self.ed25519Bytes)
    defer { wipe(&raw) }
    var length = raw.count
    let isDone = withPointer { EVP_PKEY_get_raw_private_key($0, &raw, &length) == 1 }
    guard isDone, length == raw.count else { return nil }
    return try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
  }
}

/// Overwrites secret bytes in a way that the optimiser does not drop.
func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}
