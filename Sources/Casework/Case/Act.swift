/// A value an act's form or a file's facts hold. Dates are text, `YYYY-MM-DD`.
public enum FactValue: Sendable, Hashable, Codable {
  case text(String)
  case integer(Int64)
  case flag(Bool)

  /// As a person or a choice's id would spell it.
  public var spelled: String {
    switch self {
    case .text(let value): value
    case .integer(let value): String(value)
    case .flag(let value): value ? "true" : "false"
    }
  }
}

/// One procedural step that was taken (行为). Never edited, only followed by another.
public struct Act: Sendable, Hashable, Codable {
  /// 32 hexadecimal digits, unique.
  public var id: String
  /// `ActRule.id` in the file's workflow.
  public var rule: String
  /// Code of the office whose node signed it.
  public var office: String
  /// Authority rank of that office: greater is higher in the tree.
  public var rank: Int
  /// The author's hybrid clock: orders acts that nothing else orders.
  public var stamp: UInt64
  /// Acts of the same file its author had seen last (the DAG's edges).
  public var parents: [String]
  /// Day the step was taken, as the record states it.
  public var date: CivilDate
  /// Officers taking part, the one answerable first. Their standing on the day is recorded with the act, so
  /// that every replica judges it alike whatever the officer register says later.
  public var officers: [ActOfficer]
  /// What the form says.
  public var facts: [String: FactValue]

  public init(
    id: String, rule: String, office: String, rank: Int, stamp: UInt64, parents: [String], date: CivilDate,
    officers: [ActOfficer], facts: [String: FactValue]
  ) {
    self.id = id
    self.rule = rule
    self.office = office
    self.rank = rank
    self.stamp = stamp
    self.parents = parents
    self.date = date
    self.officers = officers
    self.facts = facts
  }
}

/// An officer as he stood on the day of an act.
public struct ActOfficer: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// Roles held, for example `handler`, `reviewer`, `captain`, `leader`, `head`.
  public var roles: [String]
  public var certificate: Certificate?

  public init(id: String, name: String, roles: [String], certificate: Certificate?) {
    self.id = id
    self.name = name
    self.roles = roles
    self.certificate = certificate
  }
}

/// A certificate to enforce, to supervise or to audit (执法证、监督证、稽核证).
public struct Certificate: Sendable, Hashable, Codable {
  public var number: String
  /// `enforcement`, `supervision` or `audit`.
  public var kind: String
  public var validFrom: CivilDate
  /// Last day it is valid.
  public var validTo: CivilDate

  public init(number: String, kind: String, validFrom: CivilDate, validTo: CivilDate) {
    self.number = number
    self.kind = kind
    self.validFrom = validFrom
    self.validTo = validTo
  }

  public func isValid(on day: CivilDate) -> Bool { validFrom <= day && day <= validTo }
}

/// How a file was opened: fixed facts every act builds on.
public struct CaseOpening: Sendable, Hashable, Codable {
  /// Office that opened it (for an order: its issuer).
  public var office: String
  /// For an order: the office it is directed at.
  public var addressee: String?
  /// Day the complaint or lead came in, or the file was opened.
  public var date: CivilDate
  /// The regime it runs under; `nil`: any that the workflow serves.
  public var regime: String?

  public init(office: String, addressee: String?, date: CivilDate, regime: String? = nil) {
    self.office = office
    self.addressee = addressee
    self.date = date
    self.regime = regime
  }
}

/// Who stands above whom; from the signed office tree.
public protocol OfficeHierarchy: Sendable {
  /// Whether `superior` is a proper ancestor of `office`.
  func isSuperior(_ superior: String, of office: String) -> Bool
}
