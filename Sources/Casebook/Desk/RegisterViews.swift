public import Casework

/// An officer of the register.
public struct OfficerView: Sendable, Hashable, Codable {
  public var login: String
  public var name: String
  public var roles: [String]
  public var office: String
  public var certificateNumber: String?
  public var certificateKind: String?
  public var validFrom: String?
  public var validTo: String?

  public init(
    login: String, name: String, roles: [String], office: String, certificateNumber: String?,
    certificateKind: String?, validFrom: String?, validTo: String?
  ) {
    self.login = login
    self.name = name
    self.roles = roles
    self.office = office
    self.certificateNumber = certificateNumber
    self.certificateKind = certificateKind
    self.validFrom = validFrom
    self.validTo = validTo
  }
}

/// A regime of a pack held here.
public struct RegimeView: Sendable, Hashable, Codable {
  public var pack: String
  public var version: Int
  public var regime: String
  public var name: Bilingual
  public var issuer: Bilingual
  public var status: String
  public var source: String
  public var subjects: [Bilingual]
  public var quorum: Int?
  public var superiorOverrides: Bool
  public var indicators: [IndicatorView]
  public var workflows: [String]
  public var published: Bool

  public init(
    pack: String, version: Int, regime: String, name: Bilingual, issuer: Bilingual, status: String,
    source: String, subjects: [Bilingual], quorum: Int?, superiorOverrides: Bool,
    indicators: [IndicatorView], workflows: [String], published: Bool
  ) {
    self.pack = pack
    self.version = version
    self.regime = regime
    self.name = name
    self.issuer = issuer
    self.status = status
    self.source = source
    self.subjects = subjects
    self.quorum = quorum
    self.superiorOverrides = superiorOverrides
    self.indicators = indicators
    self.workflows = workflows
    self.published = published
  }
}

/// An indicator with the figure in force and where it comes from.
public struct IndicatorView: Sendable, Hashable, Codable {
  public var pack: String
  public var regime: String
  public var indicator: String
  public var name: Bilingual
  public var check: String
  public var shape: String
  public var period: String?
  /// The document's figure.
  public var ownValue: Int?
  /// The figure in force.
  public var value: Int?
  /// Whose figure it is.
  public var provenance: Bilingual
  public var source: String
  /// Only checks whose record says so count; `nil`: the kind of check decides.
  public var counted: CountedRecord?

  public init(
    pack: String, regime: String, indicator: String, name: Bilingual, check: String, shape: String,
    period: String?, ownValue: Int?, value: Int?, provenance: Bilingual, source: String, counted: CountedRecord? = nil
  ) {
    self.pack = pack
    self.regime = regime
    self.indicator = indicator
    self.name = name
    self.check = check
    self.shape = shape
    self.period = period
    self.ownValue = ownValue
    self.value = value
    self.provenance = provenance
    self.source = source
    self.counted = counted
  }
}

/// What a check's record must say for an indicator to count it, for example that it was part of one campaign.
public struct CountedRecord: Sendable, Hashable, Codable {
  /// Id of the form field.
  public var field: String
  /// Ids of the choices that count.
  public var values: [String]
  /// As the form calls them: `专项行动：春雷行动`.
  public var name: Bilingual

  public init(field: String, values: [String], name: Bilingual) {
    self.field = field
    self.values = values
    self.name = name
  }
}
