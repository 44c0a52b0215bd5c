import ReplicaStore
import SignatureSuites

extension Home {
  /// - Parameter timing: told how long each transaction took that may write.
  /// - Throws: `StoreError`.
  func openStore(timing: (@Sendable (Duration) -> Void)? = nil) throws -> ReplicaStore {
    try ReplicaStore.open(path: database, suites: .standard, timing: timing)
  }

  /// The database as it stands now, for reading beside the node.
  /// - Throws: `StoreError`.
  func openSnapshot() throws -> StoreSnapshot { try StoreSnapshot.open(path: database, suites: .standard) }
}
