import Casebook
import Foundation
import GRDB

/// Tables and their migrations. A released migration is never edited; new ones are appended.
enum Schema {
  /// Marks the file as a Docket replica (`PRAGMA application_id`): "dckt".
  static let applicationID = 0x6463_6B74
  /// `PRAGMA user_version`: raised by one with each migration.
  static var version: Int { migrations.count }

  static let migrations: [String] = [
    """
    CREATE TABLE stream (
      id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, seq INTEGER NOT NULL, hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE entry (
      stream INTEGER NOT NULL REFERENCES stream(id), seq INTEGER NOT NULL, bytes BLOB NOT NULL,
      received_at INTEGER NOT NULL, PRIMARY KEY (stream, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE charter (
      id INTEGER PRIMARY KEY, issuer BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (issuer, body)
    ) STRICT;
    CREATE TABLE receipt (
      id INTEGER PRIMARY KEY, stream BLOB NOT NULL, seq INTEGER NOT NULL, issuer BLOB NOT NULL,
      clock INTEGER NOT NULL, entry BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (entry, body)
    ) STRICT;
    CREATE INDEX receipt_stream ON receipt (stream, seq);
    CREATE INDEX receipt_entry ON receipt (entry);
    CREATE TABLE act (
      file BLOB NOT NULL, id BLOB NOT NULL, stream BLOB NOT NULL, seq INTEGER NOT NULL,
      stamp INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (file, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE other_record (
      type INTEGER NOT NULL, id BLOB NOT NULL, stamps BLOB NOT NULL, extra BLOB NOT NULL, PRIMARY KEY (type, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_summary (
      file BLOB PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, pack TEXT NOT NULL,
      regime TEXT NOT NULL, workflow TEXT NOT NULL, subject TEXT NOT NULL, office TEXT NOT NULL,
      opened_by TEXT NOT NULL, addressee TEXT NOT NULL, check_kind TEXT NOT NULL, state TEXT NOT NULL,
      is_final INTEGER NOT NULL, opened_on TEXT NOT NULL, closed_on TEXT, next_due TEXT, next_clock TEXT,
      is_provisional INTEGER NOT NULL, is_suspended INTEGER NOT NULL, act_count INTEGER NOT NULL,
      void_count INTEGER NOT NULL, waiting_count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX case_summary_board ON case_summary (office, is_final, next_due);
    CREATE TABLE held_change (
      id INTEGER PRIMARY KEY, stream BLOB NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL,
      reason TEXT NOT NULL, UNIQUE (stream, seq, position)
    ) STRICT;
    CREATE TABLE small_value (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    """,
    // Facts that decide over entries, branches of forks, clamps. Charters of a version-1 file were all believed when
    // they came, so they count as pinned.
    """
    ALTER TABLE charter ADD COLUMN stamp INTEGER;
    ALTER TABLE charter ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE held_change ADD COLUMN rule TEXT;
    ALTER TABLE stream ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX stream_moved ON stream (moved);
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE fact (
      id INTEGER PRIMARY KEY, stream BLOB NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (stream, seq, body)
    ) STRICT;
    CREATE TABLE fork_proof (
      stream BLOB NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, is_published INTEGER NOT NULL,
      PRIMARY KEY (stream, seq, body)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE entry_aside (
      stream BLOB NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (stream, seq, bytes)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sighting (
      stream BLOB NOT NULL, author BLOB NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream, author)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE time_doubt (
      act BLOB PRIMARY KEY, file BLOB NOT NULL, author BLOB NOT NULL, doubt TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE clamp (
      stamp INTEGER NOT NULL, author INTEGER NOT NULL, clamp INTEGER NOT NULL, PRIMARY KEY (author, stamp)
    ) STRICT, WITHOUT ROWID;
    """,
    parkedRuns,
    // Entries in the order they came, found by an index. In a table without row numbers each page of the tree holds
    // entries too: it was six levels deep at 100,000 entries, and its pages were four fifths full.
    """
    ALTER TABLE entry RENAME TO entry_by_stream;
    CREATE TABLE entry (
      id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream(id), seq INTEGER NOT NULL, bytes BLOB NOT NULL,
      received_at INTEGER NOT NULL, UNIQUE (stream, seq)
    ) STRICT;
    INSERT INTO entry (stream, seq, bytes, received_at)
      SELECT stream, seq, bytes, received_at FROM entry_by_stream ORDER BY received_at, stream, seq;
    DROP TABLE entry_by_stream;
    """,
    entryTotals,
    conflictRows,
    fileTallies,
    changeCounts,
    "CREATE INDEX IF NOT EXISTS case_summary_number ON case_summary (number)",
    // What dossiers state of an entry's time was kept as one; of each superior the latest statement counts. Made again
    // from the log, where there is any.
    """
    INSERT OR REPLACE INTO small_value (name, value)
      SELECT '\(SchemaUpgrade.rebuildKey)', x'01'
      WHERE EXISTS (SELECT 1 FROM small_value WHERE name GLOB 'dossier/proven/*');
    """,
  ]
  /// Files of earlier versions are made again from their log once. Up to version 2 a row's stamps had other forms. Up
  /// to version 5 a superior's receipt, revocation or ratification was taken from whatever stream it stood in; now it
  /// counts only where it reaches every holder of what it decides (page 1 of the protocol): an office that kept one
  /// would count other entries than one that joins later. Files of 6 and 7 may have been brought up from 5.
  private static let projectedVersion = 8

  /// Brings the file to this release's schema.
  /// - Throws: `StoreError.tooNew` for a later release's.
  static func migrate(_ database: Database, records: RecordSchema) throws {
    let current = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard current <= version else { throw StoreError(.tooNew, cause: "\(current) > \(version)") }
    if current > 0 {
      // Columns this release does not know would lose their values when a row is written.
      let key = SchemaUpgrade.versionKey
      let bytes = try Data.fetchOne(database, sql: "SELECT value FROM small_value WHERE name = ?", arguments: [key])
      let made = bytes?.reduce(0) { $0 << 8 | UInt64($1) } ?? 1
      guard made <= records.version else { throw StoreError(.tooNew, cause: "records \(made) > \(records.version)") }
    }
    for migration in migrations.dropFirst(current) { try database.execute(sql: migration) }
    if current > 0, current < projectedVersion {
      try database.execute(
        sql: "INSERT OR REPLACE INTO small_value (name, value) VALUES (?, x'01')", arguments: [SchemaUpgrade.rebuildKey])
    }
    if current > 0, current < version { try giveRowNumbers(database) }
    for type in records.types { try addColumns(of: type, database) }
    try noteConflicts(database, since: current, records: records)
    if current < version {
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(version)")
    }
  }

  static func table(_ type: RecordType) -> String { "r_\(type.name)" }

  /// What a row of the type is read from: its id, its stamps, the values without a column, then its fields' columns. Not
  /// `*`: a column that was added later stands at the end of its table.
  /// - Parameter prefix: of each name.
  static func columns(_ type: RecordType, prefix: String = "") -> String {
    type.fields.reduce("\(prefix)id, \(prefix)stamps, \(prefix)extra") { "\($0), \(prefix)\($1.name)" }
  }

  /// Record tables of versions 1 to 3 had no row numbers; see the migration of the entries.
  private static func giveRowNumbers(_ database: Database) throws {
    let old = try Row.fetchAll(
      database,
      sql: "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name GLOB 'r_*' AND sql LIKE '%WITHOUT ROWID%'")
    for table in old {
      let name: String = table["name"]
      let made = (table["sql"] as String).replacingOccurrences(of: "WITHOUT ROWID", with: "")
        .replacingOccurrences(of: "STRICT,", with: "STRICT")
      let indexes = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        arguments: [name])
      // Made again with the table's columns.
      for index in indexes { try database.execute(sql: "DROP INDEX \(index)") }
      try database.execute(sql: "ALTER TABLE \(name) RENAME TO old_\(name)")
      try database.execute(sql: made)
      try database.execute(sql: "INSERT INTO \(name) SELECT * FROM old_\(name) ORDER BY id")
      try database.execute(sql: "DROP TABLE old_\(name)")
    }
  }

  /// A record type's table; fields of a later registry are added as columns, which costs nothing per row.
  private static func addColumns(of type: RecordType, _ database: Database) throws {
    let table = table(type)
    try database.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS \(table) (
          id BLOB PRIMARY KEY NOT NULL, stamps BLOB NOT NULL, extra BLOB
        ) STRICT
        """)
    let present = Set(try Row.fetchAll(database, sql: "PRAGMA table_info(\(table))").map { $0["name"] as String })
    for field in type.fields where !present.contains(field.name) {
      let kind = field.kind == .text ? "TEXT" : "INTEGER"
      try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(field.name) \(kind)")
    }
    if type.number == RecordType.packSection.number {
      try database.execute(sql: "CREATE INDEX IF NOT EXISTS r_pack_section_pack ON r_pack_section (pack)")
    }
    if type.number == RecordType.attachment.number {
      try database.execute(sql: "CREATE INDEX IF NOT EXISTS r_attachment_file ON r_attachment (file)")
    }
    if type.number == RecordType.subject.number {
      // Records that say no office take no room in it.
      try database.execute(
        sql: "CREATE INDEX IF NOT EXISTS r_subject_office ON r_subject (office) WHERE office IS NOT NULL")
    }
    try countChanges(of: type, database)
    if type.number == RecordType.drawSection.number {
      try database.execute(sql: "CREATE INDEX IF NOT EXISTS r_draw_section_owner ON r_draw_section (owner)")
    }
  }
}
