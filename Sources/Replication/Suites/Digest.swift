/// A 32-byte hash. Both suites have 32-byte hashes.
public struct Digest: Sendable, Hashable, Comparable {
  public static let byteCount = 32
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: some Sequence<UInt8>) {
    let array = Array(bytes)
    guard array.count == Self.byteCount else { return nil }
    self.bytes = array
  }

  /// The same without copying.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// All zero: stands where there is no predecessor.
  public static let zero = Digest(unchecked: [UInt8](repeating: 0, count: byteCount))

  public static func < (lhs: Digest, rhs: Digest) -> Bool { lhs.bytes.lexicographicallyPrecedes(rhs.bytes) }
}
