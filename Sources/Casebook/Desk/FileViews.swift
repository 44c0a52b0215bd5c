public import Casework

/// A line in a list of files.
public struct FileRow: Sendable, Hashable, Codable {
  public var id: String
  public var kind: String
  public var number: String
  public var title: String
  public var office: String
  public var addressee: String?
  public var state: Bilingual
  public var isFinal: Bool
  public var openedOn: String
  public var nextDue: String?
  /// Working days until `nextDue`, negative when overdue.
  public var daysLeft: Int?
  public var isProvisional: Bool
  public var isSuspended: Bool
  public var voidActs: Int
  public var waitingActs: Int

  public init(
    id: String, kind: String, number: String, title: String, office: String, addressee: String?,
    state: Bilingual, isFinal: Bool, openedOn: String, nextDue: String?, daysLeft: Int?,
    isProvisional: Bool, isSuspended: Bool, voidActs: Int, waitingActs: Int
  ) {
    self.id = id
    self.kind = kind
    self.number = number
    self.title = title
    self.office = office
    self.addressee = addressee
    self.state = state
    self.isFinal = isFinal
    self.openedOn = openedOn
    self.nextDue = nextDue
    self.daysLeft = daysLeft
    self.isProvisional = isProvisional
    self.isSuspended = isSuspended
    self.voidActs = voidActs
    self.waitingActs = waitingActs
  }
}

/// A file with its acts, clocks and what may be done next.
public struct FileView: Sendable, Hashable, Codable {
  public var row: FileRow
  public var workflow: Bilingual
  public var regime: Bilingual
  public var pack: String
  public var subject: String?
  public var openedBy: String
  public var relatesTo: String?
  public var facts: [String: String]
  public var acts: [ActView]
  public var clocks: [ClockView]
  public var possible: [PossibleAct]
  public var hasSealedComplainant: Bool
  /// The band the score lies in, where the regime has bands.
  public var scoreBand: Bilingual?
  /// Why the unit was visited once more than its ceiling allows.
  public var overCeilingReason: String?
  /// The last transfer to an office beside; `nil` where there was none.
  public var transfer: TransferView?
  public var attachments: [AttachmentView]

  public init(
    row: FileRow, workflow: Bilingual, regime: Bilingual, pack: String, subject: String?, openedBy: String,
    relatesTo: String?, facts: [String: String], acts: [ActView], clocks: [ClockView],
    possible: [PossibleAct], hasSealedComplainant: Bool, scoreBand: Bilingual? = nil, overCeilingReason: String? = nil,
    transfer: TransferView? = nil, attachments: [AttachmentView] = []
  ) {
    self.row = row
    self.workflow = workflow
    self.regime = regime
    self.pack = pack
    self.subject = subject
    self.openedBy = openedBy
    self.relatesTo = relatesTo
    self.facts = facts
    self.acts = acts
    self.clocks = clocks
    self.possible = possible
    self.hasSealedComplainant = hasSealedComplainant
    self.scoreBand = scoreBand
    self.overCeilingReason = overCeilingReason
    self.transfer = transfer
    self.attachments = attachments
  }
}

/// A file's transfer to an office beside (移交).
public struct TransferView: Sendable, Hashable, Codable {
  public var from: String
  public var to: String
  /// Day it was recorded for, `YYYY-MM-DD`.
  public var on: String
  public var reason: String
  /// Entry after which the transferring office says nothing more of the file.
  public var position: String
  /// This office had the file and is told nothing more of it.
  public var hasEndedHere: Bool

  public init(from: String, to: String, on: String, reason: String, position: String, hasEndedHere: Bool) {
    self.from = from
    self.to = to
    self.on = on
    self.reason = reason
    self.position = position
    self.hasEndedHere = hasEndedHere
  }
}

/// One act as it stands in the file.
public struct ActView: Sendable, Hashable, Codable {
  public var id: String
  public var act: String
  public var name: Bilingual
  public var office: String
  public var date: String
  public var officers: [String]
  public var facts: [String: String]
  public var stands: Bool
  /// Why it is void or waits.
  public var reason: Bilingual?
  public var article: String?
  /// Unix milliseconds of the author's clock.
  public var claimed: UInt64
  /// Unix milliseconds of the superior's receipt the author had seen.
  public var provableFrom: UInt64?
  /// Unix milliseconds of the first receipt for it.
  public var provableUntil: UInt64?
  /// What was claimed lies outside what is provable.
  public var doubt: TimeDoubt?
  public var entry: String

  public init(
    id: String, act: String, name: Bilingual, office: String, date: String, officers: [String],
    facts: [String: String], stands: Bool, reason: Bilingual?, article: String?, claimed: UInt64,
    provableFrom: UInt64?, provableUntil: UInt64?, doubt: TimeDoubt?, entry: String
  ) {
    self.id = id
    self.act = act
    self.name = name
    self.office = office
    self.date = date
    self.officers = officers
    self.facts = facts
    self.stands = stands
    self.reason = reason
    self.article = article
    self.claimed = claimed
    self.provableFrom = provableFrom
    self.provableUntil = provableUntil
    self.doubt = doubt
    self.entry = entry
  }
}

/// A deadline with its derivation.
public struct ClockView: Sendable, Hashable, Codable {
  public var id: String
  public var name: Bilingual
  public var startedOn: String?
  public var due: String?
  public var isProvisional: Bool
  public var isSuspended: Bool
  public var isOverdue: Bool
  public var metOn: String?
  public var article: String
  public var derivation: [Bilingual]

  public init(
    id: String, name: Bilingual, startedOn: String?, due: String?, isProvisional: Bool, isSuspended: Bool,
    isOverdue: Bool, metOn: String?, article: String, derivation: [Bilingual]
  ) {
    self.id = id
    self.name = name
    self.startedOn = startedOn
    self.due = due
    self.isProvisional = isProvisional
    self.isSuspended = isSuspended
    self.isOverdue = isOverdue
    self.metOn = metOn
    self.article = article
    self.derivation = derivation
  }
}

/// An act that state and party allow now.
public struct PossibleAct: Sendable, Hashable, Codable {
  public var act: String
  public var name: Bilingual
  public var fields: [String]
  public var source: String

  public init(
    act: String, name: Bilingual, fields: [String], source: String
  ) {
    self.act = act
    self.name = name
    self.fields = fields
    self.source = source
  }
}

/// What an act or an opening left behind.
public struct ActedView: Sendable, Hashable, Codable {
  public var file: FileRow
  public var act: String?
  public var entry: String
  public var warnings: [Bilingual]
  /// The official number (文号) the act's document was given; `nil` when it bears none.
  public var documentNumber: String?

  public init(
    file: FileRow, act: String?, entry: String, warnings: [Bilingual], documentNumber: String? = nil
  ) {
    self.file = file
    self.act = act
    self.entry = entry
    self.warnings = warnings
    self.documentNumber = documentNumber
  }
}

/// A sealed complainant, shown for a recorded purpose.
public struct RevealedView: Sendable, Hashable, Codable {
  public var number: String
  public var name: String
  public var phone: String
  public var purpose: String

  public init(
    number: String, name: String, phone: String, purpose: String
  ) {
    self.number = number
    self.name = name
    self.phone = phone
    self.purpose = purpose
  }
}
