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
    guard tree.office(of: revocation.key) == revocation.office, tree.isSuperior(issuer, of: revocation.office) else {
      return false
    }
    revocations[revocation.key, default: []].insert(IssuedRevocation(revocation: revocation, issuer: issuer))
    return true
  }

  /// Takes a ratification in.
  /// - Returns: whether it counts: the issuer stands above the stream's author.
  public mutating func add(_ ratification: Ratification, from issuer: OfficeCode, in tree: OfficeTree) -> Bool {
    guard let author = tree.office(of: ratification.stream.author), tree.isSuperior(issuer, of: author) else {
      return false
    }
    ratifications[ratification.stream, default: []].insert(ratification)
    return true
  }

  /// Takes a fork proof in; whether it is valid is the caller's check, whoever reports it does not matter.
  public mutating func add(_ proof: ForkProof) { forks[proof.stream, default: []].insert(proof) }

  public func isRevoked(_ key: KeyFingerprint) -> Bool { revocations[key] != nil }
  public func revocations(of key: KeyFingerprint) -> [Revocation] {
    (revocations[key] ?? []).map(\.revocation).sorted { ($0.position, $0.reason.rawValue) < ($1.position, $1.reason.rawValue) }
  }

  /// The fork of a stream, the earliest one: what comes after it is on a branch.
  public func fork(of stream: StreamID) -> ForkProof? {
    forks[stream]?.min { left, right in
      left.seq != right.seq
        ? left.seq < right.seq
        : (left.lesser.headerBytes + left.greater.headerBytes).lexicographicallyPrecedes(
          right.lesser.headerBytes + right.greater.headerBytes)
    }
  }

  /// Streams with a fork, in stream order.
  public var forkedStreams: [StreamID] { forks.keys.sorted() }

  /// Whether entries of the stream may be anything but valid.
  public func concerns(_ stream: StreamID) -> Bool {
    !revocations.isEmpty && revocations[stream.author] != nil || !forks.isEmpty && forks[stream] != nil
  }

  /// Judges the branch of a stream that is held.
  /// - Parameters:
  ///   - receipts: of superiors over this stream, in any order.
  ///   - hash: of the entry held at a position; `nil` where none is held.
  public func judge(
    _ stream: StreamID, in tree: OfficeTree, receipts: [WitnessedHead], suites: SuiteSet,
    hash: (UInt64) throws -> Digest?
  ) rethrows -> StreamJudgement {
    var judgement = StreamJudgement()
    let held = try receipts.filter { try hash($0.receipt.head.seq) == $0.receipt.head.hash }
    if let fork = fork(of: stream) {
      judgement.fork = (
        fork.seq,
        try isStanding(fork, receipts: receipts, in: tree, suites: suites, hash: hash)
      )
    }
    let issuedRevocations = (revocations[stream.author] ?? []).sorted {
      ($0.revocation.position, $0.issuer) < ($1.revocation.position, $1.issuer)
    }
    for issued in issuedRevocations {
      let revocation = issued.revocation
      let cut = revocation.cut(of: stream)
      let onChain = try cut.map { cut in try hash(cut.seq).map { $0 == cut.hash } ?? true } ?? true
      let inTime = held.filter { $0.issuer == issued.issuer && $0.receipt.position < revocation.position }
        .map(\.receipt.head.seq).max() ?? 0
      judgement.revocations.append(
        .init(reason: revocation.reason, cut: onChain ? cut?.seq ?? 0 : 0, isOnChain: onChain, inTime: inTime))
    }
    let isCompromised = judgement.revocations.contains { $0.reason == .compromised }
    for ratification in ratifications[stream] ?? [] {
      guard try hash(ratification.last) == ratification.hash else { continue }
      if isCompromised, ratification.first != ratification.last { continue }
      judgement.ratified.append(ratification.first...ratification.last)
    }
    return judgement
  }

  /// Whether the branch held is the one that was witnessed first: the nearest superior's receipts decide, in the order
  /// of its own log. The root has nobody above: of its branches the one with the lesser header stands.
  /// - Returns: `nil` while nobody has witnessed either branch.
  private func isStanding(
    _ fork: ForkProof, receipts: [WitnessedHead], in tree: OfficeTree, suites: SuiteSet,
    hash: (UInt64) throws -> Digest?
  ) rethrows -> Bool? {
    let first = receipts.filter { $0.receipt.head.seq >= fork.seq }.min { left, right in
      let depths = (tree.seat(left.issuer)?.depth ?? 0, tree.seat(right.issuer)?.depth ?? 0)
      if depths.0 != depths.1 { return depths.0 > depths.1 }
      if left.receipt.position != right.receipt.position { return left.receipt.position < right.receipt.position }
      return left.receipt.head.seq < right.receipt.head.seq
    }
    if let first {
      guard let ours = try hash(first.receipt.head.seq) else {
        // The witnessed branch is longer than ours here: it is ours if ours is the face it goes through.
        return nil
      }
      return ours == first.receipt.head.hash
    }
    // The root's first key is one without its charter, which may stand in the very stream that is forked.
    let isRoot = fork.stream.author == tree.rootKey || tree.seat(of: fork.stream.author)?.depth == 0
    guard isRoot, let suite = suites[fork.lesser.header.suite] else { return nil }
    return try hash(fork.seq) == fork.lesser.hash(using: suite)
  }
}

/// A receipt with the office that issued it.
public struct WitnessedHead: Sendable, Hashable {
  public let receipt: Receipt
  public let issuer: OfficeCode

  public init(receipt: Receipt, issuer: OfficeCode) {
    self.receipt = receipt
    self.issuer = issuer
  }
}

/// The classes of a stream's entries by position.
public struct StreamJudgement: Sendable {
  struct Revoked: Sendable {
    let reason: Revocation.Reason
    let cut: UInt64
    let isOnChain: Bool
    let inTime: UInt64
  }

  /// Position of the fork, and whether the branch held stands (`nil`: undecided).
  var fork: (seq: UInt64, stands: Bool?)?
  var revocations: [Revoked] = []
  var ratified: [ClosedRange<UInt64>] = []

  /// Whether the branch held is the one to hold: witnessed first, or ratified; true where there is no fork. What its
  /// entries count for is another question: the key may be revoked.
  public var branchStands: Bool {
    guard let fork else { return true }
    return fork.stands == true || ratified.contains { $0.upperBound >= fork.seq }
  }

  /// - Complexity: O(revocations and ratifications of the stream).
  public func judgement(at seq: UInt64) -> Judgement {
    if ratified.contains(where: { $0.contains(seq) }) { return Judgement(.valid, .ratified) }
    var worst = Judgement(.valid, .undisputed)
    if let fork, seq >= fork.seq {
      worst = fork.stands == true ? Judgement(.valid, .witnessedBranch) : Judgement(.disputed, .forked)
    }
    for revoked in revocations where seq > revoked.cut {
      let judgement: Judgement
      if !revoked.isOnChain {
        judgement = Judgement(.disputed, .otherThanCut)
      } else if seq <= revoked.inTime {
        judgement =
          revoked.reason == .retired ? Judgement(.valid, .receiptedInTime) : Judgement(.disputed, .afterCompromise)
      } else {
        judgement = Judgement(.quarantined, .afterRevocation)
      }
      if judgement.entryClass > worst.entryClass || (worst.rule == .undisputed && judgement.rule != .undisputed) {
        worst = judgement
      }
    }
    return worst
  }
}
