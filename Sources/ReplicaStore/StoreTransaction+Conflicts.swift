import Casebook
import Foundation
import GRDB
public import Replication

extension Schema {
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
        try database.cachedStatement(sql: "INSERT INTO row_in_conflict (type, id) VALUES (?, ?)").execute(arguments: [
          Int64(type.number), Data(id.bytes),
        ])
      }
    }
  }
}

extension RecordRow {
  var isInConflict: Bool { fields.values.contains(where: \.isInConflict) }
}

/// Rows of which some field has values that did not replace each other.
extension StoreTransaction {
  public func rowsInConflict(_ type: UInt64) throws -> [RecordRow] {
    guard let record = schema.type(type) else { return [] }
    let select = try BoundStatement(
      database,
      sql: """
        SELECT \(Schema.columns(record, prefix: "r.")) FROM row_in_conflict c JOIN \(Schema.table(record)) r ON r.id = c.id
        WHERE c.type = ? ORDER BY c.id
        """)
    select.bind(Int64(type), at: 1)
    return try select.all { try Self.record($0, type, record) }
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
