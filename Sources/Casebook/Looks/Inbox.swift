public import Replication

/// Entries of one stream that are here and do not count yet, though they may one day.
public struct Incoming: Sendable, Hashable {
  public var reason: WaitReason
  public var stream: StreamID
  public var first: UInt64
  public var last: UInt64
  /// How many entries: between the first and the last there may be others that count.
  public var entries: UInt64
  /// When the first of them was stored here, Unix milliseconds.
  public var since: UInt64
}

/// What waits here to be used: runs of bundles with a gap before them, streams of keys without a charter, and entries
/// that are held for a reason that may pass.
public struct Inbox {
  private let context: ReplicaContext
  private let storage: any ReplicaStorage

  public init(context: ReplicaContext, storage: any ReplicaStorage) {
    self.context = context
    self.storage = storage
  }

  /// The oldest first.
  /// - Complexity: O(streams + held changes).
  public func items() throws -> [Incoming] {
    try (parked() + unseated() + held()).sorted { ($0.since, $0.stream) < ($1.since, $1.stream) }
  }

  private func parked() throws -> [Incoming] {
    try storage.parkedRuns(of: nil).map { run in
      let isKnown = context.tree.publicKey(run.stream.author) != nil
      return Incoming(
        reason: isKnown ? .missingEntries : .noCharter, stream: run.stream, first: run.first, last: run.last,
        entries: run.last - run.first + 1, since: try storage.arrival(of: run) ?? 0)
    }
  }

  private func unseated() throws -> [Incoming] {
    guard context.hasUnseatedStreams else { return [] }
    return try storage.heads().filter { context.tree.seat(of: $0.stream.author) == nil }.compactMap { head in
      try storage.tail(of: head.stream, after: 0).map { tail in
        Incoming(
          reason: .noCharter, stream: head.stream, first: 1, last: head.seq, entries: tail.entries,
          since: try storage.since(head.stream, 1, tail))
      }
    }
  }

  private func held() throws -> [Incoming] {
    struct Group: Hashable {
      var reason: WaitReason
      var stream: StreamID
    }
    var groups: [Group: Set<UInt64>] = [:]
    for held in try storage.heldChanges() {
      guard let reason = Self.reason(held.reason) else { continue }
      groups[Group(reason: reason, stream: held.stream), default: []].insert(held.seq)
    }
    return try groups.compactMap { group, positions in
      guard let first = positions.min(), let last = positions.max() else { return nil }
      let tail = try storage.tail(of: group.stream, after: first - 1)
      return Incoming(
        reason: group.reason, stream: group.stream, first: first, last: last, entries: UInt64(positions.count),
        since: try storage.since(group.stream, first, tail))
    }
  }

  /// `nil`: it is refused for good.
  private static func reason(_ reason: HeldChange.Reason) -> WaitReason? {
    switch reason {
    case .quarantined: .quarantined
    case .disputed: .disputed
    case .charterWaiting: .charterWaiting
    case .unknownKind: .laterVersion
    case .unreadable, .charterRefused, .receiptRefused, .factRefused, .dossierRefused: nil
    }
  }
}
