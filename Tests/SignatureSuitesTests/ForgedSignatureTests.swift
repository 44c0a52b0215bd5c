import Replication
import Testing

@testable import SignatureSuites

@Suite("Forged and malformed signatures and keys", .timeLimit(.minutes(10)))
struct ForgedSignatureTests {
  private func makeSigned(_ id: SuiteID) throws -> (
    suite: any SignatureSuite, key: [UInt8], message: [UInt8], signature: [UInt8]
  ) {
    let signer = try SoftwareSigner.generate(suite: id)
    let message = Array("冀任运罚〔2026〕12号".utf8)
    return (try #require(SuiteSet.standard[id]), signer.publicKey.bytes, message, try signer.sign(message))
  }

  @Test("any one bit changed in message or signature is refused", arguments: SuiteID.allCases)
  func oneBit(id: SuiteID) throws {
    let (suite, key, message, signature) = try makeSigned(id)
    #expect(suite.isValid(signature: signature, of: message, by: key))
    for bit in 0..<(signature.count * 8) {
      var forged = signature
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(!suite.isValid(signature: forged, of: message, by: key))
    }
    for bit in 0..<(message.count * 8) {
      var forged = message
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(!suite.isValid(signature: signature, of: forged, by: key))
    }
  }

  @Test("any one bit changed in the key, and another's key, are refused", arguments: SuiteID.allCases)
  func otherKey(id: SuiteID) throws {
    let (suite, key, message, signature) = try makeSigned(id)
    for bit in 0..<(key.count * 8) {
      var forged = key
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(!suite.isValid(signature: signature, of: message, by: forged))
    }
    let stranger = try SoftwareSigner.generate(suite: id).publicKey.bytes
    #expect(!suite.isValid(signature: signature, of: message, by: stranger))
  }

  @Test("every wrong length is refused", arguments: SuiteID.allCases)
  func lengths(id: SuiteID) throws {
    let (suite, key, message, signature) = try makeSigned(id)
    for length in 0...130 where length != signature.count {
      let wrong = Array((signature + [UInt8](repeating: 0, count: 130)).prefix(length))
      #expect(!suite.isValid(signature: wrong, of: message, by: key))
    }
    for length in 0...130 where length != key.count {
      let wrong = Array((key + [UInt8](repeating: 0, count: 130)).prefix(length))
      #expect(!suite.isValid(signature: signature, of: message, by: wrong))
    }
  }

  @Test("all zero and all one are no signature", arguments: SuiteID.allCases, [UInt8(0), 0xff])
  func extremes(id: SuiteID, byte: UInt8) throws {
    let (suite, key, message, _) = try makeSigned(id)
    let signature = [UInt8](repeating: byte, count: 64)
    #expect(!suite.isValid(signature: signature, of: message, by: key))
  }

  @Test("the empty message can be signed, and is not the message of one zero", arguments: SuiteID.allCases)
  func emptyMessage(id: SuiteID) throws {
    let signer = try SoftwareSigner.generate(suite: id)
    let suite = try #require(SuiteSet.standard[id])
    let signature = try signer.sign([])
    #expect(suite.isValid(signature: signature, of: [], by: signer.publicKey.bytes))
    #expect(!suite.isValid(signature: signature, of: [0], by: signer.publicKey.bytes))
  }

  @Test("an SM2 key has one spelling: compressed and hybrid points are refused")
  func oneSpelling() throws {
    let (suite, key, message, signature) = try makeSigned(.sm2)
    let parity = key[64] & 1
    let hybrid = [6 + parity] + key.dropFirst()
    let compressed = [2 + parity] + key[1...32]
    #expect(!suite.isValid(signature: signature, of: message, by: hybrid))
    #expect(!suite.isValid(signature: signature, of: message, by: compressed))
  }

  @Test("s beyond the group's order is refused though it counts the same (Ed25519, RFC 8032 section 5.1.7)")
  func reducedOnly() throws {
    let (suite, key, message, signature) = try makeSigned(.ed25519)
    let order = try [UInt8](hex: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var forged = signature
    var carry = 0
    for index in 0..<32 {
      let sum = Int(forged[32 + index]) + Int(order[index]) + carry
      forged[32 + index] = UInt8(sum & 0xff)
      carry = sum >> 8
    }
    #expect(!suite.isValid(signature: forged, of: message, by: key))
  }

  @Test("one suite's signature and key mean nothing in the other")
  func crossed() throws {
    let one = try makeSigned(.ed25519)
    let two = try makeSigned(.sm2)
    #expect(!two.suite.isValid(signature: one.signature, of: one.message, by: one.key))
    #expect(!one.suite.isValid(signature: two.signature, of: two.message, by: two.key))
    #expect(!two.suite.isValid(signature: one.signature, of: one.message, by: two.key))
  }

  @Test("the same key bytes have another fingerprint in another suite, and under the other's hash")
  func fingerprints() throws {
    let bytes = try SoftwareSigner.generate(suite: .ed25519).publicKey.bytes
    let first = PublicKey(suite: .ed25519, bytes: bytes)
    let second = PublicKey(suite: .sm2, bytes: bytes)
    let (one, two) = (Ed25519Suite(), SM2Suite())
    #expect(first.fingerprint(using: one) == first.fingerprint(using: one))
    #expect(first.fingerprint(using: one) != second.fingerprint(using: one))
    #expect(first.fingerprint(using: one) != first.fingerprint(using: two))
  }

  @Test(
    "DER that is not the one encoding is refused",
    arguments: [
      "", "30", "3000", "300602010102", "30060201010201", "3006020101020101ff", "3106020101020101",
      // A zero too many, a negative number, an empty one, 33 bytes of number, the long form of length.
      "300702020001020101", "3006020181020101", "30050200020101",
      "30260221017f00000000000000000000000000000000000000000000000000000000000000020101", "308106020101020101",
    ])
  func badDER(hex: String) throws {
    #expect(try DERSignature.decode([UInt8](hex: hex)) == nil)
  }

  @Test("short numbers are filled up to 32 bytes, and come back the same")
  func shortNumbers() throws {
    let raw = try #require(try DERSignature.decode([UInt8](hex: "30070201010202008f")))
    #expect(raw == [UInt8](repeating: 0, count: 31) + [1] + [UInt8](repeating: 0, count: 31) + [0x8f])
    #expect(try DERSignature.encode(raw) == [UInt8](hex: "30070201010202008f"))
    #expect(try DERSignature.encode([UInt8](repeating: 0, count: 64)) == [UInt8](hex: "3006020100020100"))
  }
}
