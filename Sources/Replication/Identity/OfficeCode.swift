/// An office's own stable code, for example `130526-01`. Never only a division code: divisions split and merge.
public struct OfficeCode: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Enough for a division code, a body and a branch; short enough for a column.
  public static let lengthMax = 32
  public let text: String

  /// - Returns: `nil` unless 1 to 32 ASCII letters, digits, `-` or `_`, beginning with a letter or digit.
  public init?(_ text: String) {
    let utf8 = Array(text.utf8)
    guard (1...Self.lengthMax).contains(utf8.count), Self.isAlphanumeric(utf8[0]),
      utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F })
    else { return nil }
    self.text = text
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  public var description: String { text }
  public static func < (lhs: OfficeCode, rhs: OfficeCode) -> Bool {
    lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
  }
}
