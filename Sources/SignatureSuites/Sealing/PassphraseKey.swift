import CLibcrypto

/// A key derived from a passphrase by scrypt (RFC 7914), for what is kept outside the node's home.
public enum PassphraseKey {
  /// log2 of scrypt's N. 2^17 with r = 8, p = 1 is the first of the settings that OWASP's Password Storage Cheat Sheet
  /// names: 128 MiB and about half a second for a guess, which an old office PC still has to spare.
  public static let cost = 17
  /// What a reader takes: a lesser cost protects nothing, a greater one (1 GiB) would let a file take the memory.
  public static let costs = 14...20
  /// RFC 7914 takes any length; 16 random bytes never meet twice.
  public static let saltBytes = 16
  /// More is no passphrase but a file chosen by mistake.
  public static let passphraseBytesMax = 1_024
  private static let blockSize: UInt64 = 8
  private static let parallelism: UInt64 = 1
  static let keyBytes = 32

  /// - Returns: 32 bytes; `nil` when the cost is out of range, the passphrase is empty or too long, or the machine
  ///   lacks the memory.
  /// - Complexity: 2^cost KiB of memory.
  static func derive(_ passphrase: [UInt8], salt: [UInt8], cost: Int) -> [UInt8]? {
    guard costs.contains(cost), !passphrase.isEmpty, passphrase.count <= passphraseBytesMax else { return nil }
    let rounds = UInt64(1) << UInt64(cost)
    // libcrypto refuses more than 32 MiB unless told; beside the blocks (RFC 7914 section 2) it keeps a few of them.
    let memoryMax = 128 * blockSize * (rounds + parallelism + 4)
    var key = [UInt8](repeating: 0, count: keyBytes)
    let isDone = passphrase.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) {
        EVP_PBE_scrypt(
          $0.baseAddress, $0.count, salt, salt.count, rounds, blockSize, parallelism, memoryMax, &key, key.count) == 1
      }
    }
    guard isDone else {
      ERR_clear_error()
      return nil
    }
    return key
  }
}
