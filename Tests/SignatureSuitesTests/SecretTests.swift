import Foundation
import Replication
import Testing

@testable import SignatureSuites

@Suite("Secrets stay secret")
struct SecretTests {
  /// All texts that logging, debugging and string interpolation make of a value.
  private func texts(_ value: Any) -> String {
    var text = "\(value) " + String(reflecting: value)
    dump(value, to: &text)
    for child in Mirror(reflecting: value).children { dump(child.value, to: &text) }
    return text
  }

  @Test("no description of a signer, nor of what holds one, has its private key", arguments: SuiteID.allCases)
  func descriptions(id: SuiteID) throws {
    let signer = try SoftwareSigner.generate(suite: id)
    let publicText = texts(signer.publicKey)
    for text in [texts(signer), texts([signer]), texts(["key": signer]), texts((1, signer))] {
      for word in ["secret", "Curve25519", "LibcryptoKey", "0x"] {
        #expect(!text.contains(word) || publicText.contains(word), "\(word)")
      }
      if let raw = signer.rawEd25519 {
        #expect(!text.contains(Hexadecimal.string(raw)))
        #expect(!text.contains(raw.prefix(4).map(String.init).joined(separator: ", ")))
      }
    }
    #expect("\(signer)".contains("withheld"))
  }

  @Test("the raw private key is Ed25519's alone, and is the key's")
  func raw() throws {
    #expect(try SoftwareSigner.generate(suite: .sm2).rawEd25519 == nil)
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let raw = try #require(signer.rawEd25519)
    let key = try #require(LibcryptoKey(rawEd25519: raw))
    #expect(try SoftwareSigner(key, path: "").publicKey == signer.publicKey)
  }

  @Test("one key signs in several tasks at once", arguments: SuiteID.allCases)
  func shared(id: SuiteID) async throws {
    let signer = try SoftwareSigner.generate(suite: id)
    let suite = try #require(SuiteSet.standard[id])
    let areValid = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<UInt8(16) {
        group.addTask {
          let message = [UInt8](repeating: number, count: 100)
          return suite.isValid(signature: try signer.sign(message), of: message, by: signer.publicKey.bytes)
        }
      }
      return try await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(areValid == [Bool](repeating: true, count: 16))
  }

  @Test("two fresh keys differ", arguments: SuiteID.allCases)
  func fresh(id: SuiteID) throws {
    #expect(try SoftwareSigner.generate(suite: id).publicKey != SoftwareSigner.generate(suite: id).publicKey)
  }

  @Test("random bytes: as many as asked for, and others the next time", arguments: [-1, 0, 1, 7, 8, 9, 32, 100])
  func random(count: Int) {
    #expect(randomBytes(count).count == max(0, count))
    // Sixteen equal bytes by chance: once in 2^128.
    if count >= 16 { #expect(randomBytes(count) != randomBytes(count)) }
  }

  @Test("comparison: equal, differing at either end, of another length")
  func comparison() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEqual([1, 2, 3], [9, 2, 3]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    #expect(!constantTimeEqual([], [0]))
  }
}
