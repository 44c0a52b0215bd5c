/// libcrypto's `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 section 7.3) against the log's fixed 64 bytes.
///
/// The log keeps the fixed form because DER has more than one length, and careless readers take more than one
/// encoding of the same numbers.
enum DERSignature {
  /// r, and s.
  private static let numberBytes = 32
  static let rawBytes = 2 * numberBytes
  /// Two numbers with a tag, a length and a zero byte before a high bit, in one sequence.
  static let bytesMax = 2 + 2 * (3 + numberBytes)

  /// - Returns: `nil` unless there are exactly 64 bytes.
  static func encode(_ raw: [UInt8]) -> [UInt8]? {
    guard raw.count == rawBytes else { return nil }
    let body = integer(raw[..<numberBytes]) + integer(raw[numberBytes...])
    return [0x30, UInt8(body.count)] + body
  }

  /// - Returns: `nil` unless this is the one DER encoding of two numbers of at most 32 bytes.
  static func decode(_ der: [UInt8]) -> [UInt8]? {
    guard der.count >= 2, der.count <= bytesMax, der[0] == 0x30, Int(der[1]) == der.count - 2 else {
      return nil
    }
    var rest = der.dropFirst(2)
    var raw: [UInt8] = []
    for _ in 0..<2 {
      guard rest.popFirst() == 0x02, let length = rest.popFirst(), rest.count >= length else { return nil }
      let value = rest.prefix(Int(length)).drop { $0 == 0 }
      guard value.count <= numberBytes else { return nil }
      raw += [UInt8](repeating: 0, count: numberBytes - value.count) + value
      rest = rest.dropFirst(Int(length))
    }
    // Written again, it must be the same: no padding, no negative number, nothing behind.
    return encode(raw) == der ? raw : nil
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var value = Array(bytes.drop { $0 == 0 })
    if value.first.map({ $0 & 0x80 != 0 }) ?? true { value.insert(0, at: 0) }
    return [0x02, UInt8(value.count)] + value
  }
}
