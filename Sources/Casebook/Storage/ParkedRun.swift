public import Replication

/// A run of entries that came in a bundle before what it continues, or before its author's charter (待续). It counts for
/// nothing until the gap closes; its bytes are bounded by `BundleIntake.parkedBytesMax`.
public struct ParkedRun: Sendable, Hashable {
  public var stream: StreamID
  public var first: UInt64
  public var last: UInt64
  /// Bytes of the encoded entries.
  public var bytes: Int

  public init(stream: StreamID, first: UInt64, last: UInt64, bytes: Int) {
    self.stream = stream
    self.first = first
    self.last = last
    self.bytes = bytes
  }
}
