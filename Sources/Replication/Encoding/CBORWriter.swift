/// Writes deterministic CBOR (RFC 8949 section 4.2.1): shortest arguments, definite lengths, map keys in
/// bytewise order of their encodings. There is exactly one encoding for each value, so that bytes can be hashed
/// and signed. No floating point and no tags.
public struct CBORWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// - Parameter capacity: bytes to make room for.
  public init(capacity: Int) { bytes.reserveCapacity(capacity) }

  public mutating func unsigned(_ value: UInt64) { head(major: 0, argument: value) }

  public mutating func integer(_ value: Int64) {
    if value >= 0 {
      head(major: 0, argument: UInt64(value))
    } else {
      head(major: 1, argument: UInt64(bitPattern: ~value))
    }
  }

  public mutating func byteString(_ value: [UInt8]) {
    head(major: 2, argument: UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// The UTF-8 bytes as given: no Unicode normalisation, so that what was signed is what is read.
  public mutating func text(_ value: String) {
    head(major: 3, argument: UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  public mutating func arrayHead(_ count: Int) { head(major: 4, argument: UInt64(count)) }

  /// The caller writes `count` pairs next, keys in bytewise order of their encodings.
  public mutating func mapHead(_ count: Int) { head(major: 5, argument: UInt64(count)) }

  public mutating func flag(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

  public mutating func null() { bytes.append(0xF6) }

  /// Bytes that are already one deterministic item.
  public mutating func encoded(_ item: some Collection<UInt8>) { bytes.append(contentsOf: item) }

  private mutating func head(major: UInt8, argument: UInt64) {
    let top = major << 5
    switch argument {
    case 0..<24:
      bytes.append(top | UInt8(argument))
    case 24...0xFF:
      bytes.append(top | 24)
      bytes.append(UInt8(argument))
    case 0x100...0xFFFF:
      bytes.append(top | 25)
      appendBigEndian(argument, count: 2)
    case 0x1_0000...0xFFFF_FFFF:
      bytes.append(top | 26)
      appendBigEndian(argument, count: 4)
    default:
      bytes.append(top | 27)
      appendBigEndian(argument, count: 8)
    }
  }

  private mutating func appendBigEndian(_ value: UInt64, count: Int) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0.suffix(count)) }
  }
}
