public import Replication

/// A table of the projection that is not what the log gives.
public struct ProjectionDifference: Sendable, Hashable {
  /// What the rows of a table are found by; which of it, depends on the table.
  public struct Row: Sendable, Hashable {
    public var file: RecordID?
    /// A record, or an act.
    public var record: RecordID?
    public var stream: StreamID?
    public var seq: UInt64?
    public var name: String?

    public init(
      file: RecordID? = nil, record: RecordID? = nil, stream: StreamID? = nil, seq: UInt64? = nil, name: String? = nil
    ) {
      self.file = file
      self.record = record
      self.stream = stream
      self.seq = seq
      self.name = name
    }

    /// For putting rows into one order.
    var order: String {
      let stream = stream.map { Hexadecimal.string($0.encoded) }
      return [file?.description, record?.description, stream, seq.map { "\($0)" }, name]
        .map { $0 ?? "" }.joined(separator: " ")
    }
  }

  /// As `doctor --rebuild` names it.
  public var table: String
  /// The first one that is missing, altered or too many.
  public var row: Row
  /// How many more differ.
  public var others: Int

  public init(table: String, row: Row, others: Int) {
    self.table = table
    self.row = row
    self.others = others
  }
}

/// What is stored and cannot be read.
public struct StoredDamage: Sendable, Hashable {
  public var cause: String
  /// Offset in what is stored of an entry; `nil` where it is not known.
  public var byte: Int?

  public init(cause: String, byte: Int? = nil) {
    self.cause = cause
    self.byte = byte
  }
}

/// An error of a storage that can tell damage to what is stored from a reading that failed: who checks a replica reports
/// the one and goes on, and gives up at the other.
public protocol StorageFailure: Error {
  /// `nil` where the reading failed.
  var damage: StoredDamage? { get }
}
