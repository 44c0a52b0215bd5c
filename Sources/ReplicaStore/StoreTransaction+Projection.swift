import Casebook
import Foundation
import GRDB
public import Replication

/// What one table of the projection holds, for telling whether two projections are the same.
public struct ProjectedTable: Sendable, Hashable {
  public let name: String
  public let rows: Int
  /// Over every row in order, without the numbers SQLite gives rows in order of arrival.
  public let digest: Digest
}

/// The projection as a whole: everything that is made from the log.
extension StoreTransaction {
  /// Tables that are made from the log, but for the typed records', in the order they are cleared in: the tallies before
  /// the summaries, whose triggers then find nothing to subtract from, and leave nothing of a tally that was wrong.
  /// `change_count` is none of them: a count that began anew would come to a number that meant another state.
  static let derivedTables = [
    "receipt", "act", "other_record", "file_tally", "case_summary", "row_in_conflict", "held_change", "fact",
    "sighting",
    "clamp", "time_doubt",
  ]

  /// Beginnings of the names of small values that are made from the log, each with a name for the table they would be.
  static let derivedValues = [
    (NumberIndex.prefix, "document_number"), (DossierLedger.prefix, "dossier"),
    (AttachmentLedger.prefix, "named_content"),
    (ContradictionLedger.prefix, "contradiction"), (SightingLedger.prefix, "sighting_ahead"),
  ]

  public func clearProjection() throws {
    for table in Self.derivedTables + schema.types.map(Schema.table) {
      try database.execute(sql: "DELETE FROM \(table)")
    }
    try database.execute(sql: "DELETE FROM charter WHERE is_pinned = 0")
    try dropUnreadableCharters()
    try database.execute(sql: "UPDATE charter SET stamp = NULL")
    for (prefix, _) in Self.derivedValues {
      try database.execute(
        sql: "DELETE FROM small_value WHERE name >= ? AND name < ?", arguments: [prefix, prefix + "\u{10FFFF}"])
    }
  }

  /// A pinned charter that cannot be read any more is none; the log has it again sooner or later.
  private func dropUnreadableCharters() throws {
    for row in try Row.fetchAll(database, sql: "SELECT id, issuer, body FROM charter") {
      guard Digest(row["issuer"] as Data) != nil, case .charter? = try? Self.change(row["body"]) else {
        try database.execute(sql: "DELETE FROM charter WHERE id = ?", arguments: [row["id"] as Int64])
        continue
      }
    }
  }

  /// - Complexity: reads every row.
  public func projectedTables(using suite: any SignatureSuite) throws -> [ProjectedTable] {
    var tables = try (["charter"] + Self.derivedTables + schema.types.map(Schema.table)).map { name in
      try projectedTable(name, columns: try columns(of: name), using: suite)
    }
    for (prefix, name) in Self.derivedValues {
      let values = try Row.fetchCursor(
        database, sql: "SELECT name, value FROM small_value WHERE name >= ? AND name < ? ORDER BY name",
        arguments: [prefix, prefix + "\u{10FFFF}"])
      tables.append(try Self.summed(name, values, using: suite))
    }
    return tables
  }

  /// A table's columns but for a number that stands for the order of arrival; those of its key first.
  func columns(of table: String) throws -> [String] {
    let rows = try Row.fetchAll(database, sql: "PRAGMA table_info(\(table))").filter { row in
      !((row["name"] as String) == "id" && (row["type"] as String) == "INTEGER" && (row["pk"] as Int) == 1)
    }
    return rows.sorted { one, two in
      let (left, right) = (one["pk"] as Int, two["pk"] as Int)
      return left == right ? false : right == 0 || (left != 0 && left < right)
    }.map { $0["name"] }
  }

  private func projectedTable(
    _ name: String, columns: [String], using suite: any SignatureSuite
  ) throws -> ProjectedTable {
    let list = columns.joined(separator: ", ")
    let cursor = try Row.fetchCursor(database, sql: "SELECT \(list) FROM \(name) ORDER BY \(list)")
    return try Self.summed(name, cursor, using: suite)
  }

  private static func summed(
    _ name: String, _ cursor: RowCursor, using suite: any SignatureSuite
  ) throws -> ProjectedTable {
    // Hashed piece by piece: the whole of a table need not fit into memory.
    let pieceBytes = 64 * 1024
    var digest = Digest.zero
    var bytes: [UInt8] = []
    var rows = 0
    while let row = try cursor.next() {
      rows += 1
      for value in row.databaseValues {
        var writer = CBORWriter()
        switch value.storage {
        case .null: writer.null()
        case .int64(let number): writer.integer(number)
        case .double(let number): writer.text("\(number)")
        case .string(let text): writer.text(text)
        case .blob(let data): writer.byteString([UInt8](data))
        }
        bytes += writer.bytes
      }
      if bytes.count >= pieceBytes {
        digest = suite.hash(digest.bytes + bytes)
        bytes = []
      }
    }
    return ProjectedTable(name: name, rows: rows, digest: suite.hash(digest.bytes + bytes))
  }
}
