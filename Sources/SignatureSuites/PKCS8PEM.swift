import CLibcrypto

/// A private key as PEM text of PKCS#8 (RFC 7468 sections 10 and 11): plain, or under a passphrase by PBES2
/// (RFC 8018) with PBKDF2, HMAC-SHA-256 and AES-256-CBC.
///
/// The steps are libcrypto's single ones, not its `PEM_read_bio_PrivateKey`: that one asks at the terminal
/// when it lacks a passphrase, and does not tell a wrong passphrase from a damaged file.
enum PKCS8PEM {
  /// OWASP's Password Storage Cheat Sheet names 600,000 for PBKDF2 with HMAC-SHA-256; libcrypto's own default
  /// is 2,048. A guess costs a fraction of a second, and so does each start of a node.
  private static let iterations: Int32 = 600_000
  /// RFC 8018 section 4.1 asks for at least 8.
  private static let saltBytes = 16
  /// PBES2 in libcrypto's words: no older scheme by number.
  private static let pbes2: Int32 = -1
  /// RFC 7468 section 11.
  static let protectedLabel = "ENCRYPTED PRIVATE KEY"
  /// A key's PEM is under 600 bytes; more is not one.
  static let bytesMax = 16 * 1024

  /// - Throws: `KeyError`: `.passphraseEmpty`, `.unsupported`.
  static func encode(_ key: LibcryptoKey, passphrase: [UInt8]?, path: String) throws -> [UInt8] {
    guard let info = key.withPointer({ EVP_PKEY2PKCS8($0) }), let memory = BIO_new(BIO_s_mem()) else {
      throw KeyError(.unsupported, path: path)
    }
    defer {
      PKCS8_PRIV_KEY_INFO_free(info)
      BIO_free(memory)
    }
    let isWritten: Bool
    if let passphrase {
      if passphrase.isEmpty { throw KeyError(.passphraseEmpty, path: path) }
      var salt = randomBytes(saltBytes)
      let sealed = withCharacters(passphrase) {
        PKCS8_encrypt(pbes2, EVP_aes_256_cbc(), $0, $1, &salt, Int32(salt.count), iterations, info)
      }
      defer { X509_SIG_free(sealed) }
      isWritten = sealed != nil && PEM_write_bio_PKCS8(memory, sealed) == 1
    } else {
      isWritten = PEM_write_bio_PKCS8_PRIV_KEY_INFO(memory, info) == 1
    }
    var pem = [UInt8](repeating: 0, count: bytesMax)
    defer { wipe(&pem) }
    let length = BIO_read(memory, &pem, Int32(pem.count))
    guard isWritten, length > 0 else { throw KeyError(.unsupported, path: path) }
    return Array(pem.prefix(Int(length)))
  }

  /// - Throws: `KeyError`: `.damaged`, `.passphrase`, `.kind`.
  static func decode(_ pem: [UInt8], passphrase: [UInt8]?, path: String) throws -> LibcryptoKey {
    // What failed is in the error thrown; the thread's queue must not keep it for the next caller.
    defer { ERR_clear_error() }
    guard let memory = BIO_new_mem_buf(pem, Int32(pem.count)) else {
      throw KeyError(.unsupported, path: path)
    }
    defer { BIO_free(memory) }
    var label: UnsafeMutablePointer<CChar>?
    var header: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutablePointer<UInt8>?
    var length = 0
    guard PEM_read_bio(memory, &label, &header, &data, &length) == 1, let label, let data else {
      throw KeyError(.damaged, path: path)
    }
    defer {
      CRYPTO_free(label, nil, 0)
      CRYPTO_free(header, nil, 0)
      CRYPTO_clear_free(data, length, nil, 0)
    }
    let der = UnsafeBufferPointer(start: data, count: length)
    let info =
      switch String(cString: label) {
      case "PRIVATE KEY": parse(der, d2i_PKCS8_PRIV_KEY_INFO, free: PKCS8_PRIV_KEY_INFO_free)
      case protectedLabel: try open(der, passphrase: passphrase, path: path)
      default: throw KeyError(.kind, path: path)
      }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    guard let info, let key = LibcryptoKey(pkcs8: info) else { throw KeyError(.damaged, path: path) }
    return key
  }

  /// The cipher has no check value of its own, so damaged cipher text looks like a wrong passphrase; all other
  /// damage can be told from it, and is.
  private static func open(
    _ der: UnsafeBufferPointer<UInt8>, passphrase: [UInt8]?, path: String
  ) throws -> OpaquePointer {
    guard let sealed = parse(der, d2i_X509_SIG, free: X509_SIG_free) else { throw KeyError(.damaged, path: path) }
    defer { X509_SIG_free(sealed) }
    guard let info = withCharacters(passphrase ?? [], { PKCS8_decrypt(sealed, $0, $1) }) else {
      throw KeyError(.passphrase, path: path)
    }
    return info
  }

  /// - Returns: `nil` unless `parser` takes every byte.
  private static func parse(
    _ der: UnsafeBufferPointer<UInt8>,
    _ parser: (UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int)
      -> OpaquePointer?,
    free: (OpaquePointer?) -> Void
  ) -> OpaquePointer? {
    var position = der.baseAddress
    let parsed = parser(nil, &position, der.count)
    if position == der.baseAddress.map({ $0 + der.count }) { return parsed }
    free(parsed)
    return nil
  }

  /// libcrypto takes passphrases as C characters with their number.
  private static func withCharacters<Value>(
    _ bytes: [UInt8], _ body: (UnsafePointer<CChar>?, Int32) -> Value
  ) -> Value {
    bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress, Int32($0.count)) }
    }
  }
}
