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
  /// Acts whose claimed time contradicts their receipts.
  public var doubtedActs: Int

  public init(
    office: String, name: String, open: Int, dueSoon: Int, overdue: Int, suspended: Int, closed: Int,
    longestOverdue: Int, inspections: Int, coverage: Int?, asOf: UInt64?, isStale: Bool, voidActs: Int,
    doubtedActs: Int
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
    self.doubtedActs = doubtedActs
  }
}

/// An indicator against what was done.
public struct CoverageRow: Sendable, Hashable, Codable {
  public var office: String
  public var pack: String
  public var regime: String
  public var indicator: String
  public var name: Bilingual
  /// `nil`: what is asked for cannot be said; `note` says why.
  public var required: Int?
  public var done: Int
  /// What should be done by the end of today when the work is spread evenly over the period.
  public var dueNow: Int?
  /// Size of the register, subset or business the share is taken of, or number of events; `nil`: none, or not known.
  public var base: Int?
  /// Day the base was taken, `YYYY-MM-DD`.
  public var baseOn: String?
  public var period: String
  public var met: Bool
  /// Cannot be judged yet: the day is still to come, or nothing it speaks of has happened.
  public var isPending: Bool
  public var provenance: Bilingual
  /// Which visit, class or unit fell short, what the base is, or why it cannot be counted.
  public var note: Bilingual?
  /// The most checks of this kind one unit may have in a year; `nil`: no ceiling binds them.
  public var ceiling: Int?
  /// Units of the office above the ceiling this year.
  public var overCeiling: Int
  /// Only checks whose record says so count; `nil`: the kind of check decides.
  public var counted: CountedRecord?

  public init(
    office: String, pack: String, regime: String, indicator: String, name: Bilingual, required: Int?, done: Int,
    dueNow: Int?, base: Int?, baseOn: String?, period: String, met: Bool, isPending: Bool, provenance: Bilingual,
    note: Bilingual?, ceiling: Int?, overCeiling: Int, counted: CountedRecord? = nil
  ) {
    self.office = office
    self.pack = pack
    self.regime = regime
    self.indicator = indicator
    self.name = name
    self.required = required
    self.done = done
    self.dueNow = dueNow
    self.base = base
    self.baseOn = baseOn
    self.period = period
    self.met = met
    self.isPending = isPending
    self.provenance = provenance
    self.note = note
    self.ceiling = ceiling
    self.overCeiling = overCeiling
    self.counted = counted
  }
}
