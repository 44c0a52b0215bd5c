/// The keys of one office, one after the other: which of its charters have taken effect.
struct KeySuccession: Sendable, Hashable {
  struct Link: Sendable, Hashable {
    let charter: Charter
    let key: KeyFingerprint
    /// `nil`: known from enrolment alone, over a proven connection; needs no introduction.
    var stamp: HybridTimestamp?
    var isPinned: Bool
  }

  /// In the order the parent signed them (its stamps strictly increase).
  private(set) var charters: [Link] = []
  private(set) var publicKeys: [KeyFingerprint: PublicKey] = [:]
  private(set) var revoked: Set<KeyFingerprint> = []
  private var introductions: Set<[KeyFingerprint]> = []
  /// The charters that took effect, in order; those that are believed alone come before them.
  private(set) var effective: [Charter] = []
  /// Keys that took effect, the present one last; those that are believed alone come before them.
  private(set) var seated: [KeyFingerprint] = []
  private(set) var present: (charter: Charter, key: KeyFingerprint)?

  mutating func add(_ charter: Charter, key: KeyFingerprint, stamp: HybridTimestamp?) {
    publicKeys[key] = charter.signingKey
    if let index = charters.firstIndex(where: { $0.charter == charter }) {
      if let stamp { charters[index].stamp = min(stamp, charters[index].stamp ?? stamp) }
      if stamp == nil { charters[index].isPinned = true }
    } else {
      charters.append(Link(charter: charter, key: key, stamp: stamp, isPinned: stamp == nil))
    }
    charters.sort { left, right in
      // One pinned at enrolment stands first until its entry tells where it belongs.
      let stamps = (left.stamp?.rawValue ?? 0, right.stamp?.rawValue ?? 0)
      if stamps.0 != stamps.1 { return stamps.0 < stamps.1 }
      // Of two given at enrolment the later one is the present one: a root that changed its keys.
      return left.charter.from != right.charter.from ? left.charter.from < right.charter.from : left.key < right.key
    }
    settle()
  }

  mutating func introduce(_ next: KeyFingerprint, by key: KeyFingerprint) {
    introductions.insert([key, next])
    settle()
  }

  mutating func revoke(_ key: KeyFingerprint) {
    revoked.insert(key)
    settle()
  }

  /// Walks the charters in order: each key must be the present one, or introduced by it, or follow a revoked one. What
  /// was given at enrolment is believed until the log tells, then all judge alike which key is present; what the other
  /// signed can be read still.
  private mutating func settle() {
    present = nil
    seated = []
    var believed: [Link] = []
    effective = []
    var latestFrom: UInt64 = 0
    for link in charters {
      if let now = present, now.key != link.key, link.stamp != nil, !introductions.contains([now.key, link.key]),
        !revoked.contains(now.key)
      {
        // A parent set back behind its charters signs a new one first and records those again later: they begin before.
        let isEarlier = link.charter.from < latestFrom
        if link.isPinned || isEarlier || believed.contains(where: { introductions.contains([$0.key, link.key]) }) {
          believed.append(link)
        }
        continue
      }
      present = (link.charter, link.key)
      effective.append(link.charter)
      latestFrom = max(latestFrom, link.charter.from)
      seated.removeAll { $0 == link.key }
      seated.append(link.key)
    }
    believed.removeAll { seated.contains($0.key) }
    var keys: [KeyFingerprint] = []
    for link in believed where !keys.contains(link.key) { keys.append(link.key) }
    seated = keys + seated
    effective = believed.map(\.charter) + effective
  }

  static func == (lhs: KeySuccession, rhs: KeySuccession) -> Bool {
    lhs.charters == rhs.charters && lhs.revoked == rhs.revoked && lhs.introductions == rhs.introductions
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(charters)
    hasher.combine(revoked)
    hasher.combine(introductions)
  }
}
