/// State of one field: the values nobody replaced (an antichain), the winner first, and what decided.
///
/// First the antichain, then the maximum: a pairwise comparison that mixed causality with rank would not be
/// transitive, and replicas would differ by order of arrival.
public struct RegisterState: Sendable, Hashable {
  public struct Version: Sendable, Hashable {
    public let stamp: WriteStamp
    public let value: FieldValue

    public init(stamp: WriteStamp, value: FieldValue) {
      self.stamp = stamp
      self.value = value
    }
  }

  /// Values kept beside the winner; beyond, the lowest are dropped, so that a hostile author cannot grow a row.
  /// 16 is more offices than ever write one field unseen by each other.
  public static let versionsMax = 17
  /// Replaced stamps remembered until their writes arrive.
  public static let awaitedMax = 64

  /// Winner first; the rest are the losers that await a resolution.
  public private(set) var versions: [Version] = []
  /// Stamps that were replaced before their own write arrived here.
  public private(set) var awaited: [WriteStamp] = []

  public init() {}

  public init(versions: [Version], awaited: [WriteStamp]) {
    self.versions = versions
    self.awaited = awaited
  }

  public var winner: Version? { versions.first }
  public var isInConflict: Bool { versions.count > 1 }
  /// What a write that resolves everything known here must replace.
  public var stamps: [WriteStamp] { versions.map(\.stamp) }

  /// Takes in one write. Any order of the same writes gives the same state.
  /// - Parameter rank: authority of an author by its short name; greater wins among concurrent values.
  /// - Complexity: O(versions), at most `versionsMax`.
  public mutating func apply(
    _ value: FieldValue, stamp: WriteStamp, replacing replaced: [WriteStamp], rank: (UInt64) -> Int
  ) {
    if versions.contains(where: { $0.stamp == stamp }) { return }
    for old in replaced {
      if let index = versions.firstIndex(where: { $0.stamp == old }) {
        versions.remove(at: index)
      } else if !awaited.contains(old), awaited.count < Self.awaitedMax {
        awaited.append(old)
        awaited.sort()
      }
    }
    if let index = awaited.firstIndex(of: stamp) {
      awaited.remove(at: index)
    } else {
      versions.append(Version(stamp: stamp, value: value))
    }
    sort(rank: rank)
    if versions.count > Self.versionsMax { versions.removeLast(versions.count - Self.versionsMax) }
  }

  /// Orders by authority, stamp, author and value; to be called again when the office tree changed.
  public mutating func sort(rank: (UInt64) -> Int) {
    guard versions.count > 1 else { return }
    versions.sort { left, right in
      let ranks = (rank(left.stamp.author), rank(right.stamp.author))
      if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
      if left.stamp != right.stamp { return left.stamp > right.stamp }
      return right.value.encoded.lexicographicallyPrecedes(left.value.encoded)
    }
  }
}
