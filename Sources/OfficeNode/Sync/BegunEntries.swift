import Replication

/// Beginnings of entries that breaking connections cut off, one of each peer, for its next session. Lost with the
/// process: they are carried again then.
struct BegunEntries {
  private var entries: [(peer: OfficeCode, entry: BegunEntry)] = []
  /// What peers said last that they hold of ours.
  private var named: [(peer: OfficeCode, name: BegunEntry.Name)] = []

  /// Each takes 64 KiB at most; of more peers than this it is rare that lines break at once.
  private static let peersMax = 64

  /// The oldest goes where there are too many.
  mutating func keep(_ entry: BegunEntry, of peer: OfficeCode) {
    entries.removeAll { $0.peer == peer }
    entries.append((peer, entry))
    if entries.count > Self.peersMax { entries.removeFirst() }
  }

  /// Takes in what a peer holds of an entry of ours.
  /// - Returns: whether the connection before this one brought some of it: it is more than the peer named last.
  mutating func hasGrown(_ name: BegunEntry.Name, at peer: OfficeCode) -> Bool {
    let last = named.first { $0.peer == peer }?.name
    named.removeAll { $0.peer == peer }
    named.append((peer, name))
    if named.count > Self.peersMax { named.removeFirst() }
    guard let last, last.stream == name.stream, last.seq == name.seq, last.signature == name.signature else {
      return true
    }
    return name.count > last.count
  }

  /// What a session with the peer can go on with: the entry after one of the heads held.
  mutating func take(of peer: OfficeCode, after heads: [StreamHead]) -> BegunEntry? {
    guard let index = entries.firstIndex(where: { $0.peer == peer }) else { return nil }
    let entry = entries.remove(at: index).entry
    let head = heads.first { $0.stream == entry.name.stream }
    return entry.name.seq == (head?.seq ?? 0) + 1 ? entry : nil
  }
}
