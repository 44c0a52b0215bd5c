public import Casework

/// What `docket explain` says of an entry.
public struct EntryExplanation: Sendable, Hashable, Codable {
  public struct Change: Sendable, Hashable, Codable {
    /// `record`, `act`, `charter`, `receipt`, `revocation`, `ratification`, `fork-proof`, `introduction`, `sighting`,
    /// `dossier` or `unknown`.
    public var kind: String
    public var text: Bilingual
    /// Why it does not count, where the entry does.
    public var obstacle: Bilingual?

    public init(kind: String, text: Bilingual, obstacle: Bilingual?) {
      self.kind = kind
      self.text = text
      self.obstacle = obstacle
    }
  }

  /// A replicated fact that decides what the entry counts for.
  public struct Fact: Sendable, Hashable, Codable {
    /// `charter`, `introduction`, `revocation`, `ratification`, `fork-proof` or `receipt`.
    public var kind: String
    /// Office that signed it; absent where the fact proves itself.
    public var office: String?
    public var text: Bilingual
    /// Where it stands in the log, as `explain` takes it, where that is known.
    public var place: String?

    public init(kind: String, office: String?, text: Bilingual, place: String?) {
      self.kind = kind
      self.office = office
      self.text = text
      self.place = place
    }
  }

  /// The first receipt of an office over the entry.
  public struct Receipt: Sendable, Hashable, Codable {
    public var office: String
    /// The issuer's clock, Unix milliseconds.
    public var clock: UInt64
    /// Position up to which it was given.
    public var upTo: UInt64

    public init(office: String, clock: UInt64, upTo: UInt64) {
      self.office = office
      self.clock = clock
      self.upTo = upTo
    }
  }

  /// Author; `?` where none is known for the key.
  public var office: String
  public var name: String?
  public var stream: String
  public var seq: UInt64
  /// Whole, hexadecimal; `log` prints its first 16 digits.
  public var hash: String
  /// First bytes of the signing key's fingerprint, as `key list` has it.
  public var key: String
  public var suite: String
  /// `present`, `former`, `retired`, `compromised` or `unknown`.
  public var keyState: String
  /// Checked now; absent where the key is not known.
  public var isSigned: Bool?
  /// The author's clock, Unix milliseconds.
  public var claimed: UInt64
  /// When it was stored here, Unix milliseconds; absent of an entry set aside.
  public var stored: UInt64?
  public var provableFrom: UInt64?
  public var provableUntil: UInt64?
  public var doubt: TimeDoubt?
  /// Bytes of header, signature and payload.
  public var bytes: Int
  /// Position in a transaction of several entries, from 1.
  public var part: Int?
  public var parts: Int?
  public var changes: [Change]
  /// `valid`, `disputed`, `quarantined`, or `unknown` while no charter of the key is held.
  public var `class`: String
  /// The rule that decided (`ClassRule`).
  public var rule: String?
  public var message: Bilingual
  public var facts: [Fact]
  /// Whether it lies aside: another branch of its stream stands.
  public var isAside: Bool
  /// Whether all of it is in the tables.
  public var isProjected: Bool
  /// Why not, and what would mend it.
  public var obstacle: Bilingual?
  public var remedy: Bilingual?
  /// Who may hold it, in words and by office.
  public var audience: Bilingual
  public var holders: [String]
  public var receipts: [Receipt]
}

/// What `docket explain` says of an office.
public struct OfficeExplanation: Sendable, Hashable, Codable {
  /// A charter of the chain that leads to the root.
  public struct Link: Sendable, Hashable, Codable {
    public var office: String
    public var name: String
    public var key: String
    public var suite: String
    /// Absent at the root, whose key is what people compare by voice.
    public var issuer: String?
    /// By the issuer's clock, Unix milliseconds.
    public var from: UInt64
    public var until: UInt64?
    public var powers: [String]
    /// Known from enrolment alone; its entry is not here yet.
    public var isPinned: Bool
    public var isRevoked: Bool
  }

  public struct Stream: Sendable, Hashable, Codable {
    public var stream: String
    public var key: String
    /// Position of the last entry held.
    public var entries: Int
    public var bytes: Int
    public var hash: String
    /// When the last one was stored here, Unix milliseconds.
    public var stored: UInt64?
    /// The highest position that a superior of the office has receipted, by whom, and its clock.
    public var receipted: UInt64?
    public var receiptedBy: String?
    public var receiptedAt: UInt64?
    /// Entries of branches that do not stand.
    public var aside: Int
    /// Entries that are held and do not count.
    public var held: Int
  }

  public struct Revocation: Sendable, Hashable, Codable {
    public var key: String
    /// `retired` or `compromised`.
    public var reason: String
    /// Office that revoked it.
    public var office: String
    public var text: String
    /// Streams with a last valid entry; of others nothing stands.
    public var cuts: [Cut]
    public var place: String

    public struct Cut: Sendable, Hashable, Codable {
      public var stream: String
      public var seq: UInt64
    }
  }

  public var office: String
  public var name: String
  /// `self`, `superior`, `subordinate`, or `guest`: known by a transferred file alone.
  public var relation: String
  /// From the office up to the root.
  public var charters: [Link]
  public var keys: [KeyView]
  public var streams: [Stream]
  public var revocations: [Revocation]
  /// As `peers` has it; absent for this office itself and for guests.
  public var peer: PeerView?
  /// Whether sessions between it and this office are possible.
  public var maySync: Bool
  public var reasons: [Bilingual]
}
