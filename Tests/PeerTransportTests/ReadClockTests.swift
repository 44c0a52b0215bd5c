import NIOCore
import PeerTransport
import Testing

@Suite("How long a peer keeps us waiting")
struct ReadClockTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private func clock() -> ReadClock { ReadClock(silence: .seconds(120), frame: .seconds(60), at: start) }

  @Test("silence is cut off, and whatever is said puts it off")
  func silence() {
    var clock = clock()
    #expect(clock.deadline == start + .seconds(120))
    #expect(clock.verdict(at: start + .seconds(119)) == nil)
    #expect(clock.verdict(at: start + .seconds(120)) == .silent)
    clock.heard(frames: 1, isWithinFrame: false, at: start + .seconds(100))
    #expect(clock.verdict(at: start + .seconds(219)) == nil)
    #expect(clock.verdict(at: start + .seconds(220)) == .silent)
  }

  @Test("a peer that knows no pings may be silent for longer, also after it had been silent for some time")
  func pingless() {
    var clock = clock()
    clock.bear(.seconds(900))
    #expect(clock.deadline == start + .seconds(900))
    #expect(clock.verdict(at: start + .seconds(899)) == nil)
    #expect(clock.verdict(at: start + .seconds(900)) == .silent)
    // A frame still has to end.
    clock.heard(frames: 0, isWithinFrame: true, at: start + .seconds(100))
    #expect(clock.verdict(at: start + .seconds(160)) == .slowFrame)
  }

  @Test("a byte a second does not put off the end of a frame")
  func trickle() {
    var clock = clock()
    for second in 0..<60 as Range<Int64> {
      clock.heard(frames: 0, isWithinFrame: true, at: start + .seconds(second))
      #expect(clock.verdict(at: start + .seconds(second)) == nil)
    }
    #expect(clock.verdict(at: start + .seconds(60)) == .slowFrame)
  }

  @Test("a frame that ends within a piece starts the time of the next anew")
  func pieces() {
    var clock = clock()
    clock.heard(frames: 0, isWithinFrame: true, at: start)
    clock.heard(frames: 1, isWithinFrame: true, at: start + .seconds(50))
    #expect(clock.verdict(at: start + .seconds(109)) == nil)
    #expect(clock.verdict(at: start + .seconds(110)) == .slowFrame)
    clock.heard(frames: 1, isWithinFrame: false, at: start + .seconds(109))
    #expect(clock.verdict(at: start + .seconds(228)) == nil)
    #expect(clock.verdict(at: start + .seconds(229)) == .silent)
  }

  @Test("while we do not read, nobody is late")
  func pause() {
    var clock = clock()
    clock.heard(frames: 0, isWithinFrame: true, at: start)
    clock.pause(at: start + .seconds(50))
    clock.pause(at: start + .seconds(55))
    #expect(clock.deadline == nil && clock.verdict(at: start + .hours(1)) == nil)
    clock.resume(at: start + .hours(1))
    #expect(clock.deadline == start + .hours(1) + .seconds(10))
    #expect(clock.verdict(at: start + .hours(1) + .seconds(10)) == .slowFrame)
  }
}
