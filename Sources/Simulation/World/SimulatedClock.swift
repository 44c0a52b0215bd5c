/// A machine's wall clock: the true time, moved and drifting.
struct SimulatedClock {
  /// Milliseconds it is ahead of the true time; negative: behind.
  private(set) var offset: Int64 = 0
  /// Parts in a million it runs too fast; negative: too slow.
  var driftPerMillion: Int64 = 0
  /// True time since which it drifts.
  private var since: UInt64 = 0

  init(start: UInt64) { since = start }

  func reading(at trueTime: UInt64) -> UInt64 {
    let passed = Int64(trueTime - min(trueTime, since))
    return UInt64(max(0, Int64(trueTime) + offset + passed * driftPerMillion / 1_000_000))
  }

  mutating func step(by milliseconds: Int64) { offset += milliseconds }

  /// Somebody sets it right.
  mutating func correct() {
    offset = 0
    driftPerMillion = 0
  }
}
