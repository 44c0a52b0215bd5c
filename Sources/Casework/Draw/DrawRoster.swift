/// A unit that may be drawn (抽查对象).
public struct DrawSubject: Sendable, Hashable, Codable {
  public var id: String
  /// Group for minimums, such as `irregular-hours`; no weight: within a stratum all are equally likely.
  public var stratum: String

  public init(id: String, stratum: String = "") {
    self.id = id
    self.stratum = stratum
  }
}

/// The units a draw is made from, as they stood when the office committed (抽查对象名录库).
///
/// Order carries no meaning: by UTF-8 bytes of the id, whatever order they are given in.
public struct DrawRoster: Sendable, Hashable, Codable {
  public private(set) var subjects: [DrawSubject]

  public init(_ subjects: [DrawSubject]) {
    self.subjects = subjects.sorted { DrawOrder.precedes($0.id, $1.id) }
  }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.container(keyedBy: CodingKeys.self).decode([DrawSubject].self, forKey: .subjects))
  }
}

/// Order by UTF-8 bytes: unlike the order of `String`, the same under every Unicode version and in every
/// language a verifier may be written in.
enum DrawOrder {
  static func precedes(_ lhs: String, _ rhs: String) -> Bool { lhs.utf8.lexicographicallyPrecedes(rhs.utf8) }

  static func precedes(_ lhs: (String, String), _ rhs: (String, String)) -> Bool {
    lhs.0.utf8.elementsEqual(rhs.0.utf8) ? precedes(lhs.1, rhs.1) : precedes(lhs.0, rhs.0)
  }
}
