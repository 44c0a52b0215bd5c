/// How fast work goes, and how long it will take at that rate. Time is passed in.
///
/// The rate is that of the last seconds, not of the whole: a link that slows down must not promise what it did before,
/// and one that stands still gives no promise at all.
public struct RateEstimate: Sendable, Hashable {
  /// What lies further back says nothing of the rate now. Long enough that a transaction of a second does not show as a
  /// standstill, short enough that a person sees a change while looking.
  public static let windowMilliseconds: UInt64 = 10_000
  /// Less says too little.
  public static let spanMillisecondsMin: UInt64 = 1_000
  /// Reports kept: one in 100 ms for the window.
  private static let samplesMax = 100

  private struct Sample: Hashable {
    var time: UInt64
    var done: Int
  }

  /// By time; the first is the last one from before the window, where there is one.
  private var samples: [Sample] = []

  public init() {}

  /// - Parameters:
  ///   - done: what is done since the work began; less than before begins anew.
  ///   - milliseconds: a clock that does not go back.
  public mutating func note(done: Int, at milliseconds: UInt64) {
    if let last = samples.last, done < last.done || milliseconds < last.time { samples = [] }
    let apart = Self.windowMilliseconds / UInt64(Self.samplesMax)
    if samples.count >= 2, milliseconds - samples[samples.count - 2].time < apart { samples.removeLast() }
    samples.append(Sample(time: milliseconds, done: done))
    let edge = Self.edge(of: milliseconds)
    while samples.count >= 2, samples[1].time <= edge { samples.removeFirst() }
  }

  private static func edge(of milliseconds: UInt64) -> UInt64 {
    milliseconds > windowMilliseconds ? milliseconds - windowMilliseconds : 0
  }

  /// Done in a thousand seconds; `nil` as long as it cannot be said.
  /// - Parameter milliseconds: the present; work may have stood still since the last report.
  public func perThousandSeconds(at milliseconds: UInt64) -> Int? {
    let edge = Self.edge(of: milliseconds)
    guard let first = samples.last(where: { $0.time <= edge }) ?? samples.first, let last = samples.last,
      milliseconds >= first.time + Self.spanMillisecondsMin
    else { return nil }
    let gained = last.done - first.done
    return Int((Double(gained) * 1_000_000 / Double(milliseconds - first.time)).rounded())
  }

  /// Whole seconds until `total` is reached, rounded up; `nil` when it cannot be said: too early, or standing still.
  public func secondsLeft(until total: Int, at milliseconds: UInt64) -> Int? {
    guard let rate = perThousandSeconds(at: milliseconds), rate > 0, let last = samples.last else { return nil }
    guard total > last.done else { return 0 }
    let left = Double(total - last.done) * 1_000 / Double(rate)
    // Beyond a year nobody plans by it.
    return left < 31_536_000 ? Int(left.rounded(.up)) : nil
  }
}
