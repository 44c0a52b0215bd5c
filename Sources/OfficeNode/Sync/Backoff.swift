/// How long to wait before a superior is called again.
///
/// Doubles from `first` to `longest`, and of that a random part between a half and the whole: a city whose node comes back
/// would else be called by all its districts in the same second (AWS Architecture Blog, "Exponential Backoff and
/// Jitter", 2015: "equal jitter").
public struct Backoff: Sendable, Hashable {
  let first: Duration
  let longest: Duration
  /// Failures since the last complete session.
  private(set) var failures = 0

  /// A branch office notices in the time of a telephone call that the line is back.
  public static let standardFirst = Duration.seconds(1)
  public static let standardLongest = Duration.seconds(300)

  init(first: Duration = standardFirst, longest: Duration = standardLongest) {
    self.first = first
    self.longest = max(first, longest)
  }

  mutating func succeeded() { failures = 0 }

  /// - Parameter fraction: random, from 0 to 1.
  /// - Returns: the wait after one more failure.
  mutating func failed(_ fraction: Double) -> Duration {
    failures += 1
    // 2^20 seconds are twelve days: no longest wait is longer.
    let doubled = first * (1 << min(failures - 1, 20))
    let whole = min(doubled, longest)
    return whole / 2 + whole * (min(max(fraction, 0), 1) / 2)
  }
}
