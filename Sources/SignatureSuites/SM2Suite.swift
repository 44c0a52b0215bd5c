import CLibcrypto
public import Replication

/// Suite 2: SM2 signatures (GB/T 32918) and SM3 (GB/T 32905), by the system's libcrypto.
public struct SM2Suite: SignatureSuite {
  /// GB/T 32918 leaves the signer's id to the application; this one is what others use and must be set explicitly.
  static let userID = Array("1234567812345678".utf8)
  /// r and s, 32 bytes each.
  static let signatureBytes = 64

  public let id = SuiteID.sm2

  public init() {}

  public func hash(_ message: [UInt8]) -> Digest {
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    var length: UInt32 = 0
    let isDone = EVP_Digest(message, message.count, &bytes, &length, EVP_sm3(), nil) == 1
    // invariant: libcrypto of Debian 12 carries SM3; without it no hash may be given at all.
    guard isDone, let digest = Digest(bytes) else { preconditionFailure("libcrypto has no SM3") }
    return digest
  }

  public func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard signature.count == Self.signatureBytes, let key = SM2Key.publicKey(publicKey),
      let der = DERSignature.encode(signature)
    else { return false }
    defer { EVP_PKEY_free(key) }
    return SM2Key.withDigestContext {
      EVP_DigestVerifyInit($0, $1, EVP_sm3(), nil, key)
    } _: { context in
      EVP_DigestVerify(context, der, der.count, message, message.count) == 1
    }
  }
}

/// SM2 keys of libcrypto.
enum SM2Key {
  /// - Returns: `nil` unless the bytes are a point of the curve; the caller frees it.
  static func publicKey(_ bytes: [UInt8]) -> OpaquePointer? {
    bytes.count == 65 ? docket_sm2_public_key(bytes, bytes.count) : nil
  }

  /// The 65 bytes of a key's point, uncompressed.
  static func publicBytes(_ key: OpaquePointer) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65)
    var length = 0
    guard
      EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, &bytes, bytes.count, &length) == 1
        || EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &length) == 1,
      length == 65, bytes[0] == 4
    else { return nil }
    return bytes
  }

  /// Runs `body` with a digest context that `start` has initialised and that has the signer's id set: it enters the
  /// hash before the message.
  static func withDigestContext(
    _ start: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32, _ body: (OpaquePointer) -> Bool
  ) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    var keyContext: OpaquePointer?
    guard start(context, &keyContext) == 1, let keyContext,
      EVP_PKEY_CTX_set1_id(keyContext, SM2Suite.userID, Int32(SM2Suite.userID.count)) == 1
    else { return false }
    return body(context)
  }
}

/// libcrypto's DER `SEQUENCE { r INTEGER, s INTEGER }` against the fixed 64 bytes of the log.
enum DERSignature {
  static func encode(_ raw: [UInt8]) -> [UInt8]? {
    guard raw.count == 64 else { return nil }
    let body = integer(raw[0..<32]) + integer(raw[32..<64])
    return [0x30, UInt8(body.count)] + body
  }

  static func decode(_ der: [UInt8]) -> [UInt8]? {
    guard der.count >= 8, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
    var offset = 2
    var raw: [UInt8] = []
    for _ in 0..<2 {
      guard offset + 2 <= der.count, der[offset] == 0x02 else { return nil }
      let length = Int(der[offset + 1])
      guard length >= 1, offset + 2 + length <= der.count else { return nil }
      let value = der[(offset + 2)..<(offset + 2 + length)].drop { $0 == 0 }
      guard value.count <= 32 else { return nil }
      raw += [UInt8](repeating: 0, count: 32 - value.count) + value
      offset += 2 + length
    }
    return offset == der.count ? raw : nil
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var value = Array(bytes.drop { $0 == 0 })
    if value.isEmpty { value = [0] }
    if value[0] & 0x80 != 0 { value.insert(0, at: 0) }
    return [0x02, UInt8(value.count)] + value
  }
}
