import ReplicaStore
import SignatureSuites

extension Home {
  /// - Throws: `StoreError`.
  func openStore() throws -> ReplicaStore { try ReplicaStore.open(path: database, suites: .standard) }

  /// The database as it stands now, for reading beside the node.
  /// - Throws: `StoreError`.
  func openSnapshot() throws -> StoreSnapshot { try StoreSnapshot.open(path: database, suites: .standard) }
}
