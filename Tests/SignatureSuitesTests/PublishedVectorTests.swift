import CLibcrypto
import Foundation
import Replication
import Testing

@testable import SignatureSuites

@Suite("Others' published values")
struct PublishedVectorTests {
  struct SM2File: Decodable {
    struct Vector: Decodable {
      let id: String
      let type: String
      let message_ascii: String
      let public_key_xy: [String]
      let ZA: String?
      let e: String?
      let r: String?
      let s: String?

      var point: [UInt8] { get throws { try [4] + [UInt8](hex: public_key_xy.joined()) } }
      var signature: [UInt8] { get throws { try [UInt8](hex: #require(r) + #require(s)) } }
    }
    let vectors: [Vector]
  }

  private func sm2(_ id: String) throws -> SM2File.Vector {
    let file = try JSONDecoder().decode(SM2File.self, from: VectorFile.data("sm2-gbt32918.json"))
    return try #require(file.vectors.first { $0.id == id })
  }

  @Test("GB/T 32918.5 annex A: the signature is valid, and the hash is that of Z and message")
  func standardSM2() throws {
    let vector = try sm2("gbt32918.5-annexA-sign")
    let message = Array(vector.message_ascii.utf8)
    #expect(try SM2Suite().isValid(signature: vector.signature, of: message, by: vector.point))
    let z = try [UInt8](hex: #require(vector.ZA))
    #expect(try SM2Suite().hash(z + message).bytes == [UInt8](hex: #require(vector.e)))
  }

  @Test("a sound signature on another curve is refused: its point is none of this one")
  func foreignCurve() throws {
    let vector = try sm2("draft-shen-sm2-ecdsa-02-sign")
    let message = Array(vector.message_ascii.utf8)
    #expect(try !SM2Suite().isValid(signature: vector.signature, of: message, by: vector.point))
    #expect(try LibcryptoKey(sm2PublicKey: vector.point) == nil)
  }

  /// OpenSSL's entries have no message, only the digest, so they pass libcrypto below our suite; what they check
  /// of ours is the reading of a foreign key file and both directions of the DER form.
  @Test("OpenSSL's SM2 key and DER signatures")
  func opensslSM2() throws {
    let text = try String(decoding: VectorFile.data("openssl-evppkey_sm2.txt"), as: UTF8.self)
    let end = "-----END PRIVATE KEY-----"
    let start = try #require(text.range(of: "-----BEGIN PRIVATE KEY-----"))
    let pem = try #require(text[start.lowerBound...].range(of: end).map { text[start.lowerBound..<$0.upperBound] })
    let key = try PKCS8PEM.decode(Array((pem + "\n").utf8), passphrase: nil, path: "")
    let publicKey = try #require(try LibcryptoKey(sm2PublicKey: SoftwareSigner(key, path: "").publicKey.bytes))
    var count = 0
    for block in try VectorFile.blocks("openssl-evppkey_sm2.txt") where block["Verify"] != nil {
      guard block["Ctrl"] == "digest:SM3", let digest = block["Input"], let output = block["Output"] else { continue }
      let der = try [UInt8](hex: output)
      let raw = try #require(DERSignature.decode(der))
      #expect(raw.count == 64)
      #expect(DERSignature.encode(raw) == der)
      #expect(try isValid(der, of: [UInt8](hex: digest), by: publicKey))
      #expect(try !isValid(der, of: [UInt8](hex: digest).reversed(), by: publicKey))
      count += 1
    }
    #expect(count == 2)
  }

  private func isValid(_ der: [UInt8], of digest: [UInt8], by key: LibcryptoKey) -> Bool {
    key.withPointer { pointer in
      guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
      defer { EVP_PKEY_CTX_free(context) }
      return EVP_PKEY_verify_init(context) == 1
        && EVP_PKEY_verify(context, der, der.count, digest, digest.count) == 1
    }
  }

  @Test("SM3: OpenSSL's vectors")
  func opensslSM3() throws {
    let blocks = try VectorFile.blocks("openssl-evpmd_sm3.txt").filter { $0["Digest"] == "SM3" }
    #expect(blocks.count == 8)
    for block in blocks {
      let message = try [UInt8](hex: #require(block["Input"]))
      #expect(try SM2Suite().hash(message).bytes == [UInt8](hex: #require(block["Output"])))
    }
  }

  @Test("SM3: the authority's vectors, both examples of GB/T 32905 among them")
  func standardSM3() throws {
    let blocks = try VectorFile.blocks("pyca-sm3-oscca.txt")
    #expect(blocks.count >= 6)
    for block in blocks {
      let bits = try #require(block["Len"].flatMap { Int($0) })
      // The message of no bits is written as one byte.
      let message = try [UInt8](hex: #require(block["Msg"])).prefix(bits / 8)
      #expect(try SM2Suite().hash(Array(message)).bytes == [UInt8](hex: #require(block["MD"])))
    }
  }

  @Test("SHA-256: FIPS 180-4's example of one block, and nothing at all")
  func sha256() throws {
    let abc = try [UInt8](hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let empty = try [UInt8](hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Ed25519Suite().hash(Array("abc".utf8)).bytes == abc)
    #expect(Ed25519Suite().hash([]).bytes == empty)
  }

  @Test("Ed25519: every line of the slice, and none with one bit of its signature changed")
  func ed25519Slice() throws {
    let lines = try VectorFile.lines("pyca-ed25519-sign-input-slice.txt").filter { !$0.isEmpty }
    #expect(lines.count == 69)
    for (number, line) in lines.enumerated() {
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      let fields = try parts.prefix(4).map { try [UInt8](hex: $0) }
      let (secret, publicKey, message) = (fields[0], fields[1], fields[2])
      var signature = Array(fields[3].prefix(64))
      #expect(Ed25519Suite().isValid(signature: signature, of: message, by: publicKey))
      let key = try #require(LibcryptoKey(rawEd25519: Array(secret.prefix(32))))
      let signer = try SoftwareSigner(key, path: "")
      #expect(signer.publicKey.bytes == publicKey)
      #expect(try Ed25519Suite().isValid(signature: signer.sign(message), of: message, by: publicKey))
      signature[number % 64] ^= 1
      #expect(!Ed25519Suite().isValid(signature: signature, of: message, by: publicKey))
    }
  }

  @Test("HMAC-SHA-256: RFC 4231 cases 1, 2 and 6")
  func hmac() throws {
    let cases: [(key: [UInt8], message: String, mac: String)] = [
      (
        [UInt8](repeating: 0x0b, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ]
    for vector in cases {
      let mac = hmacSHA256(key: vector.key, message: Array(vector.message.utf8))
      #expect(try mac == [UInt8](hex: vector.mac))
    }
  }
}
