/// Id of a record, an act or a file: 16 bytes, the first six the creation time in milliseconds, so that rows are
/// stored in the order they were made (random keys cost SQLite a factor of eight here).
public struct RecordID: Sendable, Hashable, Comparable, CustomStringConvertible {
  public static let byteCount = 16
  public let bytes: [UInt8]

  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// - Parameter random: at least ten bytes, unpredictable ones, so that offices never choose the same id.
  /// - Returns: `nil` with fewer.
  public init?(milliseconds: UInt64, random: [UInt8]) {
    guard random.count >= 10 else { return nil }
    let time = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * $0)) }
    bytes = time + random.prefix(10)
  }

  public init?(hex: some StringProtocol) {
    guard let bytes = Hexadecimal.bytes(hex) else { return nil }
    self.init(bytes)
  }

  /// 32 hexadecimal digits.
  public var description: String { Hexadecimal.string(bytes) }
  public static func < (lhs: RecordID, rhs: RecordID) -> Bool { lhs.bytes.lexicographicallyPrecedes(rhs.bytes) }
}

extension RecordID {
  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
  /// All zero: names nothing.
  public static let zero = RecordID(unchecked: [UInt8](repeating: 0, count: byteCount))
}
