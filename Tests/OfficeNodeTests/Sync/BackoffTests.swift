import Testing

@testable import OfficeNode

@Suite("When a superior is called again")
struct BackoffTests {
  @Test("waits double from the first to the longest, and half of each is chance")
  func doubling() {
    var least = Backoff(first: .seconds(1), longest: .seconds(10))
    #expect((0..<6).map { _ in least.failed(0) } == [0.5, 1, 2, 4, 5, 5].map { Duration.seconds($0) })
    var most = Backoff(first: .seconds(1), longest: .seconds(10))
    #expect((0..<6).map { _ in most.failed(1) } == [1, 2, 4, 8, 10, 10].map { Duration.seconds($0) })
  }

  @Test("a complete session begins anew; a thousand failures overflow nothing")
  func again() {
    var backoff = Backoff()
    for _ in 0..<1_000 { #expect(backoff.failed(1) <= Backoff.standardLongest) }
    backoff.succeeded()
    #expect(backoff.failed(1) == Backoff.standardFirst)
    // A longest wait below the first one is not one.
    var odd = Backoff(first: .seconds(5), longest: .seconds(1))
    #expect(odd.failed(1) == .seconds(5) && odd.failed(2) == .seconds(5))
  }
}
