import Crypto
import Foundation

/// Seals a file chunk by chunk, so that it is written and read in little memory and no byte of it is used before its
/// chunk was checked. The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in the age format: each
/// nonce is the chunk's number and whether it is the last, so chunks cannot be left out, swapped or cut off.
///
/// Under a passphrase it is ChaCha20-Poly1305 (RFC 8439), which is fast without the processor's AES instructions that
/// old office PCs lack. Without one the tag is a checksum: it shows damage, and hides nothing.
public struct ChunkSeal: Sendable {
  /// Plain bytes in every chunk but the last.
  public static let chunkBytes = 64 * 1024
  public static let tagBytes = 16
  public static let preludeTagBytes = 32

  private enum Kind {
    case checksum(preludeHash: [UInt8])
    case key(SymmetricKey)
  }

  private let kind: Kind
  /// Stands behind the prelude: shows that it is as it was written, and, under a passphrase, that it is the right one.
  public let preludeTag: [UInt8]

  private static let preludeLabel = Array("docket/backup/1 prelude".utf8) + [0]
  private static let chunkLabel = Array("docket/backup/1 chunks".utf8) + [0]

  /// Checksums alone.
  /// - Parameter prelude: the bytes before the first chunk.
  public init(prelude: [UInt8]) {
    preludeTag = Array(SHA256.hash(data: Self.preludeLabel + prelude))
    kind = .checksum(preludeHash: preludeTag)
  }

  /// Under a passphrase. Every file's salt is another, so its key is, and numbers may serve as nonces.
  /// - Parameter cost: log2 of scrypt's N, in `PassphraseKey.costs`.
  /// - Returns: `nil` when no key can be derived: an empty passphrase, a cost out of range, too little memory.
  public init?(prelude: [UInt8], passphrase: [UInt8], salt: [UInt8], cost: Int) {
    guard var derived = PassphraseKey.derive(passphrase, salt: salt, cost: cost) else { return nil }
    defer { wipe(&derived) }
    let master = SymmetricKey(data: derived)
    func key(_ label: [UInt8]) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(inputKeyMaterial: master, info: label + prelude, outputByteCount: PassphraseKey.keyBytes)
    }
    preludeTag = Array(HMAC<SHA256>.authenticationCode(for: prelude, using: key(Self.preludeLabel)))
    kind = .key(key(Self.chunkLabel))
  }

  /// - Returns: the chunk and its tag; `tagBytes` longer.
  public func seal(_ chunk: [UInt8], number: UInt64, isLast: Bool) throws -> [UInt8] {
    let nonce = Self.nonce(number, isLast)
    switch kind {
    case .checksum(let preludeHash): return chunk + Self.checksum(preludeHash, nonce, chunk)
    case .key(let key):
      let box = try ChaChaPoly.seal(chunk, using: key, nonce: ChaChaPoly.Nonce(data: nonce))
      return Array(box.ciphertext) + Array(box.tag)
    }
  }

  /// - Returns: the plain chunk; `nil` when it is not what was sealed there.
  public func open(_ sealed: [UInt8], number: UInt64, isLast: Bool) -> [UInt8]? {
    guard sealed.count >= Self.tagBytes else { return nil }
    let nonce = Self.nonce(number, isLast)
    let (body, tag) = (sealed.dropLast(Self.tagBytes), sealed.suffix(Self.tagBytes))
    switch kind {
    case .checksum(let preludeHash):
      let chunk = Array(body)
      return Self.checksum(preludeHash, nonce, chunk) == Array(tag) ? chunk : nil
    case .key(let key):
      guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
        let box = try? ChaChaPoly.SealedBox(nonce: nonce, ciphertext: body, tag: tag),
        let plain = try? ChaChaPoly.open(box, using: key)
      else { return nil }
      return Array(plain)
    }
  }

  /// Eleven bytes of the number, high byte first, and one that is 1 for the last chunk.
  private static func nonce(_ number: UInt64, _ isLast: Bool) -> [UInt8] {
    [0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) } + [isLast ? 1 : 0]
  }

  private static func checksum(_ preludeHash: [UInt8], _ nonce: [UInt8], _ chunk: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: chunkLabel)
    hash.update(data: preludeHash)
    hash.update(data: nonce)
    hash.update(data: chunk)
    return Array(Array(hash.finalize()).prefix(tagBytes))
  }
}
