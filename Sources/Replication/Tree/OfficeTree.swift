/// The signed office tree: which keys speak for which office, and who stands above whom. Built from charters, each of
/// which must come from a key of the office it names as parent; the root's own from the pinned root key.
///
/// A function of the facts alone: charters, introductions and revocations give the same tree in every order that has an
/// office's charter before those it signs itself.
public struct OfficeTree: Sendable, Hashable {
  /// A seat in the tree.
  public struct Seat: Sendable, Hashable {
    public let charter: Charter
    public let key: KeyFingerprint
    /// Root 0, its subordinates 1, and so on.
    public let depth: Int
  }

  public enum Failure: String, Sendable, Hashable, Error, CaseIterable {
    case rootMismatch = "root-mismatch"
    case unknownIssuer = "unknown-issuer"
    case issuerNotParent = "issuer-not-parent"
    case unknownSuite = "unknown-suite"
    case tooDeep = "too-deep"
    case officeTaken = "office-taken"
    case keyTaken = "key-taken"
    /// Another key for a seated office, which neither the present key has introduced nor a revocation made way for.
    case awaitsIntroduction = "awaits-introduction"
  }

  /// Ministry, province, city, county, township and a few bodies between.
  public static let depthMax = 12
  /// Charters of one office: a renewal each year and a key each month for a long while.
  public static let successionMax = 1_000

  public let rootKey: KeyFingerprint
  private var seats: [OfficeCode: Seat] = [:]
  private var offices: [KeyFingerprint: OfficeCode] = [:]
  private var shortAuthors: [UInt64: OfficeCode] = [:]
  private var successions: [OfficeCode: KeySuccession] = [:]
  /// Offices without a seat here that a superior vouches for; they may read nothing.
  var guests = GuestBook()

  public init(rootKey: KeyFingerprint) { self.rootKey = rootKey }

  /// Every seat, by depth and then code.
  public var all: [Seat] {
    seats.values.sorted { ($0.depth, $0.charter.office) < ($1.depth, $1.charter.office) }
  }

  public func seat(_ office: OfficeCode) -> Seat? { seats[office] }
  /// The office that a key speaks for or spoke for: work of a retired key stays its office's.
  public func office(of key: KeyFingerprint) -> OfficeCode? { offices[key] ?? guests.keys[key]?.office }
  public func seat(of key: KeyFingerprint) -> Seat? { offices[key].flatMap { seats[$0] } }

  /// A key that is or was an office's, for verifying what it signed.
  public func publicKey(_ key: KeyFingerprint) -> PublicKey? {
    offices[key].flatMap { successions[$0]?.publicKeys[key] }
  }

  /// Keys of an office in the order they were seated, the present one last.
  public func keys(of office: OfficeCode) -> [KeyFingerprint] { successions[office]?.seated ?? [] }

  /// Charters of an office that took effect, in order, the present one last. What was given at enrolment and waits for
  /// an entry comes before them.
  public func charters(of office: OfficeCode) -> [Charter] { successions[office]?.effective ?? [] }

  /// The office whose present charter names this transport key.
  public func office(ofTransportKey key: [UInt8]) -> OfficeCode? {
    seats.values.filter { $0.charter.transportKey == key }
      .min { ($0.depth, $0.charter.office) < ($1.depth, $1.charter.office) }?.charter.office
  }

  /// Seats an office, or keeps its charter for when its key has been introduced. The same charter again changes nothing.
  /// - Parameter stamp: of the entry that holds it; `nil`: given at enrolment over a proven connection, and believed.
  public mutating func admit(
    _ charter: Charter, from issuer: KeyFingerprint, stamp: HybridTimestamp? = nil, suites: SuiteSet
  ) throws(Failure) {
    guard let suite = suites[charter.signingKey.suite] else { throw .unknownSuite }
    let key = charter.signingKey.fingerprint(using: suite)
    let depth: Int
    if let parent = charter.parent {
      guard let parentSeat = seat(of: issuer) else { throw .unknownIssuer }
      guard parentSeat.charter.office == parent else { throw .issuerNotParent }
      depth = parentSeat.depth + 1
    } else {
      guard offices[issuer].map({ $0 == charter.office }) ?? (issuer == rootKey && key == rootKey) else {
        throw .rootMismatch
      }
      depth = 0
    }
    guard depth <= Self.depthMax else { throw .tooDeep }
    if let present = seats[charter.office], present.charter.parent != charter.parent { throw .officeTaken }
    if let other = offices[key], other != charter.office { throw .keyTaken }
    var succession = successions[charter.office] ?? KeySuccession()
    guard succession.charters.count < Self.successionMax else { throw .officeTaken }
    succession.add(charter, key: key, stamp: stamp)
    settle(charter.office, succession, depth: depth)
    guard succession.seated.contains(key) else { throw .awaitsIntroduction }
  }

  /// Takes in that a key of the office names its next one.
  /// - Returns: whether this changed who is seated.
  @discardableResult
  public mutating func introduce(
    _ introduction: KeyIntroduction, by key: KeyFingerprint, suites: SuiteSet
  ) -> Bool {
    guard offices[key] == introduction.office, let suite = suites[introduction.signingKey.suite],
      let depth = seats[introduction.office]?.depth, var succession = successions[introduction.office]
    else { return false }
    succession.introduce(introduction.signingKey.fingerprint(using: suite), by: key)
    return settle(introduction.office, succession, depth: depth)
  }

  /// Takes in that a key is revoked: its office's next charter needs no introduction then.
  /// - Returns: whether this changed who is seated.
  @discardableResult
  public mutating func revoke(_ key: KeyFingerprint) -> Bool {
    guard let office = offices[key], let depth = seats[office]?.depth, var succession = successions[office] else {
      return false
    }
    succession.revoke(key)
    return settle(office, succession, depth: depth)
  }

  public func isRevoked(_ key: KeyFingerprint) -> Bool {
    offices[key].flatMap { successions[$0]?.revoked.contains(key) } ?? false
  }

  @discardableResult
  private mutating func settle(_ office: OfficeCode, _ succession: KeySuccession, depth: Int) -> Bool {
    successions[office] = succession
    guard let (charter, key) = succession.present else { return false }
    let seat = Seat(charter: charter, key: key, depth: depth)
    let known = offices.filter { $0.value == office }.map(\.key)
    guard seats[office] != seat || Set(known) != Set(succession.seated) else { return false }
    seats[office] = seat
    guests.remove(office)
    for key in known { offices[key] = nil }
    for key in succession.seated {
      offices[key] = office
      // Of two keys that share a short name the lesser office: a collision of 64 bits would have to be made on
      // purpose, and all replicas then choose alike.
      let short = WriteStamp.short(key)
      shortAuthors[short] = min(office, shortAuthors[short] ?? office)
    }
    return true
  }

  /// Whether `superior` is a proper ancestor of `office`.
  public func isSuperior(_ superior: OfficeCode, of office: OfficeCode) -> Bool {
    var next = parent(of: office)
    while let code = next {
      if code == superior { return true }
      next = parent(of: code)
    }
    return false
  }

  private func parent(of office: OfficeCode) -> OfficeCode? {
    if let seat = seats[office] { return seat.charter.parent }
    return guests.seats[office]?.guest.parent
  }

  /// Authority rank: greater is higher in the tree; 0 for a key that has no seat.
  public func rank(of office: OfficeCode) -> Int {
    guard let depth = seats[office]?.depth ?? guests.seats[office]?.depth else { return 0 }
    return Self.depthMax + 1 - depth
  }

  /// The same by the short author of a write stamp.
  public func rank(ofShortAuthor author: UInt64) -> Int { office(ofShortAuthor: author).map { rank(of: $0) } ?? 0 }

  /// The office whose key a write stamp's short author stands for.
  public func office(ofShortAuthor author: UInt64) -> OfficeCode? {
    shortAuthors[author] ?? guests.shortAuthors[author]
  }

  /// Whether an office may hold a stream (DESIGN section 5, audiences). Nobody may hold a stream of a key
  /// without a seat.
  public func mayRead(_ reader: OfficeCode, _ stream: StreamID) -> Bool {
    guard let author = offices[stream.author], seats[reader] != nil else { return false }
    if reader == author { return true }
    switch stream.audience {
    case .own: return false
    case .up: return isSuperior(reader, of: author)
    case .down: return isSuperior(reader, of: author) || isSuperior(author, of: reader)
    case .office(let target):
      return isSuperior(reader, of: author) || isBetween(reader, author, target)
    case .subtree(let target):
      return isSuperior(reader, of: author) || isBetween(reader, author, target)
        || (isSuperior(author, of: target) && isSuperior(target, of: reader))
    }
  }

  /// Whether two offices pass a stream between them: both may hold it. An office whose key is revoked may still hand its
  /// work in, and is told what was decided about it; it sees no more of what its superiors say to others.
  public func mayExchange(_ office: OfficeCode, with peer: OfficeCode, _ stream: StreamID) -> Bool {
    guard mayRead(office, stream), mayRead(peer, stream) else { return false }
    guard stream.audience == .down else { return true }
    return [office, peer].allSatisfy { side in
      guard let seat = seats[side], isRevoked(seat.key) else { return true }
      return offices[stream.author] == side
    }
  }

  /// Whether `reader` is the target or lies between author and target.
  private func isBetween(_ reader: OfficeCode, _ author: OfficeCode, _ target: OfficeCode) -> Bool {
    guard isSuperior(author, of: target) else { return false }
    return reader == target || (isSuperior(author, of: reader) && isSuperior(reader, of: target))
  }

  /// Whether a fact by a superior of its author reaches everybody who may hold the stream it is about. Only then it
  /// decides over it: else offices that hold the same entries would count them differently. Told by the audiences: an
  /// office that a stream is for may have no seat here, and one there.
  public func reaches(_ fact: StreamID, holdersOf stream: StreamID) -> Bool {
    guard let author = offices[stream.author] else { return false }
    switch (fact.audience, stream.audience) {
    case (.office(let office), .own), (.office(let office), .up): return office == author
    case (.office(let office), .office(let target)): return office == target
    case (.subtree(let office), .office(let target)) where office == target: return true
    case (.subtree(let office), .subtree(let target)) where office == target: return true
    default: return reaches(fact, everyStreamOf: author)
    }
  }

  /// The same of a fact about a key of an office: about all streams that the office may have.
  public func reaches(_ fact: StreamID, everyStreamOf office: OfficeCode) -> Bool {
    switch fact.audience {
    case .own, .up, .office: return false
    case .down: return true
    case .subtree(let target):
      guard let issuer = self.office(of: fact.author), isSuperior(issuer, of: target) else { return false }
      return target == office || isSuperior(target, of: office)
    }
  }

  /// The audience that facts about a stream have (receipts, revocations, fork proofs), when a superior of its author
  /// publishes them: they reach every holder of what they decide.
  public func audience(ofFactsAbout stream: StreamID) -> Audience? {
    guard let author = offices[stream.author] else { return nil }
    return switch stream.audience {
    case .own, .up: .office(author)
    case .down: .subtree(author)
    case .office(let target): .office(target)
    case .subtree(let target): .subtree(target)
    }
  }
}
