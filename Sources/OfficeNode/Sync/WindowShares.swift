import Replication

/// Shares out among a node's sessions what their peers may have sent and this node has not stored: every byte of that
/// is in its memory, or on its way there. A slow disk leaves all of it waiting at once.
///
/// A session that needs more than its first credit gets what nobody has, up to an even share; a wider one gives back as
/// it stores. So all of them together never have more than `SessionLimits.creditBytesInAll`, and a first credit each.
struct WindowShares {
  private var shares: [UInt64: Int] = [:]
  /// What all sessions may have between them.
  private(set) var total = 0

  var count: Int { shares.count }

  /// A session begins, with its first credit.
  mutating func enter(_ id: UInt64) {
    shares[id] = SessionLimits.firstCreditBytes
    total += SessionLimits.firstCreditBytes
  }

  mutating func leave(_ id: UInt64) { total -= shares.removeValue(forKey: id) ?? 0 }

  /// How far a session's window may grow from now on.
  /// - Parameter window: as wide as it is now, not more than the last share.
  mutating func share(of id: UInt64, window: Int) -> Int {
    guard let held = shares[id] else { return SessionLimits.firstCreditBytes }
    let free = SessionLimits.creditBytesInAll - (total - held)
    let even = SessionLimits.creditBytesInAll / count
    let share = max(SessionLimits.firstCreditBytes, min(even, free, SessionLimits.creditBytes))
    shares[id] = max(share, window)
    total += max(share, window) - held
    return share
  }
}
