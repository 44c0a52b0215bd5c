public import Casework
public import Replication

/// What decisions need besides storage: who we are, the office tree, the packs and the calendar.
public struct ReplicaContext: Sendable {
  public var office: OfficeCode
  /// This node's signing key.
  public var key: KeyFingerprint
  public var suite: SuiteID
  public var incarnation: UInt64
  public var suites: SuiteSet
  public var tree: OfficeTree
  /// Revocations, ratifications and forks known.
  public var standing: Standing
  /// Whether any stamp is clamped; none is, as long as clocks are right.
  public var hasClamps: Bool
  /// Streams of which a superior's receipt names another entry than the one held, and no fork is proven there.
  var contradicted: Set<StreamID> = []
  /// Whether this office handed any file's entries over.
  var hasDossiers = false
  /// Whether dossiers may hold entries that this office lost; looked at again when a session is complete.
  public internal(set) var hasMissing = false
  /// Whether streams are held of keys that no office has: its charter stands in an entry that does not count, say.
  /// They are kept, and projected once the key is chartered.
  public internal(set) var hasUnseatedStreams = false
  public var shelf: any PackShelf
  public var calendars: Calendars
  public var schema: RecordSchema

  /// - Parameter calendar: the shipped table; `refreshCalendars` lays the directives held over it.
  public init(
    office: OfficeCode, key: KeyFingerprint, suite: SuiteID, incarnation: UInt64, suites: SuiteSet,
    tree: OfficeTree, shelf: any PackShelf, calendar: HolidayTable, schema: RecordSchema = .standard
  ) {
    self.office = office
    self.key = key
    self.suite = suite
    self.incarnation = incarnation
    self.suites = suites
    self.tree = tree
    standing = Standing()
    hasClamps = false
    self.shelf = shelf
    self.schema = schema
    calendars = Calendars(shipped: calendar, tree: tree)
  }

  /// Tree, standing and calendars as the facts stored here give them.
  public mutating func refresh(from storage: any ReplicaStorage) throws {
    var tree = OfficeTree(rootKey: tree.rootKey)
    var standing = Standing()
    for stored in try storage.forkProofs() { standing.add(stored.proof) }
    let facts = try storage.facts()
    var waiting = try storage.charters()
    // A charter may need another one before it, or an introduction that needs a charter: until nothing more fits.
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for fact in facts {
        switch fact.change {
        case .introduction(let introduction):
          hasChanged = tree.introduce(introduction, by: fact.stream.author, suites: suites) || hasChanged
        case .revocation(let revocation):
          guard let issuer = tree.office(of: fact.stream.author) else { continue }
          if standing.add(revocation, from: issuer, in: tree) { hasChanged = tree.revoke(revocation.key) || hasChanged }
        case .ratification(let ratification):
          if let issuer = tree.office(of: fact.stream.author) {
            _ = standing.add(ratification, from: issuer, in: tree)
          }
        default: continue
        }
      }
      waiting.removeAll { stored in
        do throws(OfficeTree.Failure) {
          try tree.admit(
            stored.charter, from: stored.issuer, stamp: stored.isPinned ? nil : stored.stamp, suites: suites)
          if stored.isPinned, let stamp = stored.stamp {
            try tree.admit(stored.charter, from: stored.issuer, stamp: stamp, suites: suites)
          }
        } catch {
          if error != .awaitsIntroduction { return false }
        }
        hasChanged = true
        return true
      }
    }
    try DossierLedger.admitGuests(to: &tree, suites: suites, in: storage)
    self.tree = tree
    self.standing = standing
    hasClamps = try storage.hasClamps()
    contradicted = Set(try ContradictionLedger.all(in: storage).map(\.head.stream))
    hasDossiers = try DossierLedger.hasTold(in: storage)
    hasMissing = try DossierLedger.hasMissing(in: storage)
    hasUnseatedStreams = try storage.heads().contains { tree.seat(of: $0.stream.author) == nil }
    try refreshCalendars(in: storage)
  }

  /// Whether a key is or was this office's.
  public func isOwn(_ key: KeyFingerprint) -> Bool { key == self.key || tree.office(of: key) == office }

  /// Whether what is lost of a key's branches is this office's to record again: the present key's, and the earlier ones'
  /// unless a superior took them out of office, for then another may have written it.
  func recovers(_ key: KeyFingerprint) -> Bool { key == self.key || isOwn(key) && !tree.isRevoked(key) }

  /// Whether an own stream is one that no other office may hold: the root's reports have no reader above.
  func isForNobodyElse(_ stream: StreamID) -> Bool {
    isOwn(stream.author) && stream.audience == .up && tree.seat(office)?.charter.parent == nil
  }

  /// Goes on with another key of this office.
  public mutating func sign(with key: PublicKey) {
    guard let hashing = suites[key.suite] else { return }
    self.key = key.fingerprint(using: hashing)
    suite = key.suite
  }

  public func stream(_ audience: Audience) -> StreamID {
    StreamID(author: key, incarnation: incarnation, audience: audience)
  }
}

/// Where parsed packs come from. Parsing YAML is an edge's work; the text itself is replicated as records.
public protocol PackShelf: Sendable {
  /// - Parameter yaml: the pack's text as replicated.
  /// - Returns: `nil` when the text is no pack this version understands.
  func pack(fromYAML yaml: String) -> RegimePack?

  /// What was remembered last, if it was under this mark; a shelf that remembers nothing is only slower.
  func remembered(under mark: Digest) -> RememberedPacks?
  /// Instead of what was remembered before.
  func remember(_ packs: RememberedPacks, under mark: Digest)

  /// The text with everything it refers to outside itself written into it, so that it means the same in every office.
  func selfContained(_ yaml: String) -> String
}

extension PackShelf {
  public func remembered(under mark: Digest) -> RememberedPacks? { nil }
  public func remember(_ packs: RememberedPacks, under mark: Digest) {}
}

extension OfficeTree: OfficeHierarchy {
  public func isSuperior(_ superior: String, of office: String) -> Bool {
    guard let superior = OfficeCode(superior) else { return false }
    let known = OfficeCode(office).flatMap { self.seat($0) != nil || guest($0) != nil ? $0 : nil }
    // An office that is not known here stands below the root all the same: only the root knows every office, and a file
    // transferred to one that does not exist must not be lost.
    guard let known else { return seat(superior)?.depth == 0 }
    // Also one that is a guest here: what it decided over those below it is shown to whoever has the file now.
    return isSuperior(superior, of: known)
  }
}
