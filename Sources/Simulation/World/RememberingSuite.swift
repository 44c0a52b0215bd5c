import Replication
import Synchronization

/// A suite that verifies each signature once in a run, however many offices receive it. Only a signature that was
/// found good is remembered, with everything it was good for.
final class RememberingSuite: SignatureSuite {
  private struct Verified: Hashable {
    let signature: [UInt8]
    let key: [UInt8]
    let message: Digest
  }

  private let suite: any SignatureSuite
  private let verified = Mutex<Set<Verified>>([])

  init(_ suite: any SignatureSuite) { self.suite = suite }

  var id: SuiteID { suite.id }

  func hash(_ message: [UInt8]) -> Digest { suite.hash(message) }

  func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    let question = Verified(signature: signature, key: publicKey, message: suite.hash(message))
    if verified.withLock({ $0.contains(question) }) { return true }
    guard suite.isValid(signature: signature, of: message, by: publicKey) else { return false }
    verified.withLock { _ = $0.insert(question) }
    return true
  }
}

extension Entry {
  /// Its hash under its own suite.
  func hash(in suites: SuiteSet) -> Digest { suites[header.suite].map { hash(using: $0) } ?? .zero }
}

extension PublicKey {
  /// Its name under its own suite.
  func fingerprint(in suites: SuiteSet) -> KeyFingerprint? { suites[suite].map { fingerprint(using: $0) } }
}
