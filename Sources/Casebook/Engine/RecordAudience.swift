import Replication

/// Where a decision about a record is written so that it reaches every office below that holds the record, and none that
/// does not: the superior's word on a conflict belongs where the conflict is seen.
struct RecordAudience {
  let context: ReplicaContext

  /// One audience, or several where none alone reaches the holders without reaching others. Superiors may read them all.
  func audiences(of row: RecordRow, in storage: any ReplicaStorage) throws -> [Audience] {
    let tree = context.tree
    let below = tree.all.map(\.charter.office).filter { tree.isSuperior(context.office, of: $0) }
    let streams = try streams(of: row, in: storage)
    let holders = Set(below.filter { office in streams.contains { tree.mayRead(office, $0) } })
    if holders.isEmpty { return [.up] }
    if holders.count == below.count { return [.down] }
    let candidates = below.filter(holders.contains).flatMap { [Audience.office($0), .subtree($0)] }
      .map { audience in (audience, readers: Set(below.filter { tree.mayRead($0, context.stream(audience)) })) }
      .filter { $0.readers.isSubset(of: holders) }
    var missing = holders
    var chosen: [Audience] = []
    while let best = candidates.max(by: { left, right in
      let reached = (left.readers.intersection(missing).count, right.readers.intersection(missing).count)
      // Of two that reach as many the one with fewer readers; then the first.
      return reached.0 != reached.1 ? reached.0 < reached.1 : left.readers.count > right.readers.count
    }), !best.readers.isDisjoint(with: missing) {
      chosen.append(best.0)
      missing.subtract(best.readers)
    }
    return chosen.isEmpty ? [.up] : chosen
  }

  /// The streams in which the last writes known of the record stand.
  private func streams(of row: RecordRow, in storage: any ReplicaStorage) throws -> Set<StreamID> {
    let stamps = Set(row.fields.values.flatMap(\.stamps))
    let heads = try storage.heads()
    var streams: Set<StreamID> = []
    for stamp in stamps {
      for head in heads where WriteStamp.short(head.stream.author) == stamp.author {
        if try holds(stamp.time, head, in: storage) { streams.insert(head.stream) }
      }
    }
    return streams
  }

  /// Whether an entry of the stream has the stamp; along a stream they increase.
  private func holds(_ stamp: HybridTimestamp, _ head: StreamHead, in storage: any ReplicaStorage) throws -> Bool {
    var (first, last) = (UInt64(1), head.seq)
    while first <= last {
      let middle = first + (last - first) / 2
      guard let entry = try storage.entries(of: head.stream, from: middle, bytesMax: 1).first else { return false }
      if entry.header.stamp == stamp { return true }
      if entry.header.stamp < stamp { first = middle + 1 } else { last = middle - 1 }
    }
    return false
  }
}
