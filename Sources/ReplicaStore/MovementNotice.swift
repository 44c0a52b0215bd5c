import Synchronization

/// Whom to tell that a stream's head moved.
final class MovementNotice: Sendable {
  /// Not the closure itself: taken out of a `Mutex` whose value it is, it comes wrapped for generic code, and goes back
  /// wrapped once more. Each transaction made it longer to call, until a million of them would have filled the stack.
  private struct Listener {
    let body: @Sendable () -> Void
  }

  private let listener = Mutex<Listener?>(nil)

  func listen(_ body: @escaping @Sendable () -> Void) { listener.withLock { $0 = Listener(body: body) } }
  func tell() { listener.withLock { $0 }?.body() }
}
