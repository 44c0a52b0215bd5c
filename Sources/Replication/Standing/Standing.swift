/// The facts that decide over entries: revocations, ratifications and fork proofs (receipts are looked up where one of
/// these makes them matter). Most nodes have none of them for years; then every entry is valid at no cost.
public struct Standing: Sendable, Hashable {
  /// A revocation with the office that issued it.
  public struct IssuedRevocation: Sendable, Hashable {
    public let revocation: Revocation
    public let issuer: OfficeCode
  }

  private var revocations: [KeyFingerprint: Set<IssuedRevocation>] = [:]
  private var ratifications: [StreamID: Set<Ratification>] = [:]
  private var forks: [StreamID: Set<ForkProof>] = [:]

  public init() {}

  /// Takes a revocation in.
  /// - Returns: whether it counts: the issuer stands above the office whose key it is.
  public mutating func add(_ revocation: Revocation, from issuer: OfficeCode, in tree: OfficeTree) -> Bool {
    guard tree.seat(of: revocation.key)?.charter.office == revocation.office,
      tree.isSuperior(issuer, of: revocation.office)
    else { return false }
    revocations[revocation.key, default: []].insert(IssuedRevocation(revocation: revocation, issuer: issuer))
    return true
  }

  /// Takes a ratification in.
  /// - Returns: whether it counts: the issuer stands above the stream's author.
  public mutating func add(_ ratification: Ratification, from issuer: OfficeCode, in tree: OfficeTree) -> Bool {
    guard let author = tree.seat(of: ratification.stream.author)?.charter.office, tree.isSuperior(issuer, of: author)
    else { return false }
    ratifications[ratification.stream, default: []].insert(ratification)
    return true
  }

  /// Takes a fork proof in; whether it is valid is the caller's check, whoever reports it does not matter.
  public mutating func add(_ proof: ForkProof) { forks[proof.stream, default: []].insert(proof) }

  public func isRevoked(_ key: KeyFingerprint) -> Bool { revocations[key] != nil }
  public func revocations(of key: KeyFingerprint) -> [Revocation] {
    (revocations[key] ?? []).map(\.revocation).sorted {
      ($0.position, $0.reason.rawValue) < ($1.position, $1.reason.rawValue)
    }
  }

  /// Where a stream forks first: what comes from there on is on a branch. `nil`: no fork of it is known.
  public func firstFork(of stream: StreamID) -> UInt64? { forks[stream]?.lazy.map(\.seq).min() }

  /// Proven forks of a stream by position; several where three branches or more part at one.
  func proofs(of stream: StreamID) -> [UInt64: [ForkProof]] {
    Dictionary(grouping: forks[stream] ?? [], by: \.seq)
  }

  func ratifications(of stream: StreamID) -> Set<Ratification> { ratifications[stream] ?? [] }

  /// By position, then issuer.
  func issuedRevocations(of key: KeyFingerprint) -> [IssuedRevocation] {
    (revocations[key] ?? []).sorted {
      ($0.revocation.position, $0.issuer) < ($1.revocation.position, $1.issuer)
    }
  }

  /// Positions at which the stream forks, ascending.
  public func forkPositions(of stream: StreamID) -> [UInt64] { Set((forks[stream] ?? []).map(\.seq)).sorted() }

  /// Streams with a fork, in stream order.
  public var forkedStreams: [StreamID] { forks.keys.sorted() }

  /// Whether entries of the stream may be anything but valid.
  public func concerns(_ stream: StreamID) -> Bool {
    !revocations.isEmpty && revocations[stream.author] != nil || !forks.isEmpty && forks[stream] != nil
  }
}
