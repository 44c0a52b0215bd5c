import Dispatch
import Synchronization
import Testing

@testable import OfficeNode

/// Reads that go on until they are let go of, and a record of which began.
final class HeldReads: Sendable {
  private let gate = DispatchSemaphore(value: 0)
  private let begun = Mutex<[Int]>([])
  private let running = Mutex((now: 0, most: 0))

  var order: [Int] { begun.withLock { $0 } }
  var most: Int { running.withLock { $0.most } }

  func body(_ number: Int) -> Int {
    begun.withLock { $0.append(number) }
    running.withLock {
      $0.now += 1
      $0.most = max($0.most, $0.now)
    }
    // A test that failed lets go of none.
    _ = gate.wait(timeout: .now() + 90)
    running.withLock { $0.now -= 1 }
    return number
  }

  func release(_ count: Int) { for _ in 0..<count { gate.signal() } }

  /// Waits until so many began.
  func began(_ count: Int) async throws {
    try await Patience.until("\(count) reads have begun") { order.count >= count }
  }

  /// A read with this number, for as long as it is not let go of.
  func read(
    _ number: Int, with readers: DeskReaders, in lane: DeskReaders.Lane = .rows
  ) -> Task<Int, any Error> {
    Task { try await readers.run(in: lane, prepare: { number }, self.body) }
  }
}
