import Foundation
import Replication
import SignatureSuites

/// The world outside, passed in once: the wall clock and fresh ids.
public struct SystemEffects: Sendable {
  /// Unix milliseconds.
  public var now: @Sendable () -> UInt64
  public var randomBytes: @Sendable (Int) -> [UInt8]

  public init(now: @escaping @Sendable () -> UInt64, randomBytes: @escaping @Sendable (Int) -> [UInt8]) {
    self.now = now
    self.randomBytes = randomBytes
  }

  public static let live = SystemEffects(
    now: { UInt64(max(0, Date().timeIntervalSince1970 * 1000)) },
    randomBytes: { SignatureSuites.randomBytes($0) })

  /// A random number from 0 to 1.
  func fraction() -> Double {
    Double(randomBytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) / Double(UInt32.max)
  }

  /// A fresh id; ten random bytes always suffice.
  func newID() -> RecordID {
    RecordID(milliseconds: now(), random: randomBytes(10)) ?? RecordID.zero
  }
}
