import Casebook
import Casework
import Foundation
import Logging
import OfficeNode
import Replication
import ReplicaStore
import SignatureSuites

/// The superior of all offices of the load run: a home as `docket` makes it, with everybody's charter.
struct RootOffice {
  let home: Home
  let keys: PublicKeys
  let charter: StoredCharter
  /// Charters that it gave.
  let charters: [OfficeCode: StoredCharter]

  struct PublicKeys: Sendable {
    let office: OfficeCode
    let fingerprint: KeyFingerprint
    let transport: [UInt8]
  }

  private struct NoShelf: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { nil }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  static func found(_ path: String, over offices: [OfficeKeys]) throws -> RootOffice {
    guard let office = OfficeCode("province") else { throw OfficeKeys.Impossible() }
    let home = Home(path)
    do {
      // The node goes out of scope here, and gives its lock back.
      _ = try OfficeNode.found(
        home, office: office, name: office.text, suite: .ed25519, effects: .live, logger: Logger(label: "benchmark"))
    }
    let signer = try KeyFile.read(path: home.signingKey, passphrase: nil)
    let transport = try KeyFile.read(path: home.transportKey, passphrase: nil)
    let key = signer.publicKey.fingerprint(using: Ed25519Suite())
    let store = try ReplicaStore.open(path: home.database, suites: .standard)
    let now = SystemEffects.live.now()
    let charters = offices.map { StoredCharter(charter: $0.charter(from: office, at: now), issuer: key) }
    let own = try store.transaction { storage -> StoredCharter? in
      var context = Self.context(of: office, key: key, root: key)
      try context.refresh(from: storage)
      // Admitted before they are signed: each one's audience names an office that must have a seat to be read.
      for given in charters { try context.tree.admit(given.charter, from: key, suites: .standard) }
      var journal = Journal(context: context, signer: signer)
      for given in charters {
        _ = try journal.record([.charter(given.charter)], for: .subtree(given.charter.office), at: now, in: storage)
      }
      try journal.finish(in: storage)
      return try storage.charters().first { $0.charter.office == office }
    }
    guard let own else { throw OfficeKeys.Impossible() }
    return RootOffice(
      home: home, keys: PublicKeys(office: office, fingerprint: key, transport: transport.publicKey.bytes), charter: own,
      charters: Dictionary(charters.map { ($0.charter.office, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  static func context(of office: OfficeCode, key: KeyFingerprint, root: KeyFingerprint) -> ReplicaContext {
    ReplicaContext(
      office: office, key: key, suite: .ed25519, incarnation: 1, suites: .standard, tree: OfficeTree(rootKey: root),
      shelf: NoShelf(), calendar: HolidayTable(entries: [], years: []))
  }

  /// Entries it holds of an office, looked up once its node has stopped.
  func entriesHeld(of offices: [OfficeKeys]) throws -> [UInt64] {
    let store = try ReplicaStore.open(path: home.database, suites: .standard)
    return try store.read { storage in try offices.map { try storage.head(of: $0.stream)?.seq ?? 0 } }
  }
}
