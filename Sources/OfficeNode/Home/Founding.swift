import Casebook
import Casework
import Foundation
public import Logging
public import Replication
import ReplicaStore
import SignatureSuites

extension OfficeNode {
  /// Sets up the root office: keys, database and its own charter.
  /// - Returns: the node, open.
  public static func found(
    _ home: Home, office: OfficeCode, name: String, suite: SuiteID, effects: SystemEffects, logger: Logger
  ) throws -> OfficeNode {
    let keys = try prepare(home, suite: suite)
    guard let hashing = SuiteSet.standard[suite] else { throw OfficeTree.Failure.unknownSuite }
    let root = keys.signer.publicKey.fingerprint(using: hashing)
    let settings = OfficeSettings(
      office: office.text, name: name, rootKey: Hexadecimal.string(root.bytes), incarnation: 1, superior: nil,
      superiorAddress: nil)
    let charter = Charter(
      office: office, name: name, parent: nil, signingKey: keys.signer.publicKey,
      transportKey: keys.transport.publicKey.bytes, powers: [], from: effects.now(), until: nil)
    return try settle(home, settings: settings, charters: [StoredCharter(charter: charter, issuer: root)], keys: keys,
      effects: effects, logger: logger)
  }

  /// Fresh keys in an empty home.
  static func prepare(_ home: Home, suite: SuiteID) throws -> NodeKeys {
    if home.isOccupied { throw NodeFailure.occupied(home) }
    try home.create()
    return try StoreFailures.mapped {
      // A set-up that broke off left keys that nobody has chartered: they are made anew.
      for path in [home.signingKey, home.transportKey, home.nextSigningKey, home.nextTransportKey] {
        try? FileManager.default.removeItem(atPath: path)
      }
      let signer = try SoftwareSigner.generate(suite: suite)
      let transport = try SoftwareSigner.generate(suite: .ed25519)
      try KeyFile.write(signer, to: home.signingKey, passphrase: nil)
      try KeyFile.write(transport, to: home.transportKey, passphrase: nil)
      return NodeKeys(signer: signer, transport: transport)
    }
  }

  /// Makes the database with the charters known so far; the settings file comes last and makes the office exist.
  static func settle(
    _ home: Home, settings: OfficeSettings, charters: [StoredCharter],
    keys: NodeKeys, effects: SystemEffects, logger: Logger
  ) throws -> OfficeNode {
    guard let lock = try HomeLock.acquire(home) else { throw NodeFailure.busy(home) }
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: home.database + suffix) }
    let store = try StoreFailures.mapped { try ReplicaStore.create(path: home.database, suites: .standard) }
    try StoreFailures.mapped {
      try store.transaction { storage in for charter in charters { try storage.put(charter) } }
    }
    let node = try OfficeNode(
      home: home, settings: settings, store: store, keys: keys, effects: effects, logger: logger, lock: lock)
    if settings.superior == nil, let own = charters.first {
      try StoreFailures.mapped {
        try store.transaction { storage in
          var journal = Journal(context: node.initialContext, signer: keys.signer)
          _ = try journal.record([.charter(own.charter)], for: .down, at: effects.now(), in: storage)
          try journal.finish(in: storage)
        }
      }
    }
    do {
      try HomeMark.write(home)
    } catch {
      throw NodeFailure.folder(home.path, error)
    }
    try settings.write(home)
    return node
  }
}
