/// What a person at the desk may ask of the node.
public enum DeskRequest: Sendable, Hashable, Codable {
  case status
  case verify
  case officeList
  case invite(Invite)
  case officeRenew(CharterRenewalDraft)
  case officerAdd(OfficerDraft)
  case officerList
  case subjectAdd(SubjectDraft)
  /// Rows of a CSV file that were read already; refused rows are reported, the others are stored together.
  case subjectImport([SubjectDraft])
  case subjectList(contains: String?)
  /// Code, name, former name or id of a record, or the whole number of a person.
  case subjectShow(String)
  case subjectDuplicates
  case subjectMerge(SubjectMergeDraft)
  case subjectUnmerge(SubjectUnmergeDraft)
  case subjectReveal(subject: String, purpose: String, officer: String)
  case regimeList
  /// The pack's YAML text, as a file or the bundled packs have it.
  case regimePublish(yaml: String)
  /// The newest version published here; `nil`: the whole pack.
  case regimeShow(pack: String, regime: String?)
  case regimeDiff(yaml: String)
  /// Departments that a matter should be referred to; `nil`: by every pack in force.
  case referSuggest(text: String, pack: String?)
  case calendarImport(CalendarDraft)
  case calendarYear(Int)
  case calendarDue(DueDraft)
  case indicatorSet(IndicatorDraft)
  case indicatorList
  case numberLease(NumberLeaseDraft)
  case numberList
  case numberVoid(NumberVoidDraft)
  /// Every number of a series and year that concerns an office; `nil`: this one.
  case numberRegister(pack: String, series: String, year: Int, office: String?)
  case fileOpen(FileDraft)
  case fileAct(ActDraft)
  /// Opens an order and issues it by the act; the act's `file` is the order's, whatever it says.
  case orderIssue(FileDraft, ActDraft)
  case fileList(FileFilter)
  case fileShow(file: String)
  case fileReveal(file: String, purpose: String, officer: String)
  case drawCommit(DrawDraft)
  /// Number of the draw, or its id.
  case drawReveal(String)
  case drawRedraw(DrawRedrawDraft)
  case drawShow(String)
  case drawList
  case attachAdd(AttachmentDraft)
  /// Attachments of a file.
  case attachList(file: String)
  /// Writes one attachment's content to a file.
  case attachGet(AttachmentTake)
  /// What this office takes of attachments; with a change, after it.
  case attachLimits(AttachmentLimitsDraft)
  case board
  case coverage
  case tallies
  case overdue
  case conflicts
  case conflictResolve(record: String, field: String, choice: Int)
  case quarantine
  case ratify(RatificationDraft)
  case keyList
  case keyRotate(KeyRotationDraft)
  /// Puts this office's key files under a passphrase; `nil`: leaves them plain.
  case keyProtect(Passphrase?)
  case keyRevoke(KeyRevocationDraft)
  /// This home is the only one in use, a person says: work goes on in a new incarnation.
  case adopt
  case peers
  /// What waits to go to a neighbour; `nil`: to all.
  case outbox(office: String?)
  /// An office, or an entry: its hash's first digits, `OFFICE#SEQ`, or office, stream and position as `log` has them.
  case explain([String])
  case log(limit: Int)
  /// Exchange with the superior, or with the office named.
  case sync(office: String?)
  case bundleCreate(BundleDraft)
  /// Absolute paths, in any order.
  case bundleApply(paths: [String])
  case doctor(rebuild: Bool)
  case backupCreate(BackupDraft)
  /// Backs up, restores into a folder that goes away, and compares.
  /// - Parameter isKept: the backup's file stays at the draft's path.
  case backupDrill(BackupDraft, isKept: Bool)
}

public struct Invite: Sendable, Hashable, Codable {
  /// Code the new office will have.
  public var office: String
  public var name: String
  /// Address under which the new office reaches this node, `host:port`.
  public var address: String
  public var hours: Int
  /// The charter's last day, `YYYY-MM-DD`, or `never`; `nil`: as an office invited anew had it, else without an end.
  public var until: String?
  /// Names of the powers delegated; `nil`: as an office invited anew had them, else none.
  public var powers: [String]?

  public init(
    office: String, name: String, address: String, hours: Int, until: String? = nil, powers: [String]? = nil
  ) {
    self.office = office
    self.name = name
    self.address = address
    self.hours = hours
    self.until = until
    self.powers = powers
  }
}

/// A further charter for a direct subordinate, with another term (授权书续期).
public struct CharterRenewalDraft: Sendable, Hashable, Codable {
  public var office: String
  /// The last day, `YYYY-MM-DD`, or `never`.
  public var until: String
  /// Names of the powers delegated from then on; `nil`: as before.
  public var powers: [String]?

  public init(office: String, until: String, powers: [String]? = nil) {
    self.office = office
    self.until = until
    self.powers = powers
  }
}

public struct OfficerDraft: Sendable, Hashable, Codable {
  public var login: String
  public var name: String
  public var roles: [String]
  public var certificateNumber: String?
  /// `enforcement`, `supervision` or `audit`.
  public var certificateKind: String?
  /// `YYYY-MM-DD`.
  public var validFrom: String?
  public var validTo: String?

  public init(
    login: String, name: String, roles: [String], certificateNumber: String?, certificateKind: String?,
    validFrom: String?, validTo: String?
  ) {
    self.login = login
    self.name = name
    self.roles = roles
    self.certificateNumber = certificateNumber
    self.certificateKind = certificateKind
    self.validFrom = validFrom
    self.validTo = validTo
  }
}

public struct IndicatorDraft: Sendable, Hashable, Codable {
  public var pack: String
  public var regime: String
  public var indicator: String
  public var value: Int
  /// Number of the document that sets it (文号).
  public var document: String
  /// First day it applies, `YYYY-MM-DD`.
  public var effective: String
  /// Office it is for; `nil`: every office below.
  public var office: String?

  public init(
    pack: String, regime: String, indicator: String, value: Int, document: String, effective: String, office: String?
  ) {
    self.pack = pack
    self.regime = regime
    self.indicator = indicator
    self.value = value
    self.document = document
    self.effective = effective
    self.office = office
  }
}

public struct FileDraft: Sendable, Hashable, Codable {
  /// `case`, `inspection`, `complaint` or `order`.
  public var kind: String
  public var pack: String
  public var regime: String
  /// `nil`: the regime's only workflow of the kind.
  public var workflow: String?
  public var title: String
  /// USCC or name of a registered subject; `nil` where there is none.
  public var subject: String?
  /// `YYYY-MM-DD`; `nil`: today.
  public var openedOn: String?
  /// For an order: the office it is directed at.
  public var addressee: String?
  /// Number or id of the file it comes from.
  public var relatesTo: String?
  /// For an inspection: `routine`, `special`, `full`, …
  public var checkKind: String?
  public var complainantName: String?
  public var complainantPhone: String?
  /// Why a unit is visited once more than its yearly ceiling allows; kept where it is above it.
  public var overCeilingReason: String?

  public init(
    kind: String, pack: String, regime: String, workflow: String?, title: String, subject: String?,
    openedOn: String?, addressee: String?, relatesTo: String?, checkKind: String?, complainantName: String?,
    complainantPhone: String?, overCeilingReason: String? = nil
  ) {
    self.kind = kind
    self.pack = pack
    self.regime = regime
    self.workflow = workflow
    self.title = title
    self.subject = subject
    self.openedOn = openedOn
    self.addressee = addressee
    self.relatesTo = relatesTo
    self.checkKind = checkKind
    self.complainantName = complainantName
    self.complainantPhone = complainantPhone
    self.overCeilingReason = overCeilingReason
  }
}

public struct ActDraft: Sendable, Hashable, Codable {
  /// Number or id of the file (an id may be shortened to what is unambiguous).
  public var file: String
  /// Act id of the file's workflow.
  public var act: String
  /// Logins of the officers taking part, the one answerable first.
  public var officers: [String]
  /// `YYYY-MM-DD`; `nil`: today.
  public var date: String?
  /// Form fields as typed; read by the form's field kinds.
  public var facts: [String: String]

  public init(file: String, act: String, officers: [String], date: String?, facts: [String: String]) {
    self.file = file
    self.act = act
    self.officers = officers
    self.date = date
    self.facts = facts
  }
}

public struct FileFilter: Sendable, Hashable, Codable {
  public var kind: String?
  public var office: String?
  public var openOnly: Bool
  public var limit: Int

  public init(kind: String?, office: String?, openOnly: Bool, limit: Int) {
    self.kind = kind
    self.office = office
    self.openOnly = openOnly
    self.limit = limit
  }
}
