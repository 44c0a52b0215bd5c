/// Reads deterministic CBOR and refuses every other encoding: a longer argument than needed, an indefinite
/// length, keys out of order or twice, floating point, tags, invalid UTF-8, bytes left over.
public struct CBORReader: Sendable {
  public enum Failure: String, Sendable, Hashable, Error, CaseIterable {
    case truncated
    case notShortest = "not-shortest"
    case unsupported
    case unexpectedType = "unexpected-type"
    case outOfRange = "out-of-range"
    case invalidUTF8 = "invalid-utf8"
    case keyOrder = "key-order"
    case tooLong = "too-long"
    case trailingBytes = "trailing-bytes"
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
  }

  private let bytes: [UInt8]
  /// Where this reader's item ends: nested items are read in place.
  private let end: Int
  /// Offset of the next unread byte, for messages that say where.
  public private(set) var offset: Int = 0

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  /// Reads `bytes` from `offset` on.
  package init(_ bytes: [UInt8], from offset: Int) {
    self.init(bytes, from: offset, end: bytes.count)
  }

  private init(_ bytes: [UInt8], from offset: Int, end: Int) {
    self.bytes = bytes
    self.end = end
    self.offset = offset
  }

  public var isAtEnd: Bool { offset == end }

  /// - Throws: `trailingBytes` unless everything was read.
  public func finish() throws(Failure) {
    if !isAtEnd { throw .trailingBytes }
  }

  /// The major type of the next item, or `nil` at the end.
  public var nextMajor: UInt8? { offset < end ? bytes[offset] >> 5 : nil }

  public var isNextNull: Bool { offset < end && bytes[offset] == 0xF6 }

  public mutating func unsigned() throws(Failure) -> UInt64 { try argument(major: 0) }

  /// An unsigned integer no greater than `limit`.
  public mutating func count(atMost limit: Int) throws(Failure) -> Int {
    let value = try unsigned()
    guard value <= UInt64(limit) else { throw .outOfRange }
    return Int(value)
  }

  public mutating func integer() throws(Failure) -> Int64 {
    if nextMajor == 1 {
      let value = try argument(major: 1)
      guard value <= UInt64(Int64.max) else { throw .outOfRange }
      return ~Int64(value)
    }
    let value = try argument(major: 0)
    guard value <= UInt64(Int64.max) else { throw .outOfRange }
    return Int64(value)
  }

  public mutating func byteString(atMost limit: Int) throws(Failure) -> [UInt8] {
    Array(bytes[try range(major: 2, atMost: limit)])
  }

  /// What there is of a byte string that may be cut off.
  mutating func byteStringBeginning(atMost limit: Int) throws(Failure) -> [UInt8] {
    let length = try argument(major: 2)
    guard length <= UInt64(limit) else { throw .tooLong }
    let count = min(Int(length), end - offset)
    defer { offset += count }
    return Array(bytes[offset..<(offset + count)])
  }

  /// A reader of a byte string's contents, in place.
  mutating func nested(atMost limit: Int) throws(Failure) -> CBORReader {
    let range = try range(major: 2, atMost: limit)
    return CBORReader(bytes, from: range.lowerBound, end: range.upperBound)
  }

  mutating func skipByteString(atMost limit: Int) throws(Failure) { _ = try range(major: 2, atMost: limit) }

  /// What this reader has not read yet.
  var rest: ArraySlice<UInt8> { bytes[offset..<end] }

  public mutating func text(atMost limit: Int) throws(Failure) -> String {
    let range = try range(major: 3, atMost: limit)
    guard let value = String(validating: bytes[range], as: UTF8.self) else { throw .invalidUTF8 }
    return value
  }

  public mutating func arrayHead(atMost limit: Int) throws(Failure) -> Int {
    let value = try argument(major: 4)
    guard value <= UInt64(limit) else { throw .tooLong }
    return Int(value)
  }

  /// - Throws: `unexpectedType` unless the array has exactly `count` items.
  public mutating func array(of count: Int) throws(Failure) {
    guard try arrayHead(atMost: count) == count else { throw .unexpectedType }
  }

  public mutating func mapHead(atMost limit: Int) throws(Failure) -> Int {
    let value = try argument(major: 5)
    guard value <= UInt64(limit) else { throw .tooLong }
    return Int(value)
  }

  public mutating func flag() throws(Failure) -> Bool {
    guard offset < end else { throw .truncated }
    switch bytes[offset] {
    case 0xF4:
      offset += 1
      return false
    case 0xF5:
      offset += 1
      return true
    default: throw .unexpectedType
    }
  }

  public mutating func null() throws(Failure) {
    guard offset < end else { throw .truncated }
    guard bytes[offset] == 0xF6 else { throw .unexpectedType }
    offset += 1
  }

  public mutating func digest() throws(Failure) -> Digest {
    guard let digest = Digest(try byteString(atMost: Digest.byteCount)) else { throw .outOfRange }
    return digest
  }

  private mutating func range(major: UInt8, atMost limit: Int) throws(Failure) -> Range<Int> {
    let length = try argument(major: major)
    guard length <= UInt64(limit) else { throw .tooLong }
    let count = Int(length)
    guard count <= end - offset else { throw .truncated }
    defer { offset += count }
    return offset..<(offset + count)
  }

  private mutating func argument(major: UInt8) throws(Failure) -> UInt64 {
    guard offset < end else { throw .truncated }
    let initial = bytes[offset]
    guard initial >> 5 == major else { throw .unexpectedType }
    let info = initial & 0x1F
    guard info < 28 else { throw .unsupported }
    if info < 24 {
      offset += 1
      return UInt64(info)
    }
    let width = 1 << Int(info - 24)
    guard end - offset > width else { throw .truncated }
    var value: UInt64 = 0
    for index in 1...width { value = value << 8 | UInt64(bytes[offset + index]) }
    let smallest: UInt64 = width == 1 ? 24 : 1 << UInt64(width * 4)
    guard value >= smallest else { throw .notShortest }
    offset += 1 + width
    return value
  }
}
