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
  /// Replaced stamps remembered, the greatest ones, so that a replaced value that arrives late stays replaced. Once
  /// there are this many, values older than the oldest remembered count as replaced too; so the state is a function
  /// of the writes alone, whatever their order. Nobody leaves a conflict open for 64 overwrites of its field.
  public static let replacedMax = 64

  /// Winner first; the rest are the losers that await a resolution.
  public private(set) var versions: [Version] = []
  /// The greatest replaced stamps, ascending.
  public private(set) var replaced: [WriteStamp] = []

  public init() {}

  public init(versions: [Version], replaced: [WriteStamp]) {
    self.versions = versions
    self.replaced = replaced
  }

  public var winner: Version? { versions.first }
  public var isInConflict: Bool { versions.count > 1 }
  /// What a write that resolves everything known here must replace.
  public var stamps: [WriteStamp] { versions.map(\.stamp) }

  /// Takes in one write. Any order of the same writes gives the same state.
  /// - Parameters:
  ///   - rank: authority of an author by its short name; greater wins among concurrent values.
  ///   - time: what a stamp is ordered by: itself, or its clamp (`Clamp`).
  /// - Complexity: O(versions), at most `versionsMax`.
  public mutating func apply(
    _ value: FieldValue, stamp: WriteStamp, replacing old: [WriteStamp], rank: (UInt64) -> Int,
    time: (WriteStamp) -> HybridTimestamp = { $0.time }
  ) {
    if !versions.contains(where: { $0.stamp == stamp }) { versions.append(Version(stamp: stamp, value: value)) }
    for stamp in old where !replaced.contains(stamp) { replaced.append(stamp) }
    replaced.sort()
    if replaced.count > Self.replacedMax { replaced.removeFirst(replaced.count - Self.replacedMax) }
    let oldest = replaced.count == Self.replacedMax ? replaced.first : nil
    let gone = Set(replaced)
    versions.removeAll { version in gone.contains(version.stamp) || oldest.map { version.stamp < $0 } ?? false }
    sort(rank: rank, time: time)
    if versions.count > Self.versionsMax { versions.removeLast(versions.count - Self.versionsMax) }
  }

  /// Orders by authority, clamped stamp, stamp, author and value; to be called again when a stamp was clamped.
  public mutating func sort(rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp = { $0.time }) {
    guard versions.count > 1 else { return }
    versions.sort { left, right in
      let ranks = (rank(left.stamp.author), rank(right.stamp.author))
      if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
      let times = (time(left.stamp), time(right.stamp))
      if times.0 != times.1 { return times.0 > times.1 }
      if left.stamp != right.stamp { return left.stamp > right.stamp }
      return right.value.encoded.lexicographicallyPrecedes(left.value.encoded)
    }
  }
}
