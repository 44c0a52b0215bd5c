import CLibcrypto
import Glibc
import Replication

/// Private keys in PKCS#8 PEM files of mode 0600, optionally under a passphrase (RFC 5958, PBES2 with AES-256).
public enum KeyFile {
  /// A key file is under 400 bytes; more is not one.
  private static let bytesMax = 16 * 1024

  /// Writes a new file; never over an old one.
  /// - Throws: `KeyError`.
  public static func write(_ signer: SoftwareSigner, to path: String, passphrase: [UInt8]?) throws {
    let key = try signer.libcryptoKey()
    defer { EVP_PKEY_free(key) }
    guard let memory = BIO_new(BIO_s_mem()) else { throw KeyError(.unsupported, path: path) }
    defer { BIO_free(memory) }
    let isWritten: Bool
    if let passphrase {
      isWritten = passphrase.withUnsafeBytes { buffer in
        PEM_write_bio_PKCS8PrivateKey(
          memory, key, EVP_aes_256_cbc(), buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
          Int32(buffer.count), nil, nil) == 1
      }
    } else {
      isWritten = PEM_write_bio_PKCS8PrivateKey(memory, key, nil, nil, 0, nil, nil) == 1
    }
    var pem = [UInt8](repeating: 0, count: bytesMax)
    let length = BIO_read(memory, &pem, Int32(pem.count))
    guard isWritten, length > 0 else { throw KeyError(.unsupported, path: path) }
    try store(Array(pem.prefix(Int(length))), at: path)
  }

  /// - Throws: `KeyError`: missing, permissions, passphrase, damaged, io.
  public static func read(path: String, passphrase: [UInt8]?) throws -> SoftwareSigner {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT ? KeyError(.missing, path: path) : KeyError(.io, path: path, cause: reason())
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw KeyError(.io, path: path, cause: reason()) }
    guard status.st_mode & 0o077 == 0 else { throw KeyError(.permissions, path: path) }
    var pem = [UInt8](repeating: 0, count: bytesMax)
    let length = Glibc.read(file, &pem, pem.count)
    guard length > 0, let memory = BIO_new_mem_buf(pem, Int32(length)) else { throw KeyError(.damaged, path: path) }
    defer { BIO_free(memory) }
    // Without a passphrase an empty one is given, so that libcrypto never asks at the terminal.
    let isEncrypted = String(decoding: pem.prefix(64), as: UTF8.self).contains("ENCRYPTED")
    var secret = (passphrase ?? []) + [0]
    let key = secret.withUnsafeMutableBytes { PEM_read_bio_PrivateKey(memory, nil, nil, $0.baseAddress) }
    guard let key else { throw KeyError(isEncrypted ? .passphrase : .damaged, path: path) }
    defer { EVP_PKEY_free(key) }
    return try SoftwareSigner(libcryptoKey: key)
  }

  private static func store(_ bytes: [UInt8], at path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw errno == EEXIST ? KeyError(.exists, path: path) : KeyError(.io, path: path, cause: reason())
    }
    defer { close(file) }
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      throw KeyError(.io, path: path, cause: reason())
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
