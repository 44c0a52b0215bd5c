import Replication
import Synchronization

/// Tells whoever waits for content in this process what happened to it: sessions that stay open, and a person's `attach
/// get`.
final class AttachmentNews: Sendable {
  enum Item: Sendable, Hashable {
    /// Records came, or an attachment was asked for: there may be something to fetch.
    case wanted
    /// The blob is whole here.
    case arrived(BlobID)
    /// It is not fetched in some session any more; another one may.
    case released(BlobID)
  }

  private struct Listeners {
    var next = 0
    var all: [Int: @Sendable (Item) -> Void] = [:]
  }

  private let listeners = Mutex(Listeners())

  /// - Parameter listener: called from anywhere; must not wait.
  /// - Returns: for `remove`.
  func add(_ listener: @escaping @Sendable (Item) -> Void) -> Int {
    listeners.withLock { listeners in
      listeners.next += 1
      listeners.all[listeners.next] = listener
      return listeners.next
    }
  }

  func remove(_ number: Int) { listeners.withLock { _ = $0.all.removeValue(forKey: number) } }

  /// - Parameter number: of the listener that tells it.
  func tell(_ item: Item, except number: Int? = nil) {
    for (_, listener) in listeners.withLock({ $0.all.filter { $0.key != number } }) { listener(item) }
  }
}
