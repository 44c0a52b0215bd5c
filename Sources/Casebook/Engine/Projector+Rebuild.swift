import Replication

extension Projector {
  /// Makes the projection again from the log, from the root downwards: whatever decides over an office's entries
  /// stands in the streams of offices above it, or proves itself. So the result is a function of what is held alone.
  /// - Parameter progress: told how many entries are done.
  public mutating func rebuild(in storage: any ReplicaStorage, progress: (Int) -> Void = { _ in }) throws {
    var done = 0
    let forks = try storage.forkProofs().count
    try storage.clearProjection()
    mustRebuild = false
    judgements = [:]
    touchedFiles = []
    context.hasClamps = false
    try context.refresh(from: storage)
    var pending = try storage.heads()
    var depth = 0
    while let next = pending.indices.filter({ isReady(pending[$0].stream) }).min(by: { order(pending[$0].stream) < order(pending[$1].stream) }) {
      let head = pending.remove(at: next)
      // What was said of this level from above before its charters were read counts from here on.
      let level = order(head.stream).depth
      if level > depth { try retryHeld(in: storage) }
      depth = max(depth, level)
      var seq: UInt64 = 1
      while seq <= head.seq {
        let entries = try storage.entries(of: head.stream, from: seq, bytesMax: SessionLimits.creditBytes)
        guard let last = entries.last else { break }
        for entry in entries { try project(entry, in: storage) }
        seq = last.header.seq + 1
        done += entries.count
        progress(done)
      }
    }
    try retryHeld(in: storage)
    // A fork that only came to light on the way decides over entries that were already projected. Every other fact was
    // projected before what it decides over. There are no more rounds than forks.
    if try storage.forkProofs().count > forks { return try rebuild(in: storage, progress: progress) }
    if try BranchChoice(context: context).settle(in: storage) { return try rebuild(in: storage, progress: progress) }
    mustRebuild = false
    hasTouchedTree = true
    try finish(in: storage)
  }

  private func isReady(_ stream: StreamID) -> Bool {
    stream.author == context.tree.rootKey || context.tree.office(of: stream.author) != nil
  }

  private struct Order: Comparable {
    let depth: Int
    let office: String
    let key: Int
    let stream: [UInt8]

    static func < (lhs: Order, rhs: Order) -> Bool {
      if lhs.depth != rhs.depth { return lhs.depth < rhs.depth }
      if lhs.office != rhs.office { return lhs.office < rhs.office }
      if lhs.key != rhs.key { return lhs.key < rhs.key }
      return lhs.stream.lexicographicallyPrecedes(rhs.stream)
    }
  }

  private func order(_ stream: StreamID) -> Order {
    guard let seat = context.tree.seat(of: stream.author) else {
      return Order(depth: 0, office: "", key: 0, stream: stream.encoded)
    }
    let keys = context.tree.keys(of: seat.charter.office)
    return Order(
      depth: seat.depth, office: seat.charter.office.text, key: keys.firstIndex(of: stream.author) ?? 0,
      stream: stream.encoded)
  }
}
