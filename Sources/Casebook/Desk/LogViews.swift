public import Casework

/// What `docket verify` checked.
public struct VerifyView: Sendable, Hashable, Codable {
  public var streams: Int
  public var entries: Int
  public var signatures: Int
  public var charters: Int
  public var receipts: Int
  /// Proofs that an author signed two entries for one position.
  public var forkProofs: Int
  /// Entries of branches that do not stand.
  public var aside: Int
  public var files: Int
  /// What there is of the attachments that files name; absent where only the log was checked.
  public var attachments: AttachmentCounts?
  public var problems: [VerifyProblem]

  public init(
    streams: Int, entries: Int, signatures: Int, charters: Int, receipts: Int, forkProofs: Int = 0, aside: Int = 0,
    files: Int, attachments: AttachmentCounts? = nil, problems: [VerifyProblem]
  ) {
    self.streams = streams
    self.entries = entries
    self.signatures = signatures
    self.charters = charters
    self.receipts = receipts
    self.forkProofs = forkProofs
    self.aside = aside
    self.files = files
    self.attachments = attachments
    self.problems = problems
  }
}

/// A place where the log or the projection is not what was signed.
public struct VerifyProblem: Sendable, Hashable, Codable {
  public var office: String
  public var stream: String
  public var seq: UInt64?
  public var code: String
  /// Offset in what is stored of the entry; absent where it cannot be known.
  public var byte: Int?
  /// Table of the projection, and what its first wrong row is found by.
  public var table: String?
  public var row: String?
  public var message: Bilingual

  public init(
    office: String, stream: String, seq: UInt64?, code: String, byte: Int? = nil, table: String? = nil,
    row: String? = nil, message: Bilingual
  ) {
    self.office = office
    self.stream = stream
    self.seq = seq
    self.code = code
    self.byte = byte
    self.table = table
    self.row = row
    self.message = message
  }
}

/// A field two offices wrote unseen by each other.
public struct ConflictView: Sendable, Hashable, Codable {
  public var record: String
  public var type: String
  public var field: String
  public var isLegal: Bool
  public var values: [ConflictValue]

  public init(
    record: String, type: String, field: String, isLegal: Bool, values: [ConflictValue]
  ) {
    self.record = record
    self.type = type
    self.field = field
    self.isLegal = isLegal
    self.values = values
  }
}

/// One of the values; the first is in force.
public struct ConflictValue: Sendable, Hashable, Codable {
  public var value: String
  public var office: String
  public var time: UInt64

  public init(
    value: String, office: String, time: UInt64
  ) {
    self.value = value
    self.office = office
    self.time = time
  }
}

/// A change that is kept but not projected.
public struct HeldView: Sendable, Hashable, Codable {
  public var office: String
  public var stream: String
  public var seq: UInt64
  public var reason: String
  /// The rule of standing that decided, where one did (`ClassRule`).
  public var rule: String?
  public var message: Bilingual

  public init(
    office: String, stream: String, seq: UInt64, reason: String, rule: String?, message: Bilingual
  ) {
    self.office = office
    self.stream = stream
    self.seq = seq
    self.reason = reason
    self.rule = rule
    self.message = message
  }
}

/// An entry of the log.
public struct LogRow: Sendable, Hashable, Codable {
  public var office: String
  public var stream: String
  public var seq: UInt64
  public var time: UInt64
  public var changes: Int
  public var hash: String

  public init(
    office: String, stream: String, seq: UInt64, time: UInt64, changes: Int, hash: String
  ) {
    self.office = office
    self.stream = stream
    self.seq = seq
    self.time = time
    self.changes = changes
    self.hash = hash
  }
}
