public import Casework

/// A block of official numbers (文号) to lease.
public struct NumberLeaseDraft: Sendable, Hashable, Codable {
  public var pack: String
  /// Id of one of the pack's series.
  public var series: String
  /// Year in the numbers: that of the documents' dates.
  public var year: Int
  public var first: Int
  public var last: Int
  /// Office below that may use them; `nil`: this office itself, which must be the root.
  public var office: String?

  public init(pack: String, series: String, year: Int, first: Int, last: Int, office: String?) {
    self.pack = pack
    self.series = series
    self.year = year
    self.first = first
    self.last = last
    self.office = office
  }
}

/// A number no document will bear: a spoiled form, a draft withdrawn after printing.
public struct NumberVoidDraft: Sendable, Hashable, Codable {
  public var pack: String
  public var series: String
  public var year: Int
  public var number: Int
  public var reason: String
  /// Login of the officer answerable for it.
  public var officer: String

  public init(pack: String, series: String, year: Int, number: Int, reason: String, officer: String) {
    self.pack = pack
    self.series = series
    self.year = year
    self.number = number
    self.reason = reason
    self.officer = officer
  }
}

/// A lease as far as this replica knows; figures of an office below are as of its last synchronisation.
public struct NumberLeaseView: Sendable, Hashable, Codable {
  public var id: String
  public var pack: String
  public var series: String
  public var name: Bilingual
  public var year: Int
  public var first: Int
  public var last: Int
  public var office: String
  public var issuer: String
  /// `YYYY-MM-DD`.
  public var issuedOn: String
  /// Numbers of the block on acts, standing or void.
  public var used: Int
  /// Numbers of the block declared void.
  public var voided: Int
  /// Numbers the office can still take, without those it leased on.
  public var remaining: Int
  /// Why the lease is not in force, or what is wrong with it.
  public var problem: Bilingual?

  public init(
    id: String, pack: String, series: String, name: Bilingual, year: Int, first: Int, last: Int, office: String,
    issuer: String, issuedOn: String, used: Int, voided: Int, remaining: Int, problem: Bilingual?
  ) {
    self.id = id
    self.pack = pack
    self.series = series
    self.name = name
    self.year = year
    self.first = first
    self.last = last
    self.office = office
    self.issuer = issuer
    self.issuedOn = issuedOn
    self.used = used
    self.voided = voided
    self.remaining = remaining
    self.problem = problem
  }
}

/// A line of the register of official numbers: one number, or consecutive ones that no document bears.
public struct NumberRow: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Hashable, Codable, CaseIterable {
    /// On a standing act.
    case used
    /// On an act that became void, or declared void by the office; never given again.
    case void
    /// In a lease, still to come.
    case unused
    /// Passed over without an act held here.
    case gap
    /// Leased on to an office below, in whose register they stand.
    case lent
  }

  public var state: State
  public var first: Int
  /// Equal to `first` for one number.
  public var last: Int
  /// The number as printed; of several, the first.
  public var text: String
  /// Office whose document bears it, which declared it void, or to which it was leased on.
  public var office: String?
  /// Number of the file.
  public var file: String?
  public var act: Bilingual?
  /// Day of the act, or of the void entry, `YYYY-MM-DD`.
  public var date: String?
  public var officer: String?
  /// Why it is void, or how the numbers without a document are accounted for.
  public var reason: Bilingual?
  /// Whether more than one act bears the number.
  public var isDuplicate: Bool
  /// What is not as it should be: a duplicate, a number outside the office's leases, a void entry beside an act.
  public var problems: [Bilingual]

  public init(
    state: State, first: Int, last: Int, text: String, office: String? = nil, file: String? = nil,
    act: Bilingual? = nil, date: String? = nil, officer: String? = nil, reason: Bilingual? = nil,
    isDuplicate: Bool = false, problems: [Bilingual] = []
  ) {
    self.state = state
    self.first = first
    self.last = last
    self.text = text
    self.office = office
    self.file = file
    self.act = act
    self.date = date
    self.officer = officer
    self.reason = reason
    self.isDuplicate = isDuplicate
    self.problems = problems
  }
}
