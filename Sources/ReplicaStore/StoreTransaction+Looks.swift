public import Casebook
import Foundation
import GRDB
public import Replication

/// What people ask of a replica from time to time: answered by look-ups, not by reading the log.
extension StoreTransaction {
  public func lastReceipt(of stream: StreamID, by issuer: KeyFingerprint) throws -> ReceiptMark? {
    // By the index from the end: the first one by the issuer is the answer.
    try Row.fetchOne(
      connection.cachedStatement(
        sql: "SELECT seq, clock FROM receipt WHERE stream = ? AND issuer = ? ORDER BY seq DESC, clock DESC LIMIT 1"),
      arguments: [Data(stream.encoded), Data(issuer.bytes)]
    ).map { ReceiptMark(seq: UInt64($0["seq"] as Int64), clock: UInt64($0["clock"] as Int64)) }
  }

  public func arrival(of run: ParkedRun) throws -> UInt64? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT received_at FROM parked_run WHERE stream = ? AND first = ? AND last = ?"),
      arguments: [Data(run.stream.encoded), Int64(run.first), Int64(run.last)]
    ).map { UInt64($0) }
  }

  public func places(ofHash prefix: [UInt8]) throws -> [EntryPlace] {
    // An entry's hash stands in the one after it: `[previous, item]` begins with the heads of an array and of a string
    // of 32 bytes. What was stored by the first releases, an array of three, has to be looked at whole.
    let followers = try Row.fetchAll(
      connection,
      sql: """
        SELECT s.name, e.seq - 1 AS seq FROM entry e JOIN stream s ON s.id = e.stream
        WHERE e.seq > 1 AND (substr(e.bytes, 1, ?) = ? OR substr(e.bytes, 1, 1) = x'83')
        """, arguments: [3 + prefix.count, Data([0x82, 0x58, 0x20] + prefix)]
    ).map { EntryPlace(stream: try Self.stream($0["name"]), seq: UInt64($0["seq"] as Int64)) }
    return try followers
      + heads().filter { $0.hash.bytes.starts(with: prefix) }.map { EntryPlace(stream: $0.stream, seq: $0.seq) }
  }

  public func openFiles(of office: String, dueBefore day: String) throws -> (open: Int, overdue: Int) {
    let row = try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT count(*) AS open, count(CASE WHEN next_due < ? THEN 1 END) AS overdue FROM case_summary
          WHERE office = ? AND is_final = 0
          """), arguments: [day, office])
    return (row?["open"] ?? 0, row?["overdue"] ?? 0)
  }
}
