public import Casework

/// The supervision board.
public struct BoardView: Sendable, Hashable, Codable {
  public var today: String
  public var rows: [BoardLine]
  /// Offices whose data is older than the threshold: their figures are lowest values.
  public var staleOffices: Int

  public init(
    today: String, rows: [BoardLine], staleOffices: Int
  ) {
    self.today = today
    self.rows = rows
    self.staleOffices = staleOffices
  }
}

/// One office on the board.
public struct BoardLine: Sendable, Hashable, Codable {
  public var office: String
  public var name: String
  public var open: Int
  public var dueSoon: Int
  public var overdue: Int
  public var suspended: Int
  public var closed: Int
  /// Working days.
  public var longestOverdue: Int
  /// Closed this year.
  public var inspections: Int
  /// Percent of indicators met.
  public var coverage: Int?
  /// Unix milliseconds: stamp of the newest entry held of the office.
  public var asOf: UInt64?
  public var isStale: Bool
  public var voidActs: Int

  public init(
    office: String, name: String, open: Int, dueSoon: Int, overdue: Int, suspended: Int, closed: Int,
    longestOverdue: Int, inspections: Int, coverage: Int?, asOf: UInt64?, isStale: Bool, voidActs: Int
  ) {
    self.office = office
    self.name = name
    self.open = open
    self.dueSoon = dueSoon
    self.overdue = overdue
    self.suspended = suspended
    self.closed = closed
    self.longestOverdue = longestOverdue
    self.inspections = inspections
    self.coverage = coverage
    self.asOf = asOf
    self.isStale = isStale
    self.voidActs = voidActs
  }
}

/// An indicator against what was done.
public struct CoverageRow: Sendable, Hashable, Codable {
  public var office: String
  public var pack: String
  public var regime: String
  public var name: Bilingual
  public var required: Int
  public var done: Int
  /// Size of the register the share is taken of.
  public var base: Int?
  public var period: String
  public var met: Bool
  public var provenance: Bilingual

  public init(
    office: String, pack: String, regime: String, name: Bilingual, required: Int, done: Int, base: Int?,
    period: String, met: Bool, provenance: Bilingual
  ) {
    self.office = office
    self.pack = pack
    self.regime = regime
    self.name = name
    self.required = required
    self.done = done
    self.base = base
    self.period = period
    self.met = met
    self.provenance = provenance
  }
}
