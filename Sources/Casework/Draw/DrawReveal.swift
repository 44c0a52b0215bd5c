/// Why something drawn cannot stand.
public enum DrawReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// An officer must stand back from the unit (回避).
  case recusal
  /// An officer cannot serve.
  case unavailable
  /// The unit is closed or struck off.
  case closed
  /// The unit is not where it is registered and cannot be found.
  case notFound = "not-found"
  /// The unit is another office's.
  case elsewhere
  case other

  public var name: Bilingual {
    switch self {
    case .recusal: Bilingual(zh: "回避", en: "recusal")
    case .unavailable: Bilingual(zh: "人员不能履职", en: "officer unavailable")
    case .closed: Bilingual(zh: "注销或停业", en: "closed or struck off")
    case .notFound: Bilingual(zh: "查无下落", en: "not found")
    case .elsewhere: Bilingual(zh: "不属本机关管辖", en: "another office's")
    case .other: Bilingual(zh: "其他", en: "other")
    }
  }
}

/// What is replaced: a unit, or one officer of a unit that stays.
public struct DrawReplacement: Sendable, Hashable, Codable {
  public var subject: String
  /// `nil`: the unit itself is replaced.
  public var officer: String?

  public init(subject: String, officer: String? = nil) {
    self.subject = subject
    self.officer = officer
  }
}

/// A further round, numbered from 2.
public struct DrawRedraw: Sendable, Hashable, Codable {
  public var round: Int
  public var reason: DrawReason
  /// What happened, in the office's words; never empty.
  public var note: String
  public var replaces: [DrawReplacement]
  /// Hash of the superior's receipt over the record that asks for this round: a seed of its own, because an
  /// office that knew the old one would know beforehand whom a re-draw brings.
  public var seed: [UInt8]

  public init(round: Int, reason: DrawReason, note: String, replaces: [DrawReplacement], seed: [UInt8]) {
    self.round = round
    self.reason = reason
    self.note = note
    self.replaces = replaces
    self.seed = seed
  }
}

/// What turns a commitment into a list: the office's nonce and the superior's seed.
public struct DrawReveal: Sendable, Hashable, Codable {
  public var nonce: [UInt8]
  /// Hash of a receipt that the superior made after the commitment reached it.
  public var seed: [UInt8]
  /// In the order of their numbers.
  public var redraws: [DrawRedraw]

  public init(nonce: [UInt8], seed: [UInt8], redraws: [DrawRedraw] = []) {
    self.nonce = nonce
    self.seed = seed
    self.redraws = redraws
  }

  /// Of each round, the first at 0.
  public var seeds: [[UInt8]] { [seed] + redraws.map(\.seed) }
}
