import Casebook
import Foundation
import Glibc
import Replication
import SignatureSuites

/// The private keys of a node: those in use, and the next ones of a rotation that is under way.
///
/// The next keys are on disk before an entry names them. Which of them are in use is read off the facts each time the
/// home is opened, so that no crash between the database and the files leaves them apart.
struct NodeKeys: Sendable {
  var signer: SoftwareSigner
  var transport: SoftwareSigner
  var nextSigner: SoftwareSigner?
  var nextTransport: SoftwareSigner?
  /// What the files lie under; `nil`: they are plain.
  private(set) var passphrase: Passphrase?

  init(
    signer: SoftwareSigner, transport: SoftwareSigner, nextSigner: SoftwareSigner? = nil,
    nextTransport: SoftwareSigner? = nil, passphrase: Passphrase? = nil
  ) {
    self.signer = signer
    self.transport = transport
    self.nextSigner = nextSigner
    self.nextTransport = nextTransport
    self.passphrase = passphrase
  }

  /// - Parameter passphrase: not looked at when the files are plain.
  /// - Throws: `DeskFailure`.
  static func read(_ home: Home, passphrase: Passphrase?) throws -> NodeKeys {
    try StoreFailures.mapped {
      try KeyRewrite.settle(home, passphrase)
      func key(_ path: String) throws -> SoftwareSigner { try KeyFile.read(path: path, passphrase: passphrase?.bytes) }
      func next(_ path: String) throws -> SoftwareSigner? {
        FileManager.default.fileExists(atPath: path) ? try key(path) : nil
      }
      return NodeKeys(
        signer: try key(home.signingKey), transport: try key(home.transportKey),
        nextSigner: try next(home.nextSigningKey), nextTransport: try next(home.nextTransportKey),
        passphrase: home.areKeysProtected ? passphrase : nil)
    }
  }

  /// Puts the files under another passphrase, or under none.
  /// - Throws: `DeskFailure`.
  mutating func rewrite(_ home: Home, under passphrase: Passphrase?) throws {
    try StoreFailures.mapped { try KeyRewrite.write(self, home, under: passphrase) }
    self.passphrase = passphrase
  }

  /// Makes next keys and writes them; what an earlier attempt left without an entry that names it goes.
  mutating func prepareNext(_ home: Home, signing suite: SuiteID?, transport: Bool) throws {
    try StoreFailures.mapped {
      for path in [home.nextSigningKey, home.nextTransportKey] { try? FileManager.default.removeItem(atPath: path) }
      nextSigner = try suite.map { try SoftwareSigner.generate(suite: $0) }
      nextTransport = transport ? try SoftwareSigner.generate(suite: .ed25519) : nil
      if let nextSigner { try KeyFile.write(nextSigner, to: home.nextSigningKey, passphrase: passphrase?.bytes) }
      if let nextTransport {
        try KeyFile.write(nextTransport, to: home.nextTransportKey, passphrase: passphrase?.bytes)
      }
    }
  }

  /// Whether next keys lie ready for the facts that make them the office's.
  var isNextAwaited: Bool { nextSigner != nil || nextTransport != nil }

  /// Takes the next keys into use that the facts have made the office's: a transport key as soon as it is introduced,
  /// for its predecessor vouches for it; a signing key once the charter is here.
  /// - Returns: whether any was taken.
  mutating func takeOver(_ home: Home, in context: ReplicaContext, _ storage: any ReplicaStorage) throws -> Bool {
    guard isNextAwaited else { return false }
    let charter = context.tree.seat(context.office)?.charter
    let pending = try KeyRotation.pending(of: context.office, in: context, storage)
    var hasTaken = false
    if let next = nextTransport, [charter?.transportKey, pending?.transportKey].contains(next.publicKey.bytes) {
      try Self.replace(home.transportKey, by: home.nextTransportKey)
      (transport, nextTransport) = (next, nil)
      hasTaken = true
    }
    if let next = nextSigner, let suite = context.suites[next.publicKey.suite],
      context.tree.office(of: next.publicKey.fingerprint(using: suite)) == context.office
    {
      try Self.replace(home.signingKey, by: home.nextSigningKey)
      (signer, nextSigner) = (next, nil)
      hasTaken = true
    }
    return hasTaken
  }

  /// One step for the file system: the old key or the new one stands, never neither.
  static func replace(_ path: String, by next: String) throws {
    guard rename(next, path) == 0 else { throw NodeFailure.folder(path, DurableFile.Failure(code: errno)) }
    DurableFile.syncFolder(of: path)
  }
}
