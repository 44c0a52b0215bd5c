public import Casebook
import Foundation
import GRDB
public import Replication

extension Schema {
  /// Runs of bundles that wait for what they continue; no part of the projection.
  static let parkedRuns = """
    CREATE TABLE parked_run (
      stream BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, size INTEGER NOT NULL, item BLOB NOT NULL,
      received_at INTEGER NOT NULL, PRIMARY KEY (stream, first, last)
    ) STRICT;
    """
}

/// Runs that came before what they continue, and the question when an entry came.
extension StoreTransaction {
  public func park(_ run: ParkedRun, entries: [[UInt8]], receivedAt milliseconds: UInt64) throws {
    let item = BundleItem(stream: run.stream, entries: entries).encoded
    try connection.cachedStatement(
      sql: "INSERT OR IGNORE INTO parked_run (stream, first, last, size, item, received_at) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      Data(run.stream.encoded), Int64(run.first), Int64(run.last), run.bytes, Data(item), Int64(milliseconds),
    ])
  }

  public func parkedRuns(of stream: StreamID?) throws -> [ParkedRun] {
    let rows =
      if let stream {
        try Row.fetchAll(
          connection.cachedStatement(
            sql: "SELECT stream, first, last, size FROM parked_run WHERE stream = ? ORDER BY first, last"),
          arguments: [Data(stream.encoded)])
      } else {
        try Row.fetchAll(
          connection.cachedStatement(
            sql: "SELECT stream, first, last, size FROM parked_run ORDER BY stream, first, last"))
      }
    return try rows.map { row in
      ParkedRun(
        stream: try Self.stream(row["stream"]), first: UInt64(row["first"] as Int64),
        last: UInt64(row["last"] as Int64),
        bytes: row["size"])
    }
  }

  public func parkedEntries(_ run: ParkedRun) throws -> [[UInt8]] {
    let item = try Data.fetchOne(
      connection.cachedStatement(sql: "SELECT item FROM parked_run WHERE stream = ? AND first = ? AND last = ?"),
      arguments: [Data(run.stream.encoded), Int64(run.first), Int64(run.last)])
    guard let item else { return [] }
    guard let decoded = BundleItem(decoding: [UInt8](item)) else { throw StoreError(.corrupt, cause: "parked_run") }
    return decoded.entries
  }

  public func unpark(_ run: ParkedRun) throws {
    try connection.cachedStatement(sql: "DELETE FROM parked_run WHERE stream = ? AND first = ? AND last = ?")
      .execute(arguments: [Data(run.stream.encoded), Int64(run.first), Int64(run.last)])
  }

  public func firstEntry(of stream: StreamID, receivedSince milliseconds: UInt64) throws -> UInt64? {
    // Not by an index: asked for by hand and seldom, while an index would be written with every entry.
    try Int64.fetchOne(
      connection.cachedStatement(
        sql: """
          SELECT min(seq) FROM entry WHERE stream = (SELECT id FROM stream WHERE name = ?) AND received_at >= ?
          """), arguments: [Data(stream.encoded), Int64(clamping: milliseconds)]
    ).map { UInt64($0) }
  }
}
