import NIOCore

/// A bucket that loses a drop per interval, held as the time when it will be empty (the virtual scheduling of
/// ITU-T I.371, annex A).
struct LeakyBucket: Sendable, Hashable {
  private(set) var emptyAt = NIODeadline.uptimeNanoseconds(0)

  /// Whether it holds so many drops.
  func holds(_ drops: Int, losingOneIn interval: TimeAmount, at now: NIODeadline) -> Bool {
    emptyAt - now > interval * (drops - 1)
  }

  /// - Parameter most: drops it can hold; what is beyond is lost.
  mutating func add(losingOneIn interval: TimeAmount, most: Int, at now: NIODeadline) {
    emptyAt = min(max(emptyAt, now) + interval, now + interval * most)
  }
}
