public import Replication

/// Some fields of a record, without their stamps.
public struct RecordValues: Sendable, Hashable {
  public var id: RecordID
  /// In the order they were asked for.
  public var values: [FieldValue]

  public init(id: RecordID, values: [FieldValue]) {
    self.id = id
    self.values = values
  }
}
