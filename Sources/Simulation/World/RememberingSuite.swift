import Replication
import SignatureSuites
import Synchronization

/// Suite 1 that verifies each signature once in a run, however many offices receive it. Only a signature that was
/// found good is remembered, with everything it was good for.
final class RememberingSuite: SignatureSuite {
  private struct Verified: Hashable {
    let signature: [UInt8]
    let key: [UInt8]
    let message: Digest
  }

  private let suite = Ed25519Suite()
  private let verified = Mutex<Set<Verified>>([])

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
