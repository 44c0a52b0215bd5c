public import Casework

/// Officers of a walk: handlers with each kind of certificate, one holder of each role, a spare who gets recused, one
/// without a certificate and one whose certificate ran out.
public struct WalkOfficers: Sendable {
  public struct Person: Sendable {
    public let login: String
    public let roles: [String]
    /// `nil`: no certificate.
    public let kind: String?
    public let isExpired: Bool
  }

  public static let kinds = ["enforcement", "supervision", "audit"]
  public static let novice = "novice"
  public let people: [Person]

  public init(roles: [String]) {
    var people: [Person] = [Person(login: Self.novice, roles: ["none"], kind: nil, isExpired: false)]
    for kind in Self.kinds {
      for number in 1...4 {
        people.append(Person(login: "\(kind)\(number)", roles: ["handler"], kind: kind, isExpired: false))
      }
      people.append(Person(login: "spare-\(kind)", roles: ["handler"], kind: kind, isExpired: false))
      people.append(Person(login: "expired-\(kind)", roles: ["handler"], kind: kind, isExpired: true))
    }
    for number in 1...2 {
      people.append(Person(login: "named-\(number)", roles: ["named"], kind: nil, isExpired: false))
    }
    for role in roles where role != "handler" {
      people.append(Person(login: "spare-\(role)", roles: [role], kind: nil, isExpired: false))
      for number in 1...3 {
        people.append(Person(login: "\(role)-\(number)", roles: [role], kind: nil, isExpired: false))
      }
    }
    self.people = people
  }

  public func officer(_ login: String) -> ActOfficer {
    let person = people.first { $0.login == login }
    return ActOfficer(
      id: login, name: login, roles: person?.roles ?? [],
      certificate: person?.kind.map {
        Certificate(
          number: login, kind: $0, validFrom: CivilDate(dayNumber: 10_000),
          validTo: CivilDate(dayNumber: person?.isExpired == true ? 10_001 : 40_000))
      })
  }
}

/// One office and another above it, enough for orders and takeovers.
public struct WalkHierarchy: OfficeHierarchy {
  public static let superior = "1305"
  public static let office = "130526"

  public init() {}

  public func isSuperior(_ superior: String, of office: String) -> Bool {
    superior == Self.superior && office == Self.office
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same walk everywhere.
public struct WalkGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
