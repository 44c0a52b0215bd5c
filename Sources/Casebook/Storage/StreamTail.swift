public import Replication

/// What is held of a stream beyond a position, told without reading the entries.
public struct StreamTail: Sendable, Hashable {
  public var entries: UInt64
  /// As they are stored here; on the way they take about as much.
  public var bytes: Int
  /// When the first of them was stored here, by this machine's clock, Unix milliseconds.
  public var since: UInt64
  /// The same of the last one.
  public var newest: UInt64

  public init(entries: UInt64, bytes: Int, since: UInt64, newest: UInt64) {
    self.entries = entries
    self.bytes = bytes
    self.since = since
    self.newest = newest
  }
}

/// How far an office's receipts of a stream reach.
public struct ReceiptMark: Sendable, Hashable {
  public var seq: UInt64
  /// The issuer's clock in that receipt, Unix milliseconds.
  public var clock: UInt64

  public init(seq: UInt64, clock: UInt64) {
    self.seq = seq
    self.clock = clock
  }
}

/// Where an entry stands.
public struct EntryPlace: Sendable, Hashable {
  public var stream: StreamID
  public var seq: UInt64

  public init(stream: StreamID, seq: UInt64) {
    self.stream = stream
    self.seq = seq
  }
}

extension ReplicaStorage {
  /// When the entry at `seq` came, Unix milliseconds. A branch that took another's place has no time of arrival: then
  /// what its author claims.
  func since(_ stream: StreamID, _ seq: UInt64, _ tail: StreamTail?) throws -> UInt64 {
    if let tail, tail.since > 0 { return tail.since }
    return try entries(of: stream, from: seq, bytesMax: 1).first?.header.stamp.milliseconds ?? 0
  }
}
