import Casebook
import Logging
import ReplicaStore
import Replication

/// Makes the projection again when an upgrade owes it. It may take minutes, in which the node is not ready: the log
/// says what it does meanwhile.
enum OwedRebuild {
  /// Soon enough for whoever looks whether the node still works, and seldom enough that hours of it fill no journal.
  private static let tellingInterval = Duration.seconds(10)

  /// - Returns: the context after it.
  static func run(_ context: ReplicaContext, in store: ReplicaStore, logger: Logger) throws -> ReplicaContext {
    let start = ContinuousClock.now
    let (after, total) = try store.transaction { storage -> (ReplicaContext, Int) in
      let total = try storage.heads().reduce(0) { $0 + Int($1.seq) }
      logger.notice("projection rebuild begun", metadata: ["total": "\(total)"])
      var told = start
      let upgraded = try SchemaUpgrade.run(context, in: storage) { done in
        let now = ContinuousClock.now
        guard now - told >= tellingInterval else { return }
        told = now
        logger.notice("projection rebuild goes on", metadata: ["done": "\(done)", "total": "\(total)"])
      }
      return (upgraded.context, total)
    }
    let seconds = (ContinuousClock.now - start).components.seconds
    logger.notice("projection rebuilt", metadata: ["total": "\(total)", "seconds": "\(seconds)"])
    return after
  }
}
