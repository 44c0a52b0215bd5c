import Casebook
import GRDB

extension Schema {
  /// How often what belongs to an office changed, kept by triggers; never cleared, so that a count means one state only.
  static let changeCounts = """
    CREATE TABLE change_count (
      office TEXT PRIMARY KEY NOT NULL, changes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    \(countingTriggers(on: "case_summary", of: "opened_by"))
    """

  /// Triggers on a record type's table, for the types that count; made again each time where they are missing, as the
  /// table is.
  static func countChanges(of type: RecordType, _ database: Database) throws {
    if type.number == RecordType.subject.number {
      try database.execute(sql: countingTriggers(on: table(type), of: "office"))
    } else if RecordType.ofAllOffices.contains(where: { $0.number == type.number }) {
      try database.execute(sql: countingTriggers(on: table(type), of: nil))
    }
  }

  /// - Parameter column: that holds the office; `nil`: the table concerns all.
  private static func countingTriggers(on table: String, of column: String?) -> String {
    [("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"])].map { event, rows in
      let counts = rows.map { row in
        """
        INSERT INTO change_count VALUES (\(column.map { "coalesce(\(row).\($0), '')" } ?? "''"), 1)
          ON CONFLICT DO UPDATE SET changes = changes + 1;
        """
      }
      return """
        CREATE TRIGGER IF NOT EXISTS change_count_\(table)_\(event) AFTER \(event) ON \(table) BEGIN
          \(counts.joined(separator: " "))
        END;
        """
    }.joined(separator: "\n")
  }
}

extension StoreTransaction {
  public func changeCounts() throws -> [String: UInt64] {
    let cursor = try Row.fetchCursor(
      database.cachedStatement(sql: "SELECT office, changes FROM change_count"))
    var counts: [String: UInt64] = [:]
    while let row = try cursor.next() { counts[row[0]] = UInt64(row[1] as Int64) }
    return counts
  }
}
