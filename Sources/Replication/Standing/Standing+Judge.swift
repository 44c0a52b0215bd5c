extension Standing {
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
    let forks = try forks(of: stream, concerning: hash)
    judgement.firstFork = forks.first?.seq
    for (fork, witness) in zip(forks, Self.witnesses(of: forks, among: receipts, in: tree))
    where try !isStanding(at: fork, of: stream, witness: witness, in: tree, suites: suites, hash: hash) {
      judgement.lost.append(fork.seq)
    }
    for issued in issuedRevocations(of: stream.author) {
      let revocation = issued.revocation
      let cut = revocation.cut(of: stream)
      let onChain = try cut.map { cut in try hash(cut.seq).map { $0 == cut.hash } ?? true } ?? true
      let inTime = held.filter { $0.issuer == issued.issuer && $0.receipt.position < revocation.position }
        .map(\.receipt.head.seq).max() ?? 0
      judgement.revocations.append(
        .init(reason: revocation.reason, cut: onChain ? cut?.seq ?? 0 : 0, isOnChain: onChain, inTime: inTime))
    }
    let isCompromised = judgement.revocations.contains { $0.reason == .compromised }
    for ratification in ratifications(of: stream) {
      guard try hash(ratification.last) == ratification.hash else { continue }
      if isCompromised, ratification.first != ratification.last { continue }
      judgement.ratified.append(ratification.first...ratification.last)
    }
    return judgement
  }

  /// A position at which branches part, and the least face proven there.
  private struct Fork {
    let seq: UInt64
    let least: ForkProof.Face
  }

  /// The forks that the branch held stands at, by position: the first of all, since nothing is known to part before
  /// it, and of the later ones those that part from this branch. What forks on another branch does not touch it.
  private func forks(of stream: StreamID, concerning hash: (UInt64) throws -> Digest?) rethrows -> [Fork] {
    let proofs = proofs(of: stream)
    var found: [Fork] = []
    for seq in forkPositions(of: stream) {
      let trunk = seq == 1 ? Digest.zero : try hash(seq - 1)
      let concerned = (proofs[seq] ?? []).filter { proof in
        found.isEmpty || [proof.lesser, proof.greater].contains { $0.header.previous == trunk }
      }
      let least = concerned.map(\.lesser).min { left, right in
        left.headerBytes != right.headerBytes
          ? left.headerBytes.lexicographicallyPrecedes(right.headerBytes)
          : left.signature.lexicographicallyPrecedes(right.signature)
      }
      if let least { found.append(Fork(seq: seq, least: least)) }
    }
    return found
  }

  /// The receipt that decides at each fork, of those that reach it: the nearest superior's, in the order of its own log.
  /// - Complexity: O(forks + receipts) but for sorting: a hostile author may have made thousands of both.
  private static func witnesses(
    of forks: [Fork], among receipts: [WitnessedHead], in tree: OfficeTree
  ) -> [WitnessedHead?] {
    func decides(_ left: WitnessedHead, before right: WitnessedHead) -> Bool {
      let depths = (tree.seat(left.issuer)?.depth ?? 0, tree.seat(right.issuer)?.depth ?? 0)
      if depths.0 != depths.1 { return depths.0 > depths.1 }
      if left.receipt.position != right.receipt.position { return left.receipt.position < right.receipt.position }
      if left.receipt.head.seq != right.receipt.head.seq { return left.receipt.head.seq < right.receipt.head.seq }
      return left.receipt.head.hash < right.receipt.head.hash
    }
    var rest = receipts.sorted { $0.receipt.head.seq < $1.receipt.head.seq }
    var first: WitnessedHead?
    var found: [WitnessedHead?] = []
    for fork in forks.reversed() {
      while let next = rest.last, next.receipt.head.seq >= fork.seq {
        if let best = first { first = decides(next, before: best) ? next : best } else { first = next }
        rest.removeLast()
      }
      found.append(first)
    }
    return found.reversed()
  }

  /// Whether the branch held is the one that was witnessed first. The root has nobody above: of its branches the one
  /// with the least header stands.
  /// - Returns: false also while nobody has witnessed any branch, or the witnessed one is longer than ours.
  private func isStanding(
    at fork: Fork, of stream: StreamID, witness: WitnessedHead?, in tree: OfficeTree, suites: SuiteSet,
    hash: (UInt64) throws -> Digest?
  ) rethrows -> Bool {
    if let head = witness?.receipt.head { return try hash(head.seq) == head.hash }
    // The root's first key is one without its charter, which may stand in the very stream that is forked.
    let isRoot = stream.author == tree.rootKey || tree.seat(of: stream.author)?.depth == 0
    guard isRoot, let suite = suites[fork.least.header.suite] else { return false }
    return try hash(fork.seq) == fork.least.hash(using: suite)
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
