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
    for fork in try forks(of: stream, concerning: hash) {
      judgement.firstFork = judgement.firstFork ?? fork.seq
      if try !isStanding(at: fork, of: stream, receipts: receipts, in: tree, suites: suites, hash: hash) {
        judgement.lost.append(fork.seq)
      }
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

  /// Whether the branch held is the one that was witnessed first: the nearest superior's receipts decide, in the order
  /// of its own log. The root has nobody above: of its branches the one with the least header stands.
  /// - Returns: false also while nobody has witnessed either branch, or the witnessed one is longer than ours.
  private func isStanding(
    at fork: Fork, of stream: StreamID, receipts: [WitnessedHead], in tree: OfficeTree, suites: SuiteSet,
    hash: (UInt64) throws -> Digest?
  ) rethrows -> Bool {
    let first = receipts.filter { $0.receipt.head.seq >= fork.seq }.min { left, right in
      let depths = (tree.seat(left.issuer)?.depth ?? 0, tree.seat(right.issuer)?.depth ?? 0)
      if depths.0 != depths.1 { return depths.0 > depths.1 }
      if left.receipt.position != right.receipt.position { return left.receipt.position < right.receipt.position }
      return left.receipt.head.seq < right.receipt.head.seq
    }
    if let first { return try hash(first.receipt.head.seq) == first.receipt.head.hash }
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
