public import Casework

/// What `docket doctor` found.
public struct DoctorView: Sendable, Hashable, Codable {
  public var checks: [DoctorCheck]
  /// Present after a rebuild.
  public var rebuild: RebuildView?

  public init(checks: [DoctorCheck], rebuild: RebuildView?) {
    self.checks = checks
    self.rebuild = rebuild
  }
}

/// One thing looked at.
public struct DoctorCheck: Sendable, Hashable, Codable {
  public enum Finding: String, Sendable, Hashable, Codable, CaseIterable {
    case good
    /// Worth knowing; work goes on.
    case notice
    /// Must be mended before work goes on.
    case bad
  }

  /// Short stable name: `database`, `high-water`, `clock`, `lock`, `disk`, `held`, `faces`, `waiting`,
  /// `attachments`, `versions`.
  public var id: String
  public var finding: Finding
  public var message: Bilingual
  /// What to do; absent where all is well.
  public var remedy: Bilingual?

  public init(id: String, finding: Finding, message: Bilingual, remedy: Bilingual?) {
    self.id = id
    self.finding = finding
    self.message = message
    self.remedy = remedy
  }
}

/// What a rebuild of the projection from the log changed.
public struct RebuildView: Sendable, Hashable, Codable {
  public struct Table: Sendable, Hashable, Codable {
    public var name: String
    public var rowsBefore: Int
    public var rowsAfter: Int

    public init(name: String, rowsBefore: Int, rowsAfter: Int) {
      self.name = name
      self.rowsBefore = rowsBefore
      self.rowsAfter = rowsAfter
    }
  }

  public var entries: Int
  public var tables: Int
  /// Tables whose content was another before; none: the projection was what the log gives.
  public var differing: [Table]
  /// Entries of authors without a charter: kept in the log, not projected.
  public var unseated: Int

  public init(entries: Int, tables: Int, differing: [Table], unseated: Int) {
    self.entries = entries
    self.tables = tables
    self.differing = differing
    self.unseated = unseated
  }
}
