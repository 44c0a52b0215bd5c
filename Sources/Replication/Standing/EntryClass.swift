/// What an entry counts for. A function of replicated facts alone, so that every order of arrival ends alike
/// (DESIGN section 5; the table of revocations in Protocol/1-identity.md).
public enum EntryClass: String, Sendable, Hashable, Comparable, CaseIterable {
  case valid
  /// Kept and shown, does not win: the other branch of a fork, or work of a key that may have been stolen.
  case disputed
  /// Kept and relayed to ancestors, listed, does not count until one of them ratifies it.
  case quarantined

  /// Worse is greater.
  public static func < (lhs: EntryClass, rhs: EntryClass) -> Bool { lhs.weight < rhs.weight }

  private var weight: Int {
    switch self {
    case .valid: 0
    case .disputed: 1
    case .quarantined: 2
    }
  }
}

/// The rule that put an entry into its class, for people and for tests.
public enum ClassRule: String, Sendable, Hashable, CaseIterable {
  case undisputed
  /// Beyond the cut, but receipted before the revocation of a retired key.
  case receiptedInTime = "receipted-in-time"
  case ratified
  /// The branch of a fork that a superior witnessed first.
  case witnessedBranch = "witnessed-branch"
  /// A fork of which another branch was witnessed first, or that nobody witnessed yet.
  case forked
  /// Not the chain that the revocation names.
  case otherThanCut = "other-than-cut"
  case afterCompromise = "after-compromise"
  case afterRevocation = "after-revocation"
}

/// An entry's class with the rule that decided.
public struct Judgement: Sendable, Hashable {
  public let entryClass: EntryClass
  public let rule: ClassRule

  public init(_ entryClass: EntryClass, _ rule: ClassRule) {
    self.entryClass = entryClass
    self.rule = rule
  }
}
