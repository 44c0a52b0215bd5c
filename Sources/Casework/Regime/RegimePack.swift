/// A bureau's rules as data (监管制度包): its regimes, the workflows they run by, and where each line stands in
/// the bureau's own document. The engine holds no bureau's number; a sixth bureau is a sixth pack.
public struct RegimePack: Sendable, Hashable {
  /// Stable name of the pack, lower-case ASCII, for example `renxian`.
  public var code: String
  /// Raised by one with every published change; cases stay with the version they were opened under.
  public var version: Int
  /// The issuing bureau.
  public var issuer: Bilingual
  /// GB/T 2260 division code of the bureau, or the statistical code of a functional zone. Never an identity.
  public var division: String
  /// First day on which cases may be opened under it.
  public var effective: CivilDate
  /// The bureau's document that the pack was taken from.
  public var document: String
  public var regimes: [Regime]
  public var workflows: [Workflow]
  /// Where the document or its jurisdiction says how fines are fixed.
  public var discretion: DiscretionRule?
  public var series: [NumberSeries]
  /// 责任清单: duties with their tasks and sections.
  public var duties: [ProvisionGroup]
  /// 职责边界: matters shared with other departments.
  public var boundaries: [ProvisionGroup]
  /// 公共服务事项.
  public var services: [ProvisionGroup]
  /// 专项行动 (春雷、春暖、春雨、春苗 …).
  public var campaigns: [ProvisionGroup]
  public var remarks: [PackRemark]
  /// Roles of officers and what the bureau calls them (大队长、局领导 …).
  public var roles: [FormField.Choice]

  public init(
    code: String, version: Int, issuer: Bilingual, division: String, effective: CivilDate, document: String,
    regimes: [Regime], workflows: [Workflow], discretion: DiscretionRule? = nil, series: [NumberSeries] = [],
    duties: [ProvisionGroup] = [], boundaries: [ProvisionGroup] = [], services: [ProvisionGroup] = [],
    campaigns: [ProvisionGroup] = [], remarks: [PackRemark] = [], roles: [FormField.Choice] = []
  ) {
    self.code = code
    self.version = version
    self.issuer = issuer
    self.division = division
    self.effective = effective
    self.document = document
    self.regimes = regimes
    self.workflows = workflows
    self.discretion = discretion
    self.series = series
    self.duties = duties
    self.boundaries = boundaries
    self.services = services
    self.campaigns = campaigns
    self.remarks = remarks
    self.roles = roles
  }

  public func regime(_ id: String) -> Regime? { regimes.first { $0.id == id } }
  public func workflow(_ id: String) -> Workflow? { workflows.first { $0.id == id } }
  /// Workflows a regime runs by, in its order; one the pack does not have is left out.
  public func workflows(of regime: Regime) -> [Workflow] { regime.workflows.compactMap(workflow) }
}

/// One power's supervision rules (监管制度).
public struct Regime: Sendable, Hashable {
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case active
    /// Handed to another authority (for example 已划到行政审批局): readable, but takes no new case.
    case transferred
  }

  public var id: String
  public var name: Bilingual
  public var status: Status
  /// Who or what is supervised (监督检查对象).
  public var subjects: [Bilingual]
  public var indicators: [Indicator]
  /// Whether the document says that the superior's differing indicator applies (以上级下达监督检查指标为准).
  /// It applies when the figures differ, in either direction; never assumed where the clause is missing.
  public var superiorOverrides: Bool
  /// Least number of inspectors and the certificate they need, where the document states one.
  public var quorum: Quorum?
  /// Ids of the pack's workflows that cases under this regime may run by.
  public var workflows: [String]
  /// Section of the bureau's document, for example `四(九)`.
  public var source: String
  /// The section or body that carries it out (责任科室、落实单位); `nil` where the document names none.
  public var office: Bilingual?
  /// What stands before the six parts: general clauses, basis, who carries it out.
  public var basis: [Provision]
  public var parts: [RegimePart: PartContent]
  public var penalties: [PenaltyRule]
  public var tallies: [TallyRule]
  public var scoreBands: [ScoreBand]
  /// The most visits a unit may receive, where one is published.
  public var ceiling: VisitCeiling?
  /// A part of the power that moved to another authority, for example licensing (已划到行政审批局).
  public var transferred: TransferredPower?

  public init(
    id: String, name: Bilingual, status: Status, subjects: [Bilingual], indicators: [Indicator],
    superiorOverrides: Bool, quorum: Quorum?, workflows: [String], source: String, office: Bilingual? = nil,
    basis: [Provision] = [], parts: [RegimePart: PartContent] = [:], penalties: [PenaltyRule] = [], tallies: [TallyRule] = [],
    scoreBands: [ScoreBand] = [], ceiling: VisitCeiling? = nil, transferred: TransferredPower? = nil
  ) {
    self.id = id
    self.name = name
    self.status = status
    self.subjects = subjects
    self.indicators = indicators
    self.superiorOverrides = superiorOverrides
    self.quorum = quorum
    self.workflows = workflows
    self.source = source
    self.office = office
    self.basis = basis
    self.parts = parts
    self.penalties = penalties
    self.tallies = tallies
    self.scoreBands = scoreBands
    self.ceiling = ceiling
    self.transferred = transferred
  }

  /// The lines a clerk goes through on a check (检查要点).
  public var checklist: [Provision] { parts[.content]?.lines ?? [] }
}

/// A part of a power that another authority has taken over: its workflows are readable, but take no new file; the rest
/// of the regime goes on (审批权划转，事中事后监管仍由本局负责).
public struct TransferredPower: Sendable, Hashable {
  public var to: Bilingual
  /// Ids of the workflows that take no new file.
  public var workflows: [String]
  public var source: String

  public init(to: Bilingual, workflows: [String], source: String) {
    self.to = to
    self.workflows = workflows
    self.source = source
  }
}

/// Least number of inspectors on a visit, and the certificate each must hold.
public struct Quorum: Sendable, Hashable {
  public var officers: Int
  /// Kind of certificate: `enforcement` (执法证), `supervision` (执法监督证), `audit` (稽核证) or `none` where the
  /// document names none.
  public var certificate: String
  public var source: String

  public init(officers: Int, certificate: String, source: String) {
    self.officers = officers
    self.certificate = certificate
    self.source = source
  }
}
