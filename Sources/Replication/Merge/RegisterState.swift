/// State of one field: the last write of each author, and of those the values nobody replaced, the winner first.
///
/// First the antichain, then the maximum: a pairwise comparison that mixed causality with rank would not be
/// transitive, and replicas would differ by order of arrival.
///
/// An author's later write takes the place of its earlier one wholly, with what that one replaced; so a write names
/// every other author's last write it knows (`stamps(besides:)`), whether its value still stands or not. A value stands
/// until another author's last write names exactly its stamp. So the state is a function of the writes alone: whatever
/// an author signs, it takes away only its own values and those it has seen.
public struct RegisterState: Sendable, Hashable {
  /// An author's last write of the field.
  public struct Version: Sendable, Hashable {
    public let stamp: WriteStamp
    public let value: FieldValue
    /// Other authors' writes that it replaces, ascending.
    public let replaces: [WriteStamp]

    public init(stamp: WriteStamp, value: FieldValue, replaces: [WriteStamp] = []) {
      self.stamp = stamp
      self.value = value
      let others = replaces.filter { $0.author != stamp.author }
      self.replaces = others.count > 1 ? Set(others).sorted() : others
    }

    /// Which of one author's writes is the last one. Two under one stamp are a broken key's; one of them is taken
    /// everywhere.
    func isLater(than other: Version) -> Bool {
      if stamp != other.stamp { return stamp > other.stamp }
      let (ours, theirs) = (value.encoded, other.value.encoded)
      if ours != theirs { return theirs.lexicographicallyPrecedes(ours) }
      return other.replaces.lexicographicallyPrecedes(replaces)
    }
  }

  /// Authors remembered, the highest in rank and of one rank those who wrote last: an office that charters keys without
  /// end cannot grow a row, nor push anybody above them out. More than all offices between a township and the ministry
  /// with their keys of years.
  public static let authorsMax = 64

  /// Winner first; the rest are the losers that await a resolution.
  public private(set) var versions: [Version] = []
  /// Last writes whose values another author's last write replaced, ascending. Kept whole, because one of them stands
  /// again when that author's later write no longer replaces it.
  public private(set) var replaced: [Version] = []
  /// Whether a write replaced a value, or an author wrote more than once.
  public private(set) var isOverwritten = false

  public init() {}

  public init(versions: [Version], replaced: [Version], isOverwritten: Bool = false) {
    self.versions = versions
    self.replaced = replaced
    self.isOverwritten = isOverwritten
  }

  /// From every author's last write, those that stand in their order.
  init(_ lasts: [Version], isOverwritten: Bool) {
    self.isOverwritten = isOverwritten
    settle(lasts)
  }

  public var winner: Version? { versions.first }
  public var isInConflict: Bool { versions.count > 1 }
  /// Whether there is nothing but one value.
  var isPlain: Bool { versions.count == 1 && replaced.isEmpty && versions[0].replaces.isEmpty }
  /// The last writes known, those whose values stand first.
  public var stamps: [WriteStamp] { (versions + replaced.reversed()).map(\.stamp) }

  /// What a write by this author must name so that it replaces everything known here; its own writes it replaces unsaid.
  public func stamps(besides author: UInt64) -> [WriteStamp] {
    Array(stamps.lazy.filter { $0.author != author }.prefix(LogLimits.replacedMax))
  }

  /// Takes in one write. Any order of the same writes gives the same state.
  /// - Parameters:
  ///   - rank: authority of an author by its short name; greater wins among concurrent values.
  ///   - time: what a stamp is ordered by: itself, or its clamp (`Clamp`).
  /// - Complexity: O(authors), at most `authorsMax`.
  public mutating func apply(
    _ value: FieldValue, stamp: WriteStamp, replacing old: [WriteStamp], rank: (UInt64) -> Int,
    time: (WriteStamp) -> HybridTimestamp = { $0.time }
  ) {
    let write = Version(stamp: stamp, value: value, replaces: old)
    if !old.isEmpty { isOverwritten = true }
    if versions.isEmpty || (isPlain && versions[0].stamp.author == stamp.author && write.replaces.isEmpty) {
      if let last = versions.first, last != write {
        isOverwritten = true
        guard write.isLater(than: last) else { return }
      }
      versions = [write]
      return
    }
    var lasts = versions + replaced
    if let index = lasts.firstIndex(where: { $0.stamp.author == stamp.author }) {
      guard lasts[index] != write else { return }
      isOverwritten = true
      guard write.isLater(than: lasts[index]) else { return }
      lasts[index] = write
    } else {
      lasts.append(write)
    }
    if lasts.count >= Self.authorsMax { limit(&lasts, rank: rank) }
    settle(lasts)
    sort(rank: rank, time: time)
  }

  /// Forgets the lowest author of too many. A forgotten one that writes again is judged anew by its last write, so what
  /// is remembered stays a function of the writes.
  private mutating func limit(_ lasts: inout [Version], rank: (UInt64) -> Int) {
    isOverwritten = true
    guard lasts.count > Self.authorsMax else { return }
    let lowest = lasts.indices.min { left, right in
      (rank(lasts[left].stamp.author), lasts[left].stamp) < (rank(lasts[right].stamp.author), lasts[right].stamp)
    }
    if let lowest { lasts.remove(at: lowest) }
  }

  private mutating func settle(_ lasts: [Version]) {
    let gone = Set(lasts.lazy.flatMap(\.replaces))
    versions = lasts.filter { !gone.contains($0.stamp) }
    replaced = lasts.filter { gone.contains($0.stamp) }.sorted { $0.stamp < $1.stamp }
    // Each replaced by another: only a key that signed two writes under one stamp can bring that about. A field does
    // not become empty by it.
    if versions.isEmpty { (versions, replaced) = (lasts, []) }
  }

  /// Orders by authority, clamped stamp, and stamp; to be called again when a stamp was clamped.
  public mutating func sort(rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp = { $0.time }) {
    guard versions.count > 1 else { return }
    versions.sort { left, right in
      let ranks = (rank(left.stamp.author), rank(right.stamp.author))
      if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
      let times = (time(left.stamp), time(right.stamp))
      if times.0 != times.1 { return times.0 > times.1 }
      // One author has one version here, so stamps differ.
      return left.stamp > right.stamp
    }
  }
}
