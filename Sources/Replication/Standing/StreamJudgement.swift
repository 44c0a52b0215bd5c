/// The classes of a stream's entries by position.
public struct StreamJudgement: Sendable, Equatable {
  struct Revoked: Sendable, Equatable {
    let reason: Revocation.Reason
    let cut: UInt64
    let isOnChain: Bool
    let inTime: UInt64
  }

  /// Position of the first fork that concerns the branch held, and those forks, ascending, at which it does not stand:
  /// another branch was witnessed first, or nobody has witnessed any.
  var firstFork: UInt64?
  var lost: [UInt64] = []
  var revocations: [Revoked] = []
  var ratified: [ClosedRange<UInt64>] = []

  /// Whether the branch held is the one to hold: witnessed first, or ratified; true where there is no fork. What its
  /// entries count for is another question: the key may be revoked.
  public var branchStands: Bool {
    let ratifiedTo = ratified.map(\.upperBound).max() ?? 0
    return lost.allSatisfy { $0 <= ratifiedTo }
  }

  /// - Complexity: O(revocations and ratifications of the stream).
  public func judgement(at seq: UInt64) -> Judgement {
    if ratified.contains(where: { $0.contains(seq) }) { return Judgement(.valid, .ratified) }
    var worst = Judgement(.valid, .undisputed)
    if let firstFork, seq >= firstFork {
      worst = lost.first.map { seq >= $0 } ?? false ? Judgement(.disputed, .forked) : Judgement(.valid, .witnessedBranch)
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
