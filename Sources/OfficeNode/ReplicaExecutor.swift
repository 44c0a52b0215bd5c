import Dispatch

/// Runs the node's actor on a queue of its own: SQLite blocks, and a blocked thread of the shared pool would halve
/// a server of two cores.
final class ReplicaExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "docket.replica")

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
