import Replication
import Testing

@testable import SignatureSuites

@Suite("Passphrases and sealed chunks", .timeLimit(.minutes(10)))
struct SealingTests {
  @Test("scrypt gives what RFC 7914 section 12 says")
  func scrypt() throws {
    let key = PassphraseKey.derive(Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), cost: 14)
    // The first 32 of the 64 bytes: PBKDF2, its last step, makes them 32 at a time.
    #expect(
      key == [
        0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb,
        0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
      ])
    #expect(PassphraseKey.derive([], salt: [1], cost: 14) == nil)
    #expect(PassphraseKey.derive([1], salt: [1], cost: 13) == nil)
    #expect(PassphraseKey.derive([1], salt: [1], cost: 21) == nil)
    #expect(PassphraseKey.derive([UInt8](repeating: 1, count: 1_025), salt: [1], cost: 14) == nil)
    // What is written is what is read.
    #expect(PassphraseKey.costs.contains(PassphraseKey.cost))
  }

  private let salt = [UInt8](repeating: 7, count: 16)

  private func seals() throws -> [ChunkSeal] {
    [
      ChunkSeal(prelude: [1, 2]),
      try #require(ChunkSeal(prelude: [1, 2], passphrase: [9], salt: salt, cost: 14)),
    ]
  }

  @Test("a chunk opens in its own place alone, and with every bit as it was")
  func chunks() throws {
    for seal in try seals() {
      let chunk = (0..<100).map { UInt8($0) }
      let sealed = try seal.seal(chunk, number: 5, isLast: false)
      #expect(sealed.count == chunk.count + ChunkSeal.tagBytes)
      #expect(seal.open(sealed, number: 5, isLast: false) == chunk)
      #expect(seal.open(sealed, number: 4, isLast: false) == nil)
      #expect(seal.open(sealed, number: 5, isLast: true) == nil)
      #expect(seal.open(Array(sealed.dropLast()), number: 5, isLast: false) == nil)
      #expect(seal.open([], number: 5, isLast: false) == nil)
      for bit in 0..<sealed.count * 8 {
        var altered = sealed
        altered[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(seal.open(altered, number: 5, isLast: false) == nil)
      }
    }
  }

  @Test("another prelude, passphrase, salt or cost is another key")
  func keys() throws {
    let sealed = try seals()[1].seal([1, 2, 3], number: 0, isLast: true)
    let tag = try seals()[1].preludeTag
    let others = [
      ChunkSeal(prelude: [1, 3], passphrase: [9], salt: salt, cost: 14),
      ChunkSeal(prelude: [1, 2], passphrase: [8], salt: salt, cost: 14),
      ChunkSeal(prelude: [1, 2], passphrase: [9], salt: [UInt8](repeating: 6, count: 16), cost: 14),
      ChunkSeal(prelude: [1, 2], passphrase: [9], salt: salt, cost: 15),
      ChunkSeal(prelude: [1, 2]),
    ]
    for other in others {
      let other = try #require(other)
      #expect(other.open(sealed, number: 0, isLast: true) == nil)
      #expect(other.preludeTag != tag)
    }
    // Under a passphrase nothing of the plain bytes shows.
    let long = [UInt8](repeating: 0x41, count: 64)
    let cipher = try seals()[1].seal(long, number: 1, isLast: false)
    #expect((0..<60).allSatisfy { cipher[$0..<$0 + 4].contains { $0 != 0x41 } })
  }

  @Test("a running hash is the hash of all of it")
  func running() {
    var hash = RunningHash()
    let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for start in stride(from: 0, to: bytes.count, by: 77) { hash.add(Array(bytes[start..<min(start + 77, bytes.count)])) }
    #expect(hash.value == Ed25519Suite().hash(bytes).bytes)
  }
}
