/// A record: typed fields with their stamps, kept as one row.
public struct RecordRow: Sendable, Hashable {
  public let type: UInt64
  public let id: RecordID
  public private(set) var fields: [UInt64: RegisterState]

  public init(type: UInt64, id: RecordID, fields: [UInt64: RegisterState] = [:]) {
    self.type = type
    self.id = id
    self.fields = fields
  }

  public func value(_ field: UInt64) -> FieldValue { fields[field]?.winner?.value ?? .null }
  public func text(_ field: UInt64) -> String? { value(field).text }

  public mutating func apply(
    _ write: RecordWrite, stamp: WriteStamp, rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp = { $0.time }
  ) {
    for field in write.fields {
      fields[field.number, default: RegisterState()].apply(
        field.value, stamp: stamp, replacing: field.replaces, rank: rank, time: time)
    }
  }

  /// Orders the values of every field in conflict again.
  public mutating func sort(rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp) {
    for number in fields.keys { fields[number]?.sort(rank: rank, time: time) }
  }
}
