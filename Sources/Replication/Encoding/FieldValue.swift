/// The value of a record's field or of an act's form on the wire.
///
/// Kinds are told apart by CBOR's own major types, so there is one encoding for each value. Dates are text.
public enum FieldValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])
  case flag(Bool)
  /// A list of scalar values; lists do not nest.
  case list([FieldValue])

  /// Largest text or byte value. Half an entry, so that any single value fits into one (`LogLimits.entryBytesMax`).
  public static let bytesMax = 32 * 1024
  /// Longest list: as many as an entry has changes.
  public static let listMax = 256

  public func write(to writer: inout CBORWriter) {
    switch self {
    case .null: writer.null()
    case .integer(let value): writer.integer(value)
    case .text(let value): writer.text(value)
    case .bytes(let value): writer.byteString(value)
    case .flag(let value): writer.flag(value)
    case .list(let values):
      writer.arrayHead(values.count)
      for value in values { value.write(to: &writer) }
    }
  }

  public init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    guard let major = reader.nextMajor else { throw .truncated }
    switch major {
    case 0, 1: self = .integer(try reader.integer())
    case 2: self = .bytes(try reader.byteString(atMost: Self.bytesMax))
    case 3: self = .text(try reader.text(atMost: Self.bytesMax))
    case 4:
      let count = try reader.arrayHead(atMost: Self.listMax)
      var values: [FieldValue] = []
      for _ in 0..<count {
        guard reader.nextMajor != 4 else { throw .unsupported }
        values.append(try FieldValue(from: &reader))
      }
      self = .list(values)
    case 7:
      if reader.isNextNull {
        try reader.null()
        self = .null
      } else {
        self = .flag(try reader.flag())
      }
    default: throw .unsupported
    }
  }

  /// Deterministic encoding, for comparing and hashing.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    write(to: &writer)
    return writer.bytes
  }

  public var text: String? { if case .text(let value) = self { value } else { nil } }
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  public var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
  public var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
  public var list: [FieldValue]? { if case .list(let value) = self { value } else { nil } }
}
