import Replication

/// What this office lost and finds in its own dossiers: where the author lost it too, it stands nowhere else.
extension Admission {
  /// Takes entries of dossiers in, at their place in their stream, as if a peer had sent them: those that go on from what
  /// is held or show another branch of it. What lacks an entry before it waits for that one.
  /// - Returns: whether anything was taken in.
  mutating func takeBack(in storage: any ReplicaStorage) throws -> Bool {
    guard context.hasMissing else { return false }
    var missing: [StreamHead: Entry] = [:]
    for entry in try DossierLedger.missing(in: storage) {
      guard let suite = context.suites[entry.header.suite] else { continue }
      let (stream, hash) = (entry.header.stream, entry.hash(using: suite))
      let head = StreamHead(stream: stream, seq: entry.header.seq, hash: hash)
      if try context.place(of: head, in: storage) == .nowhere {
        missing[head] = entry
      } else {
        try DossierLedger.forgetMissing(hash, in: storage)
      }
    }
    // Whoever reads a log with the rights of the office alone, as an audit does, takes what stands in the log.
    guard context.tree.office(of: context.key) == context.office else { return false }
    var isAnyTaken = false
    for run in Self.runs(of: missing) {
      guard let first = run.first else { continue }
      do {
        _ = try admit(run.map(\.entry.encoded), of: first.head.stream, at: arrival, in: storage)
      } catch is Failure {
        // Nothing of it was written.
        continue
      }
      isAnyTaken = true
      for item in run { try DossierLedger.forgetMissing(item.head.hash, in: storage) }
    }
    return isAnyTaken
  }

  /// Entries that follow each other, whole transactions alone: whoever writes on after half of one breaks it.
  private static func runs(of entries: [StreamHead: Entry]) -> [[(head: StreamHead, entry: Entry)]] {
    var runs: [[(head: StreamHead, entry: Entry)]] = []
    let sorted = entries.sorted { ($0.key.stream, $0.key.seq, $0.key.hash) < ($1.key.stream, $1.key.seq, $1.key.hash) }
    for (head, entry) in sorted {
      let before = runs.firstIndex { run in
        guard let last = run.last?.head else { return false }
        return last.stream == head.stream && last.seq + 1 == head.seq && last.hash == entry.header.previous
      }
      if let before { runs[before].append((head, entry)) } else { runs.append([(head, entry)]) }
    }
    return runs.map { run in
      let end = run.lastIndex { item in item.entry.header.part.map { $0.index == $0.count } ?? true }
      return Array(run.prefix(end.map { $0 + 1 } ?? 0))
    }
  }
}
