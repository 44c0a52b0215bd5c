public import Casebook
import GRDB
public import Replication

extension Schema {
  /// How many bytes a stream has up to an entry: a backlog's size is then the difference of two, however long it is.
  /// Written with every sixteenth entry, 0 with the others: in each row it took 0.7 bytes for each change.
  static let entryTotals = """
    ALTER TABLE entry ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
    UPDATE entry SET total = sums.total FROM (
      SELECT id, sum(length(bytes)) OVER (PARTITION BY stream ORDER BY seq) AS total FROM entry
    ) AS sums WHERE sums.id = entry.id;
    """

  static let totalStride: UInt64 = 16
}

/// Sizes of what lies beyond a position of a stream, without reading it.
extension StoreTransaction {
  /// Bytes of a stream's entries up to a position; 0 before the first.
  func total(of stream: Int64, at seq: UInt64) throws -> Int64 {
    let mark = seq - seq % Schema.totalStride
    let upToMark =
      mark == 0
      ? 0
      : try Int64.fetchOne(
        connection.cachedStatement(sql: "SELECT total FROM entry WHERE stream = ? AND seq = ?"),
        arguments: [stream, Int64(mark)]) ?? 0
    guard mark < seq else { return upToMark }
    let rest = try Int64.fetchOne(
      connection.cachedStatement(
        sql: "SELECT sum(length(bytes)) FROM entry WHERE stream = ? AND seq > ? AND seq <= ?"),
      arguments: [stream, Int64(mark), Int64(seq)])
    return upToMark + (rest ?? 0)
  }

  public func tail(of stream: StreamID, after seq: UInt64) throws -> StreamTail? {
    guard let id = try streamNumber(stream), let last = try head(of: stream)?.seq, seq < last,
      let since = try arrival(of: id, at: seq + 1), let newest = try arrival(of: id, at: last)
    else { return nil }
    return StreamTail(
      entries: last - seq, bytes: Int(try total(of: id, at: last) - total(of: id, at: seq)), since: since,
      newest: newest)
  }

  private func arrival(of stream: Int64, at seq: UInt64) throws -> UInt64? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT received_at FROM entry WHERE stream = ? AND seq = ?"),
      arguments: [stream, Int64(seq)]
    ).map { UInt64($0) }
  }
}
