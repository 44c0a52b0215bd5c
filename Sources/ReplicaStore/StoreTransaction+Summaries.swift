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
    "file", "kind", "number", "title", "pack", "regime", "workflow", "subject", "office", "opened_by", "addressee",
    "check_kind", "state", "is_final", "opened_on", "closed_on", "next_due", "next_clock", "is_provisional",
    "is_suspended", "act_count", "void_count", "waiting_count",
  ]
  private static let list = columns.joined(separator: ", ")

  /// Not `INSERT OR REPLACE`, which deletes the row first: an update's trigger runs once, and only where the tally is
  /// another one.
  private static let putSummary = """
    INSERT INTO case_summary (\(list)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
    ON CONFLICT (file) DO UPDATE SET \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
    """

  public func put(_ summary: CaseSummary) throws {
    try database.cachedStatement(sql: Self.putSummary).execute(
      arguments: StatementArguments(
        [
          Data(summary.file.bytes), summary.kind, summary.number, summary.title, summary.pack, summary.regime,
          summary.workflow, summary.subject, summary.office, summary.openedBy, summary.addressee, summary.checkKind,
          summary.state, summary.isFinal, summary.openedOn, summary.closedOn, summary.nextDue, summary.nextClock,
          summary.isProvisional, summary.isSuspended, summary.actCount, summary.voidCount, summary.waitingCount,
        ] as [(any DatabaseValueConvertible)?]))
  }

  public func summary(of file: RecordID) throws -> CaseSummary? {
    try summaries(where: "WHERE file = ?", [Data(file.bytes)]).first
  }

  public func files(numbered number: String, most: Int) throws -> [RecordID] {
    try files(where: "number = ?", [number], most: most)
  }

  public func files(in ids: ClosedRange<RecordID>, most: Int) throws -> [RecordID] {
    try files(where: "file BETWEEN ? AND ?", [Data(ids.lowerBound.bytes), Data(ids.upperBound.bytes)], most: most)
  }

  private func files(where condition: String, _ arguments: StatementArguments, most: Int) throws -> [RecordID] {
    try Data.fetchAll(
      database.cachedStatement(sql: "SELECT file FROM case_summary WHERE \(condition) ORDER BY file LIMIT ?"),
      arguments: arguments + [most]
    ).map {
      guard let file = RecordID([UInt8]($0)) else { throw StoreError(.corrupt, cause: "summary") }
      return file
    }
  }

  public func summaries() throws -> [CaseSummary] { try summaries(where: "ORDER BY opened_on, file", []) }

  public func summaries(
    openedBy office: String, pack: String, closedSince closed: String, openedSince opened: String
  ) throws -> [CaseSummary] {
    try summaries(
      where: "WHERE opened_by = ? AND pack = ? AND (closed_on >= ? OR opened_on >= ?) ORDER BY opened_on, file",
      [office, pack, closed, opened])
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

  /// Row by row: a list of them is long enough without a copy of each.
  private func summaries(where condition: String, _ arguments: StatementArguments) throws -> [CaseSummary] {
    let cursor = try Row.fetchCursor(
      database.cachedStatement(sql: "SELECT \(Self.list) FROM case_summary \(condition)"), arguments: arguments)
    var summaries: [CaseSummary] = []
    while let row = try cursor.next() { summaries.append(try summary(row)) }
    return summaries
  }

  /// By position: looking for a name among twenty for each of twenty takes longer than reading them.
  private func summary(_ row: Row) throws -> CaseSummary {
    guard let file = RecordID([UInt8](row[0] as Data)) else { throw StoreError(.corrupt, cause: "summary") }
    return CaseSummary(
      file: file, kind: row[1], number: row[2], title: row[3], pack: row[4], regime: row[5], workflow: row[6],
      subject: row[7], office: row[8], openedBy: row[9], addressee: row[10], checkKind: row[11], state: row[12],
      isFinal: row[13], openedOn: row[14], closedOn: row[15], nextDue: row[16], nextClock: row[17],
      isProvisional: row[18], isSuspended: row[19], actCount: row[20], voidCount: row[21], waitingCount: row[22])
  }
}
