/// A hybrid logical clock's stamp: 48 bits of Unix milliseconds and 16 bits of counter in one integer, so that a
/// full counter carries into the milliseconds instead of overflowing (Kulkarni et al., "Logical Physical Clocks").
public struct HybridTimestamp: Sendable, Hashable, Comparable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameter milliseconds: Unix milliseconds; held to 48 bits (the year 10889).
  public init(milliseconds: UInt64, counter: UInt16 = 0) {
    rawValue = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | UInt64(counter)
  }

  public var milliseconds: UInt64 { rawValue >> 16 }
  public var next: HybridTimestamp { HybridTimestamp(rawValue: rawValue == .max ? .max : rawValue + 1) }

  public static func < (lhs: HybridTimestamp, rhs: HybridTimestamp) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// One node's clock. Strictly increasing for its own entries; never refuses anybody's.
public struct HybridClock: Sendable, Hashable {
  /// How far beyond the wall a foreign stamp may pull this clock: a peer years ahead must not drag us along.
  public static let advanceMillisecondsMax: UInt64 = 60_000

  public private(set) var last: HybridTimestamp

  public init(last: HybridTimestamp) { self.last = last }

  /// The stamp of the next own entry. Goes on from `last` when the wall went back.
  public mutating func tick(wallMilliseconds: UInt64) -> HybridTimestamp {
    let wall = HybridTimestamp(milliseconds: wallMilliseconds)
    last = wall > last ? wall : last.next
    return last
  }

  /// Takes note of a stamp of one's own that was fetched back after the loss of a database: one's stamps increase, and of
  /// two writes of a field the later stamp is the later write.
  public mutating func resume(after stamp: HybridTimestamp) { last = max(last, stamp) }

  /// Takes note of a foreign stamp, up to `advanceMillisecondsMax` beyond the wall.
  public mutating func witness(_ stamp: HybridTimestamp, wallMilliseconds: UInt64) {
    let ceiling = HybridTimestamp(milliseconds: wallMilliseconds + Self.advanceMillisecondsMax)
    let held = min(stamp, ceiling)
    if held > last { last = held }
  }
}
