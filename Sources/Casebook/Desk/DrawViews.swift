public import Casework

/// A draw to be committed (双随机).
public struct DrawDraft: Sendable, Hashable, Codable {
  public var title: String
  public var pack: String
  public var regime: String
  /// `routine`, `special`, `full`, …
  public var checkKind: String
  public var size: DrawSize
  public var minimums: [DrawMinimum]
  /// `nil`: as many as the regime's document demands, else 2.
  public var officersPerSubject: Int?
  /// Kinds of unit in the register to draw from; empty: all.
  public var kinds: [String]
  /// Unit by name, code or id; officer by login.
  public var recusals: [DrawRecusal]
  /// Logins of the officers who carry the draw out, the one answerable first.
  public var officers: [String]

  public init(
    title: String, pack: String, regime: String, checkKind: String, size: DrawSize, minimums: [DrawMinimum],
    officersPerSubject: Int?, kinds: [String], recusals: [DrawRecusal], officers: [String]
  ) {
    self.title = title
    self.pack = pack
    self.regime = regime
    self.checkKind = checkKind
    self.size = size
    self.minimums = minimums
    self.officersPerSubject = officersPerSubject
    self.kinds = kinds
    self.recusals = recusals
    self.officers = officers
  }
}

/// A further round to be asked for.
public struct DrawRedrawDraft: Sendable, Hashable, Codable {
  /// Number or id of the draw.
  public var draw: String
  public var reason: DrawReason
  /// What happened, in the office's words; never empty.
  public var note: String
  /// Unit by name, code or id; officer by name, login or id.
  public var replaces: [DrawReplacement]
  /// Logins of the officers who ask, the one answerable first.
  public var officers: [String]

  public init(draw: String, reason: DrawReason, note: String, replaces: [DrawReplacement], officers: [String]) {
    self.draw = draw
    self.reason = reason
    self.note = note
    self.replaces = replaces
    self.officers = officers
  }
}

/// How far a draw has come.
public enum DrawState: String, Sendable, Hashable, Codable, CaseIterable {
  /// The witness's receipt over the commitment, or over the re-draw asked for, is not here yet.
  case waiting
  /// The receipt is here: the round can be revealed.
  case ready
  case revealed

  public var name: Bilingual {
    switch self {
    case .waiting: Bilingual(zh: "待上级回执", en: "waits for a receipt")
    case .ready: Bilingual(zh: "可揭示", en: "can be revealed")
    case .revealed: Bilingual(zh: "已揭示", en: "revealed")
    }
  }
}

/// A line in a list of draws.
public struct DrawRow: Sendable, Hashable, Codable {
  public var id: String
  public var number: String
  public var title: String
  public var office: String
  public var witness: String
  public var pack: String
  public var regime: String
  public var checkKind: String
  /// Day of the commitment, `YYYY-MM-DD`.
  public var openedOn: String
  /// Units in the roster.
  public var units: Int
  public var drawn: Int
  /// Rounds revealed.
  public var rounds: Int
  public var state: DrawState

  public init(
    id: String, number: String, title: String, office: String, witness: String, pack: String, regime: String,
    checkKind: String, openedOn: String, units: Int, drawn: Int, rounds: Int, state: DrawState
  ) {
    self.id = id
    self.number = number
    self.title = title
    self.office = office
    self.witness = witness
    self.pack = pack
    self.regime = regime
    self.checkKind = checkKind
    self.openedOn = openedOn
    self.units = units
    self.drawn = drawn
    self.rounds = rounds
    self.state = state
  }
}

/// A draw with its rounds and what is wrong with it, derived again from the log.
public struct DrawView: Sendable, Hashable, Codable {
  public var row: DrawRow
  /// Names of the officers who carried it out.
  public var officers: [String]
  /// Digest of the commitment, hexadecimal.
  public var commitment: String
  public var officersInRoster: Int
  public var officersPerSubject: Int
  public var rounds: [DrawRoundView]
  /// What is to be done after all rounds.
  public var standing: [DrawnUnit]
  /// Nothing: the list follows from commitment and receipts.
  public var findings: [DrawFinding]
  /// What to publish; `nil` before the first reveal, and where the log here does not suffice.
  public var file: DrawFile?

  public init(
    row: DrawRow, officers: [String], commitment: String, officersInRoster: Int, officersPerSubject: Int,
    rounds: [DrawRoundView], standing: [DrawnUnit], findings: [DrawFinding], file: DrawFile?
  ) {
    self.row = row
    self.officers = officers
    self.commitment = commitment
    self.officersInRoster = officersInRoster
    self.officersPerSubject = officersPerSubject
    self.rounds = rounds
    self.standing = standing
    self.findings = findings
    self.file = file
  }
}

/// A round, asked for or revealed.
public struct DrawRoundView: Sendable, Hashable, Codable {
  public var number: Int
  /// Of a re-draw.
  public var reason: Bilingual?
  public var note: String
  /// Names of what is replaced.
  public var replaces: [String]
  /// Hash of the witness's entry that holds the receipt; `nil` until the round is revealed.
  public var seed: String?
  /// Unix milliseconds by the witness's clock, of the receipt that is or will be the seed.
  public var receiptedAt: UInt64?
  public var drawn: [DrawnUnit]

  public init(
    number: Int, reason: Bilingual?, note: String, replaces: [String], seed: String?, receiptedAt: UInt64?,
    drawn: [DrawnUnit]
  ) {
    self.number = number
    self.reason = reason
    self.note = note
    self.replaces = replaces
    self.seed = seed
    self.receiptedAt = receiptedAt
    self.drawn = drawn
  }
}

/// A unit drawn, with its officers.
public struct DrawnUnit: Sendable, Hashable, Codable {
  public var id: String
  public var code: String
  public var name: String
  /// Names.
  public var officers: [String]

  public init(id: String, code: String, name: String, officers: [String]) {
    self.id = id
    self.code = code
    self.name = name
    self.officers = officers
  }
}
