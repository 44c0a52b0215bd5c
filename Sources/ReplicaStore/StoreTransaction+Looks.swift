public import Casebook
import Foundation
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

  /// Which rows are in conflict, so that a million others need not be looked at.
  static let conflictRows = """
    CREATE TABLE row_in_conflict (
      type INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (type, id)
    ) STRICT, WITHOUT ROWID;
    """
  private static var conflictRowsVersion: Int { (migrations.firstIndex(of: conflictRows) ?? 0) + 1 }

  /// Rows of an earlier version's file that are in conflict.
  static func noteConflicts(_ database: Database, since version: Int, records: RecordSchema) throws {
    guard version > 0, version < conflictRowsVersion else { return }
    for type in records.types {
      // A row of which every field was written once, by one write, has the short form: none of them is in conflict.
      let rows = try Row.fetchCursor(
        database, sql: "SELECT id, stamps FROM \(table(type)) WHERE substr(stamps, 1, 1) <> x'82'")
      while let row = try rows.next() {
        guard let id = RecordID([UInt8](row["id"] as Data)),
          let read = try? RecordRow(
            type: type.number, id: id, stampBytes: [UInt8](row["stamps"] as Data), winner: { _ in .null }),
          read.isInConflict
        else { continue }
        try database.execute(
          sql: "INSERT INTO row_in_conflict (type, id) VALUES (?, ?)", arguments: [Int64(type.number), Data(id.bytes)])
      }
    }
  }
}

extension RecordRow {
  var isInConflict: Bool { fields.values.contains(where: \.isInConflict) }
}

/// What people ask of a replica from time to time: answered by look-ups, not by reading the log.
extension StoreTransaction {
  /// Bytes of a stream's entries up to a position; 0 before the first.
  func total(of stream: Int64, at seq: UInt64) throws -> Int64 {
    let mark = seq - seq % Schema.totalStride
    let upToMark =
      mark == 0
      ? 0
      : try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT total FROM entry WHERE stream = ? AND seq = ?"),
        arguments: [stream, Int64(mark)]) ?? 0
    guard mark < seq else { return upToMark }
    let rest = try Int64.fetchOne(
      database.cachedStatement(
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
      database.cachedStatement(sql: "SELECT received_at FROM entry WHERE stream = ? AND seq = ?"),
      arguments: [stream, Int64(seq)]
    ).map { UInt64($0) }
  }

  public func lastReceipt(of stream: StreamID, by issuer: KeyFingerprint) throws -> ReceiptMark? {
    // By the index from the end: the first one by the issuer is the answer.
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT seq, clock FROM receipt WHERE stream = ? AND issuer = ? ORDER BY seq DESC, clock DESC LIMIT 1"),
      arguments: [Data(stream.encoded), Data(issuer.bytes)]
    ).map { ReceiptMark(seq: UInt64($0["seq"] as Int64), clock: UInt64($0["clock"] as Int64)) }
  }

  public func arrival(of run: ParkedRun) throws -> UInt64? {
    try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT received_at FROM parked_run WHERE stream = ? AND first = ? AND last = ?"),
      arguments: [Data(run.stream.encoded), Int64(run.first), Int64(run.last)]
    ).map { UInt64($0) }
  }

  public func places(ofHash prefix: [UInt8]) throws -> [EntryPlace] {
    // An entry's hash stands in the one after it: `[previous, item]` begins with the heads of an array and of a string
    // of 32 bytes. What was stored by the first releases, an array of three, has to be looked at whole.
    let followers = try Row.fetchAll(
      database,
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

  public func rowsInConflict(_ type: UInt64) throws -> [RecordRow] {
    guard let record = schema.type(type) else { return [] }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT r.* FROM row_in_conflict c JOIN \(Schema.table(record)) r ON r.id = c.id WHERE c.type = ? ORDER BY c.id
        """, arguments: [Int64(type)]
    ).map { try self.record($0, type: type, fields: record.fields) }
  }

  /// Only rows written whole can come to be in conflict, or cease to be.
  func noteConflict(of row: RecordRow) throws {
    let sql =
      row.isInConflict
      ? "INSERT OR IGNORE INTO row_in_conflict (type, id) VALUES (?, ?)"
      : "DELETE FROM row_in_conflict WHERE type = ? AND id = ?"
    try database.cachedStatement(sql: sql).execute(arguments: [Int64(row.type), Data(row.id.bytes)])
  }
}
