import Replication
import TestKit
import Testing

@testable import OfficeNode

@Suite("What all sessions may have waiting to be stored")
struct WindowSharesTests {
  private static let first = SessionLimits.firstCreditBytes
  private static let inAll = SessionLimits.creditBytesInAll

  @Test("whatever order they come, store and go in, all together have no more than the limit and a first credit each")
  func bound() {
    var random = SeededGenerator(seed: 20_261_122)
    var shares = WindowShares()
    var open: [(id: UInt64, window: Int)] = []
    var next: UInt64 = 1
    var isEverFull = false
    for step in 0..<12_000 {
      // Crowds come and go: the widest windows are those of the few that were there before.
      let crowd = [70, 400, 3][step / 2_000 % 3]
      if open.count < crowd, Int.random(in: 0..<3, using: &random) == 0 {
        shares.enter(next)
        open.append((next, Self.first))
        next += 1
      } else if open.count > crowd {
        shares.leave(open.removeFirst().id)
      } else if let index = open.indices.randomElement(using: &random) {
        let (id, window) = open[index]
        let share = shares.share(of: id, window: window)
        #expect(share >= Self.first && share <= SessionLimits.creditBytes)
        // As a session does with what it has stored (`SyncSession.giveBack`).
        let stored = Int.random(in: 0...window, using: &random)
        open[index].window = window + max(-stored, min(stored, share - window))
      }
      let waiting = open.reduce(0) { $0 + $1.window }
      #expect(waiting <= shares.total && shares.count == open.count)
      #expect(shares.total <= Self.inAll + open.count * Self.first)
      if waiting >= Self.inAll * 3 / 4 { isEverFull = true }
    }
    #expect(isEverFull)
    for session in open { shares.leave(session.id) }
    #expect(shares.total == 0)
  }

  @Test("a session alone has all that one may have; three hundred that store have even shares")
  func even() {
    var shares = WindowShares()
    shares.enter(0)
    #expect(shares.share(of: 0, window: Self.first) == SessionLimits.creditBytes)
    for id in 1..<300 as Range<UInt64> { shares.enter(id) }
    let all = (0..<300 as Range<UInt64>).map { shares.share(of: $0, window: Self.first) }
    #expect(Set(all) == [Self.inAll / 300])
  }
}
