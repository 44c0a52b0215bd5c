import Foundation
@testable import ReplicaStore
import Synchronization
import Testing

@Suite("Told of each movement for as long as a node runs")
struct MovementNoticeTests {
  @Test("what is called for the hundred-thousandth takes no more of the stack than for the first")
  func often() async {
    let notice = MovementNotice()
    let count = Atomic<Int>(0)
    notice.tell()
    notice.listen { count.add(1, ordering: .relaxed) }
    await withCheckedContinuation { done in
      let thread = Thread {
        for _ in 0..<100_000 { notice.tell() }
        done.resume()
      }
      // A call through a chain of as many closures needs megabytes.
      thread.stackSize = 256 * 1_024
      thread.start()
    }
    #expect(count.load(ordering: .relaxed) == 100_000)
  }
}
