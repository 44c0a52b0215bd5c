/// How many: a number, or a share rounded up.
public enum DrawSize: Sendable, Hashable, Codable {
  case count(Int)
  /// 1 to 100; the ceiling, so that a share "not below" is kept: 30 % of 7 is 3, 30 % of 1 is 1.
  case percent(Int)

  /// How many that is of `base`; a number is the same of every base.
  public func count(of base: Int) -> Int {
    switch self {
    case .count(let count): return count
    case .percent(let percent):
      let share = min(max(percent, 0), 100)
      // In two parts, so that no base overflows.
      return base / 100 * share + (base % 100 * share + 99) / 100
    }
  }

  var isValid: Bool {
    switch self {
    case .count(let count): (1...DrawLimits.subjectsMax).contains(count)
    case .percent(let percent): (1...100).contains(percent)
    }
  }

  var number: Int {
    switch self {
    case .count(let number), .percent(let number): number
    }
  }
}

/// At least so many of those drawn come from one stratum (a share is one of the number drawn).
public struct DrawMinimum: Sendable, Hashable, Codable {
  public var stratum: String
  public var atLeast: DrawSize

  public init(stratum: String, atLeast: DrawSize) {
    self.stratum = stratum
    self.atLeast = atLeast
  }
}

/// An officer who may be drawn (执法检查人员名录库). Who holds a certificate valid on the day of an act is
/// judged again when the act is recorded (`QuorumCheck`).
public struct DrawOfficer: Sendable, Hashable, Codable {
  public var id: String
  /// Number of the certificate, by which anyone can look it up; never empty.
  public var certificate: String

  public init(id: String, certificate: String) {
    self.id = id
    self.certificate = certificate
  }
}

/// An officer who may not be sent to a unit (回避).
public struct DrawRecusal: Sendable, Hashable, Codable {
  public var subject: String
  public var officer: String

  public init(subject: String, officer: String) {
    self.subject = subject
    self.officer = officer
  }
}

/// The rules of one draw, fixed before the seed is known. The order of the lists carries no meaning.
public struct DrawParameters: Sendable, Hashable, Codable {
  /// Of the roster.
  public var size: DrawSize
  public var minimums: [DrawMinimum]
  public var officers: [DrawOfficer]
  public var officersPerSubject: Int
  public var recusals: [DrawRecusal]

  public init(
    size: DrawSize, minimums: [DrawMinimum] = [], officers: [DrawOfficer], officersPerSubject: Int = 2,
    recusals: [DrawRecusal] = []
  ) {
    self.size = size
    self.minimums = minimums
    self.officers = officers
    self.officersPerSubject = officersPerSubject
    self.recusals = recusals
  }

  /// The lists in the one order they are hashed and drawn in.
  var canonical: DrawParameters {
    var result = self
    result.minimums.sort { DrawOrder.precedes($0.stratum, $1.stratum) }
    result.officers.sort { DrawOrder.precedes($0.id, $1.id) }
    result.recusals.sort { DrawOrder.precedes(($0.subject, $0.officer), ($1.subject, $1.officer)) }
    return result
  }
}
