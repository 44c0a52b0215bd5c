public import Casebook
import Casework
import Foundation
import GRDB
public import Replication

extension Schema {
  /// Tallies of files for the board, kept by triggers: whatever writes a summary, its tally follows. And the files that
  /// coverage looks at, which are those of a year or two, without the others.
  static let fileTallies = """
    CREATE TABLE file_tally (
      office TEXT NOT NULL, kind TEXT NOT NULL, is_final INTEGER NOT NULL, is_suspended INTEGER NOT NULL,
      day TEXT NOT NULL, files INTEGER NOT NULL, void_acts INTEGER NOT NULL,
      PRIMARY KEY (office, kind, is_final, is_suspended, day)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO file_tally
      SELECT office, kind, is_final, is_suspended, \(tallyDay("case_summary")) AS day, count(*), sum(void_count)
      FROM case_summary GROUP BY office, kind, is_final, is_suspended, day;
    CREATE TRIGGER file_tally_insert AFTER INSERT ON case_summary BEGIN \(tallyIn) END;
    CREATE TRIGGER file_tally_delete AFTER DELETE ON case_summary BEGIN \(tallyOut) END;
    CREATE TRIGGER file_tally_update AFTER UPDATE ON case_summary
      WHEN OLD.office <> NEW.office OR OLD.kind <> NEW.kind OR OLD.is_final <> NEW.is_final
        OR OLD.is_suspended <> NEW.is_suspended OR OLD.void_count <> NEW.void_count
        OR OLD.next_due IS NOT NEW.next_due OR OLD.closed_on IS NOT NEW.closed_on
      BEGIN \(tallyOut) \(tallyIn) END;
    CREATE INDEX case_summary_closed ON case_summary (opened_by, pack, closed_on);
    CREATE INDEX case_summary_opened ON case_summary (opened_by, pack, opened_on);
    """

  /// `FileTally.Key.day` of a row.
  private static func tallyDay(_ row: String) -> String {
    "CASE WHEN \(row).is_final THEN coalesce(substr(\(row).closed_on, 1, 4), '') ELSE coalesce(\(row).next_due, '') END"
  }

  private static let tallyIn = """
    INSERT INTO file_tally VALUES (
      NEW.office, NEW.kind, NEW.is_final, NEW.is_suspended, \(tallyDay("NEW")), 1, NEW.void_count
    ) ON CONFLICT DO UPDATE SET files = files + 1, void_acts = void_acts + excluded.void_acts;
    """

  private static let tallyOut = """
    UPDATE file_tally SET files = files - 1, void_acts = void_acts - OLD.void_count \(tallyOfOld);
    DELETE FROM file_tally \(tallyOfOld) AND files = 0;
    """

  private static let tallyOfOld = """
    WHERE office = OLD.office AND kind = OLD.kind AND is_final = OLD.is_final AND is_suspended = OLD.is_suspended
      AND day = \(tallyDay("OLD"))
    """
}

/// What lists and boards show of files.
extension StoreTransaction {
  private static let columns = [
    "file", "kind", "number", "title", "pack", "regime", "workflow", "subject", "opened_by", "addressee", "check_kind",
    "opened_on", "state", "is_final", "office", "closed_on", "next_due", "next_clock", "is_provisional", "is_suspended",
    "act_count", "void_count", "waiting_count",
  ]
  private static let list = columns.joined(separator: ", ")
  /// Columns of what a file is opened with: they change when its record does, not with an act.
  private static let opening = 1..<12

  /// Of a file whose opening columns are as they stand. SQLite takes a row out of every index that has a column of the
  /// update and puts it back, whatever the values: two indexes of opening columns are two pages to log for each act.
  static let updateSummary = """
    UPDATE case_summary SET \(columns[opening.upperBound...].numbered(from: opening.upperBound + 1, " = ", ", "))
    WHERE file = ?1 AND \(columns[opening].numbered(from: opening.lowerBound + 1, " = ", " AND "))
    """

  /// Not `INSERT OR REPLACE`, which deletes the row first: an update's trigger runs once, and only where the tally is
  /// another one.
  private static let putSummary = """
    INSERT INTO case_summary (\(list)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
    ON CONFLICT (file) DO UPDATE SET \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
    """

  public func put(_ summary: CaseSummary) throws {
    let database = try database
    for sql in [Self.updateSummary, Self.putSummary] {
      let statement = try BoundStatement(database, sql: sql)
      Self.bind(summary, to: statement)
      try statement.run()
      if statement.changes > 0 { return }
    }
  }

  /// In the order of `columns`.
  private static func bind(_ summary: CaseSummary, to statement: BoundStatement) {
    statement.bind(summary.file.bytes, at: 1)
    let opening = [
      summary.kind, summary.number, summary.title, summary.pack, summary.regime, summary.workflow, summary.subject,
      summary.openedBy, summary.addressee, summary.checkKind, summary.openedOn, summary.state,
    ]
    for (index, text) in opening.enumerated() { statement.bind(text, at: index + 2) }
    statement.bind(summary.isFinal, at: 14)
    statement.bind(summary.office, at: 15)
    statement.bind(summary.closedOn, at: 16)
    statement.bind(summary.nextDue, at: 17)
    statement.bind(summary.nextClock, at: 18)
    statement.bind(summary.isProvisional, at: 19)
    statement.bind(summary.isSuspended, at: 20)
    statement.bind(Int64(summary.actCount), at: 21)
    statement.bind(Int64(summary.voidCount), at: 22)
    statement.bind(Int64(summary.waitingCount), at: 23)
  }

  public func summary(of file: RecordID) throws -> CaseSummary? {
    let select = try selectSummaries("WHERE file = ?")
    select.bind(file.bytes, at: 1)
    return try select.first(Self.summary)
  }

  public func files(numbered number: String, most: Int) throws -> [RecordID] {
    let select = try selectFiles(where: "number = ?1")
    select.bind(number, at: 1)
    select.bind(Int64(most), at: 3)
    return try select.all(Self.file)
  }

  public func files(in ids: ClosedRange<RecordID>, most: Int) throws -> [RecordID] {
    let select = try selectFiles(where: "file BETWEEN ?1 AND ?2")
    select.bind(ids.lowerBound.bytes, at: 1)
    select.bind(ids.upperBound.bytes, at: 2)
    select.bind(Int64(most), at: 3)
    return try select.all(Self.file)
  }

  private func selectFiles(where condition: String) throws -> BoundStatement {
    try BoundStatement(database, sql: "SELECT file FROM case_summary WHERE \(condition) ORDER BY file LIMIT ?3")
  }

  private static func file(_ row: BoundStatement) throws -> RecordID {
    guard let file = RecordID(row.bytes(0)) else { throw StoreError(.corrupt, cause: "summary") }
    return file
  }

  public func summaries() throws -> [CaseSummary] {
    try selectSummaries("ORDER BY opened_on, file").all(Self.summary)
  }

  public func summaries(
    openedBy office: String, pack: String, closedSince closed: String, openedSince opened: String
  ) throws -> [CaseSummary] {
    let select = try selectSummaries(
      "WHERE opened_by = ? AND pack = ? AND (closed_on >= ? OR opened_on >= ?) ORDER BY opened_on, file")
    for (index, text) in [office, pack, closed, opened].enumerated() { select.bind(text, at: index + 1) }
    return try select.all(Self.summary)
  }

  public func hasFiles(openedBy office: String, pack: String) throws -> Bool {
    try Bool.fetchOne(
      database.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM case_summary WHERE opened_by = ? AND pack = ? AND kind <> ?)"),
      arguments: [office, pack, Workflow.Kind.order.rawValue]) ?? false
  }

  public func fileTallies() throws -> [FileTally] {
    let cursor = try Row.fetchCursor(
      database.cachedStatement(
        sql: "SELECT office, kind, is_final, is_suspended, day, files, void_acts FROM file_tally"))
    var tallies: [FileTally] = []
    while let row = try cursor.next() {
      tallies.append(
        FileTally(
          key: FileTally.Key(office: row[0], kind: row[1], isFinal: row[2], isSuspended: row[3], day: row[4]),
          files: row[5], voidActs: row[6]))
    }
    return tallies
  }

  public func doubtCounts() throws -> [KeyFingerprint: Int] {
    var counts: [KeyFingerprint: Int] = [:]
    for row in try Row.fetchAll(
      database.cachedStatement(sql: "SELECT author, count(*) FROM time_doubt GROUP BY author"))
    {
      guard let author = Digest(row[0] as Data) else { throw StoreError(.corrupt, cause: "time_doubt") }
      counts[KeyFingerprint(author)] = row[1]
    }
    return counts
  }

  private func selectSummaries(_ condition: String) throws -> BoundStatement {
    try BoundStatement(database, sql: "SELECT \(Self.list) FROM case_summary \(condition)")
  }

  private static func summary(_ row: BoundStatement) throws -> CaseSummary {
    CaseSummary(
      file: try file(row), kind: row.text(1), number: row.text(2), title: row.text(3), pack: row.text(4),
      regime: row.text(5), workflow: row.text(6), subject: row.text(7), office: row.text(14), openedBy: row.text(8),
      addressee: row.text(9), checkKind: row.text(10), state: row.text(12), isFinal: row.flag(13),
      openedOn: row.text(11), closedOn: row.optionalText(15), nextDue: row.optionalText(16),
      nextClock: row.optionalText(17), isProvisional: row.flag(18), isSuspended: row.flag(19),
      actCount: Int(row.integer(20)), voidCount: Int(row.integer(21)), waitingCount: Int(row.integer(22)))
  }
}

extension ArraySlice<String> {
  /// Each with a numbered parameter.
  fileprivate func numbered(from first: Int, _ relation: String, _ separator: String) -> String {
    enumerated().map { "\($1)\(relation)?\($0 + first)" }.joined(separator: separator)
  }
}
