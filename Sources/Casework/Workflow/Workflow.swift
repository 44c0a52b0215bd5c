/// A procedure as a state machine, described in a pack (states, acts, guards, forms, clocks).
public struct Workflow: Sendable, Hashable {
  /// What kind of file runs by it.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    case `case`, inspection, complaint, order
  }

  public var id: String
  public var name: Bilingual
  public var kind: Kind
  /// State of a file that has just been opened.
  public var initial: String
  public var states: [WorkflowState]
  public var acts: [ActRule]
  public var clocks: [ClockRule]
  /// Section of the bureau's document.
  public var source: String
  /// What fines the regimes that run by it provide; a fine's bounds are judged by these. No id twice.
  public var penalties: [PenaltyRule]
  /// Ids of the penalties each regime provides; a regime that is not named has them all.
  public var penaltiesByRegime: [String: Set<String>] = [:]
  /// How the bureau uses its discretion; the same for every workflow of a pack.
  public var discretion: DiscretionRule?
  /// What the bureau calls the roles of its officers; the same for every workflow of a pack.
  public var roles: [FormField.Choice]

  public init(
    id: String, name: Bilingual, kind: Kind, initial: String, states: [WorkflowState], acts: [ActRule],
    clocks: [ClockRule], source: String, penalties: [PenaltyRule] = [], discretion: DiscretionRule? = nil,
    roles: [FormField.Choice] = []
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.initial = initial
    self.states = states
    self.acts = acts
    self.clocks = clocks
    self.source = source
    self.penalties = penalties
    self.discretion = discretion
    self.roles = roles
  }

  /// The penalties of a regime; of all regimes for `nil`.
  public func penalties(of regime: String?) -> [PenaltyRule] {
    guard let ids = regime.flatMap({ penaltiesByRegime[$0] }) else { return penalties }
    return penalties.filter { ids.contains($0.id) }
  }

  public func state(_ id: String) -> WorkflowState? { states.first { $0.id == id } }
  public func act(_ id: String) -> ActRule? {
    if id == ActRule.transferID { return kind == .order ? nil : .transfer }
    return acts.first { $0.id == id }
  }
}

public struct WorkflowState: Sendable, Hashable {
  public var id: String
  public var name: Bilingual
  /// No act but those naming it in `from` follows; the file counts as finished.
  public var isFinal: Bool

  public init(id: String, name: Bilingual, isFinal: Bool) {
    self.id = id
    self.name = name
    self.isFinal = isFinal
  }
}

/// One procedural step that may be taken (行为).
public struct ActRule: Sendable, Hashable {
  /// Who may take it, as seen from the file.
  public enum Party: String, Sendable, Hashable, CaseIterable {
    /// The office now responsible: the one that opened the file, or the one that took it over.
    case responsible
    /// Any office above the responsible one in the signed office tree.
    case superior
    /// The office that opened the file (an order's issuer).
    case issuer
    /// The office the file is directed at (an order's addressee).
    case addressee
  }

  /// What an act does besides moving the state.
  public enum Effect: String, Sendable, Hashable, CaseIterable {
    /// The acting office becomes responsible (提级办理).
    case takeover
  }

  public var id: String
  public var name: Bilingual
  /// States it may be taken in; `*` stands for every state that is not final.
  public var from: [String]
  /// State it leads to; `nil` leaves the state as it is.
  public var to: String?
  public var by: Party
  public var guards: [Guard]
  public var form: FormRule?
  public var effect: Effect?
  /// Section of the bureau's document, or the article of a law.
  public var source: String

  public init(
    id: String, name: Bilingual, from: [String], to: String?, by: Party, guards: [Guard], form: FormRule?,
    effect: Effect?, source: String
  ) {
    self.id = id
    self.name = name
    self.from = from
    self.to = to
    self.by = by
    self.guards = guards
    self.form = form
    self.effect = effect
    self.source = source
  }
}

/// What must hold for an act; a guard that fails is a refusal with its article and remedy.
public struct Guard: Sendable, Hashable {
  public enum Condition: Sendable, Hashable {
    /// At least `atLeast` distinct officers, each with a certificate of the kind that is valid on the act's day.
    case officers(atLeast: Int, certificate: String)
    /// Each of these acts stands already.
    case after(acts: [String])
    /// Where the file's fact `field` has one of `values`, each of these acts stands already.
    case afterWhere(field: String, values: [String], acts: [String])
    /// The file's fact `field` (set by an earlier act or by this one) has one of `values`.
    case fact(field: String, values: [String])
    /// The first officer of the act holds `role` and took part in none of the acts `notOf`
    /// (nobody approves his own act).
    case approver(role: String, notOf: [String])
    /// The record is signed (`field` is true), or the act carries a refusal reason and a witness
    /// (facts `refusalReason`, `witness`).
    case signedOrRefusalNoted(field: String)
    /// These officer fields of the act name different officers.
    case distinct(fields: [String])
    /// None of the act's officers was recused by an act `by` of this file (its officer field `recusedOfficer`).
    case notRecused(by: String)
    /// Among the officers each of these roles is held.
    case participants(roles: [String])
    /// The clock's period has run out: the act's day lies after its last day, counted in calendar days without roll,
    /// so that no calendar decides over an act. `unless`: one of these acts stands, then it need not have.
    case elapsed(clock: String, unless: [String])
    /// The clock's period has not run out: the act's day is not after its last day, counted as for `elapsed`. For
    /// limitations, after which nothing may be done any more; being late otherwise is a deadline's matter.
    case within(clock: String)
    /// What must have happened before the penalty named in field `penalty`: field `state` says `overdue` or
    /// `refused`, or the flag `other` says that no other statute provides one, as the penalty's precondition asks.
    case preconditionMet(state: String, penalty: String, other: String)
    /// The amount in field `amount` keeps within the penalty that field `penalty` names, for the tier in field
    /// `tier`; outside the tier only with a reason in field `reason`, above the law's cap never.
    case amountWithinBand(amount: String, penalty: String, tier: String, reason: String)
    /// Where a hearing may be asked for, field `told` is true: the fine in `amount` reaches the jurisdiction's
    /// threshold, or field `measure` has one of `measures` (行政处罚法 第六十三条).
    case hearingTold(told: String, amount: String, party: String, measure: String, measures: [String])
  }

  /// Where the file's fact has one of the values: a guard that is asked for only there, a check that counts only then.
  public struct Scope: Sendable, Hashable {
    public var field: String
    public var values: [String]

    public init(field: String, values: [String]) {
      self.field = field
      self.values = values
    }
  }

  public var condition: Condition
  /// Section or article that demands it.
  public var article: String
  /// `nil`: asked for always.
  public var scope: Scope?

  public init(condition: Condition, article: String, scope: Scope? = nil) {
    self.condition = condition
    self.article = article
    self.scope = scope
  }
}

/// The form (文书) an act fills.
public struct FormRule: Sendable, Hashable {
  public var name: Bilingual
  public var fields: [FormField]
  /// The pack's series that gives the document its number when the act is signed; `nil`: it bears none.
  public var series: String?

  /// Name of the fact that holds a numbered document's number (文号); no form field may have it.
  public static let numberFact = "documentNumber"

  public init(name: Bilingual, fields: [FormField], series: String? = nil) {
    self.name = name
    self.fields = fields
    self.series = series
  }
}

public struct FormField: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case text, integer, date, flag, choice
    /// Whole fen; typed in yuan with at most two decimals.
    case money
    /// An officer of the office; typed as a login, kept as the officer's record id.
    case officer
    /// The pack's penalties of the regimes that run by the workflow, by id.
    case penalty
  }

  public var id: String
  public var name: Bilingual
  public var kind: Kind
  public var required: Bool
  /// For `choice`: the values that may stand.
  public var choices: [Choice]

  public struct Choice: Sendable, Hashable {
    public var id: String
    public var name: Bilingual

    public init(id: String, name: Bilingual) {
      self.id = id
      self.name = name
    }
  }

  public init(id: String, name: Bilingual, kind: Kind, required: Bool, choices: [Choice]) {
    self.id = id
    self.name = name
    self.kind = kind
    self.required = required
    self.choices = choices
  }

  /// Whether a name, in either language, or an id means this field.
  public func isCalled(_ name: String) -> Bool { [id, self.name.zh, self.name.en].contains(name) }
}

/// A statutory period (期限) of a workflow: a rule, what starts it, and what stops, suspends and extends it.
public struct ClockRule: Sendable, Hashable {
  public enum Anchor: Sendable, Hashable {
    /// The day the file was opened (complaint or lead received).
    case opening
    /// The day of the first standing act of this kind.
    case act(String)
    /// The day in a date field of the first standing act of this kind.
    case actField(act: String, field: String)
    /// That day, `MM-DD`, of the year of the opening; a file opened after it is late from the start.
    case yearly(monthDay: String)
  }

  public var id: String
  public var name: Bilingual
  public var unit: DeadlineUnit
  /// Number of units. Zero with an `actField` anchor: the date itself is the limit.
  public var count: Int
  public var anchor: Anchor
  /// Acts that meet the deadline; reaching a final state stops every clock too.
  public var stops: [String]
  /// Act ids between which days do not count.
  public var suspendedBy: String?
  public var resumedBy: String?
  /// Act that adds `extraCount` units.
  public var extendedBy: String?
  public var extraCount: Int
  /// Whether a last day that is a rest day rolls to the next working day.
  public var roll: Bool
  public var article: String

  public init(
    id: String, name: Bilingual, unit: DeadlineUnit, count: Int, anchor: Anchor, stops: [String],
    suspendedBy: String?, resumedBy: String?, extendedBy: String?, extraCount: Int, roll: Bool, article: String
  ) {
    self.id = id
    self.name = name
    self.unit = unit
    self.count = count
    self.anchor = anchor
    self.stops = stops
    self.suspendedBy = suspendedBy
    self.resumedBy = resumedBy
    self.extendedBy = extendedBy
    self.extraCount = extraCount
    self.roll = roll
    self.article = article
  }
}
