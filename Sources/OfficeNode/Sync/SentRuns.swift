import Replication
import Synchronization

/// Runs on their way to a peer. It gives credit for each once that is stored (page 5), in the order in which they came;
/// only what it leaves is given back at once, so that a run may be taken for stored a moment early.
struct SentRuns {
  private var waiting: [(stream: StreamID, seq: UInt64)] = []

  /// Takes in a frame that is sent.
  mutating func note(_ frame: SyncFrame) {
    switch frame {
    case .entries(.spare(let run)): note(run)
    case .continuation(let continuation): note(continuation.run)
    default: break
    }
  }

  private mutating func note(_ run: EntryRun) { waiting.append((run.stream, run.first + UInt64(run.items.count) - 1)) }

  /// The first of them has been stored.
  mutating func takeFirst() -> (stream: StreamID, seq: UInt64)? {
    waiting.isEmpty ? nil : waiting.removeFirst()
  }
}

/// How far peers hold what they were sent over sessions that are open: known to this process alone until they end, for a
/// transaction of each would cost a disk's flush.
final class DeliveredHeads: Sendable {
  private let heads = Mutex<[OfficeCode: [StreamID: UInt64]]>([:])

  func note(_ head: (stream: StreamID, seq: UInt64), at peer: OfficeCode) {
    heads.withLock { $0[peer, default: [:]][head.stream] = head.seq }
  }

  func isKnown(of peer: OfficeCode) -> Bool { heads.withLock { $0[peer] != nil } }

  var all: [OfficeCode: [StreamID: UInt64]] { heads.withLock { $0 } }

  /// What is known of a peer, which is forgotten with that.
  func take(of peer: OfficeCode) -> [StreamID: UInt64] { heads.withLock { $0.removeValue(forKey: peer) } ?? [:] }
}
