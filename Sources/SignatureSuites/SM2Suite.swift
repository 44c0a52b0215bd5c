import CLibcrypto
public import Replication

/// Suite 2: SM2 signatures (GB/T 32918) and SM3 (GB/T 32905), by the system's libcrypto.
public struct SM2Suite: SignatureSuite {
  /// GB/T 32918.2 section 5.5 leaves the signer's id to the application; GM/T 0009 section 10 names this one
  /// as the default. libcrypto has none of its own, so it must be set.
  static let userID = Array("1234567812345678".utf8)

  public let id = SuiteID.sm2

  public init() {}

  public func hash(_ message: [UInt8]) -> Digest {
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    let isDone = EVP_Digest(message, message.count, &bytes, nil, EVP_sm3(), nil) == 1
    // invariant: libcrypto 3 carries SM3; without it no hash may be given at all.
    guard isDone, let digest = Digest(bytes) else { preconditionFailure("libcrypto has no SM3") }
    return digest
  }

  public func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let der = DERSignature.encode(signature), let key = LibcryptoKey(sm2PublicKey: publicKey) else {
      return false
    }
    let isValid = SM2Digest.run(key) {
      EVP_DigestVerifyInit($0, $1, EVP_sm3(), nil, $2)
    } _: { context in
      EVP_DigestVerify(context, der, der.count, message, message.count) == 1
    }
    // A refusal leaves reasons in the thread's queue, where the next caller would take them for its own.
    if !isValid { ERR_clear_error() }
    return isValid
  }

  /// - Returns: 64 bytes, r and s; `nil` when libcrypto refuses the key.
  static func sign(_ message: [UInt8], with key: LibcryptoKey) -> [UInt8]? {
    var der = [UInt8](repeating: 0, count: DERSignature.bytesMax)
    var length = der.count
    let isDone = SM2Digest.run(key) {
      EVP_DigestSignInit($0, $1, EVP_sm3(), nil, $2)
    } _: { context in
      EVP_DigestSign(context, &der, &length, message, message.count) == 1
    }
    guard isDone else {
      ERR_clear_error()
      return nil
    }
    return DERSignature.decode(Array(der.prefix(length)))
  }
}

/// What signing and verifying have in common.
private enum SM2Digest {
  /// Takes the digest's context, a place for the key's context, and the key.
  typealias Start = (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>, OpaquePointer) -> Int32

  /// Runs `body` with a context that `start` has initialised and that has the signer's id set, which enters
  /// the hash before the message (GB/T 32918.2 section 5.5, the value Z).
  static func run(_ key: LibcryptoKey, _ start: Start, _ body: (OpaquePointer) -> Bool) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    return key.withPointer { pointer in
      // Belongs to `context`, which frees it.
      var keyContext: OpaquePointer?
      guard start(context, &keyContext, pointer) == 1, let keyContext,
        EVP_PKEY_CTX_set1_id(keyContext, SM2Suite.userID, Int32(SM2Suite.userID.count)) == 1
      else { return false }
      return body(context)
    }
  }
}
