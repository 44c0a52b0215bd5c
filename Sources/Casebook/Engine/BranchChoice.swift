public import Replication

/// Which branch of a forked stream is held: the one that stands. It may lie aside, because its witness was heard of
/// only after the other branch had come.
struct BranchChoice {
  let context: ReplicaContext

  /// Puts the standing branch in the place of one that does not stand.
  /// - Returns: whether any stream changed; the projection must be made again then.
  func settle(in storage: any ReplicaStorage) throws -> Bool {
    var hasChanged = false
    for stream in context.standing.forkedStreams {
      let forks = context.standing.forkPositions(of: stream)
      guard let first = forks.first, let head = try storage.head(of: stream), head.seq >= first,
        try !context.judge(stream, in: storage).branchStands
      else { continue }
      // A stream may fork again on the branch that stands so far: its branches part from the held one at any of them.
      let aside = Dictionary(grouping: try storage.entriesAside(of: stream)) { Link($0.header) }
      var trunk = Trunk(stream: stream, context: context)
      let known = try forks.filter { $0 <= head.seq }.flatMap {
        branches(from: $0, previous: $0 == 1 ? .zero : try trunk.hash(at: $0 - 1, in: storage), among: aside)
      }
      for branch in known where try stands(branch, on: &trunk, in: storage) {
        guard let first = branch.first, let last = branch.last, let suite = context.suites[last.header.suite] else {
          continue
        }
        let base = first.header.seq == 1
          ? nil : StreamHead(stream: stream, seq: first.header.seq - 1, hash: first.header.previous)
        try storage.removeAside(branch)
        try storage.setAside(stream, from: first.header.seq, head: base)
        try storage.append(
          branch, head: StreamHead(stream: stream, seq: last.header.seq, hash: last.hash(using: suite)), receivedAt: 0)
        hasChanged = true
        break
      }
    }
    return hasChanged
  }

  /// Where an entry joins its chain.
  private struct Link: Hashable {
    let seq: UInt64
    let previous: Digest?

    init(seq: UInt64, previous: Digest?) {
      self.seq = seq
      self.previous = previous
    }

    init(_ header: EntryHeader) { self.init(seq: header.seq, previous: header.previous) }
  }

  /// Hashes of the chain held, each looked up once: each of a hostile author's thousand branches is judged on it.
  private struct Trunk {
    let stream: StreamID
    let context: ReplicaContext
    private var known: [UInt64: Digest?] = [:]

    init(stream: StreamID, context: ReplicaContext) {
      self.stream = stream
      self.context = context
    }

    mutating func hash(at seq: UInt64, in storage: any ReplicaStorage) throws -> Digest? {
      if let known = known[seq] { return known }
      let hash = try context.hash(of: stream, at: seq, in: storage)
      known[seq] = .some(hash)
      return hash
    }
  }

  /// Chains that lie aside and part from the held one at `seq`, each as far as it is known.
  private func branches(from seq: UInt64, previous: Digest?, among aside: [Link: [Entry]]) -> [[Entry]] {
    var branches: [[Entry]] = []
    var open = (aside[Link(seq: seq, previous: previous)] ?? []).map { [$0] }
    while let branch = open.popLast() {
      guard let last = branch.last, let suite = context.suites[last.header.suite] else { continue }
      let next = aside[Link(seq: last.header.seq + 1, previous: last.hash(using: suite))] ?? []
      if next.isEmpty { branches.append(branch) } else { open += next.map { branch + [$0] } }
    }
    return branches
  }

  private func stands(_ branch: [Entry], on trunk: inout Trunk, in storage: any ReplicaStorage) throws -> Bool {
    guard let first = branch.first else { return false }
    let entries = Dictionary(branch.map { ($0.header.seq, $0) }, uniquingKeysWith: { one, _ in one })
    return try context.judge(trunk.stream, in: storage) { seq in
      if seq < first.header.seq { return try trunk.hash(at: seq, in: storage) }
      return entries[seq].flatMap { entry in context.suites[entry.header.suite].map { entry.hash(using: $0) } }
    }.branchStands
  }
}

extension ReplicaContext {
  /// Entries of a stream that lie aside, for a peer that wants to see the branches of a fork: a chain from the given
  /// place in their order on, until their `EntryRun.bytes(of:)` reach `bytesMax` (at least one if there is any).
  public func entriesAside(
    of stream: StreamID, after count: Int, bytesMax: Int, in storage: any ReplicaStorage
  ) throws -> [Entry] {
    var run: [Entry] = []
    var bytes = 0
    for entry in try storage.entriesAside(of: stream).dropFirst(count) {
      if let last = run.last {
        bytes += EntryRun.bytes(of: entry)
        let follows = suites[last.header.suite].map { last.hash(using: $0) } == entry.header.previous
        guard follows, bytes <= bytesMax else { break }
      } else {
        bytes = EntryRun.bytes(of: entry)
      }
      run.append(entry)
    }
    return run
  }
}
