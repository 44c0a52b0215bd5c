public import Replication

/// From where a bundle takes each stream on.
public enum BundleSince: Sendable, Hashable {
  /// From what the other office is known to hold: by its receipts and by the bundles that came from it.
  case acknowledged
  /// From where the last bundle made for it ended, whether or not it arrived.
  case last
  /// From these positions.
  case positions([StreamID: UInt64])
  /// What was stored here at this time (Unix milliseconds) or later.
  case received(UInt64)
  /// Everything it may hold, its own entries too: for an office that lost its data.
  case whole
}

/// What goes into a bundle for an office, in the order a session would send it. Only streams that office may hold.
public struct BundlePlan: Sendable, Hashable {
  public struct Range: Sendable, Hashable {
    public var stream: StreamID
    public var first: UInt64
    public var last: UInt64
  }

  /// What the other office lacks.
  public private(set) var ranges: [Range] = []
  /// The last entries of streams from its own side: they tell it how far this office holds them. Sent before the
  /// ranges; the office has them already.
  public private(set) var shown: [Range] = []
  /// The memory as it will be once the bundle is written.
  public private(set) var memory: BundleMemory

  /// Whether there is nothing to tell the other office.
  public private(set) var isEmpty: Bool

  public init(
    for target: OfficeCode, since: BundleSince, context: ReplicaContext, in storage: any ReplicaStorage
  ) throws {
    memory = try BundleMemory.read(of: target, in: storage)
    let before = memory
    memory.made = [:]
    memory.shown = [:]
    let heads = try context.tree.seat(target) == nil
      ? context.heads(ofRootToAll: storage) : context.sharedHeads(with: target, in: storage)
    for head in heads {
      let stream = head.stream
      if since != .whole, context.comes(stream, fromSideOf: target) {
        // Receipts say it of streams from below.
        if context.tree.isSuperior(context.office, of: target) { continue }
        // So do our sightings of streams from above; where a stream forked, they may be of another branch.
        if context.standing.firstFork(of: stream) == nil, try storage.sightingSeq(of: stream, by: context.key) >= head.seq { continue }
        shown.append(Range(stream: stream, first: head.seq, last: head.seq))
        memory.shown[stream] = head.seq
        continue
      }
      let first = try Self.first(of: stream, since, target, before, context, in: storage)
      if let first, first <= head.seq { ranges.append(Range(stream: stream, first: first, last: head.seq)) }
      memory.made[stream] = head.seq
    }
    isEmpty = ranges.isEmpty && memory.shown == before.shown
  }

  /// How many entries the bundle has.
  public var entryCount: UInt64 { (shown + ranges).reduce(0) { $0 + $1.last - $1.first + 1 } }

  private static func first(
    of stream: StreamID, _ since: BundleSince, _ target: OfficeCode, _ memory: BundleMemory,
    _ context: ReplicaContext, in storage: any ReplicaStorage
  ) throws -> UInt64? {
    switch since {
    case .whole: return 1
    case .positions(let positions): return (positions[stream] ?? 0) + 1
    case .last: return (memory.made[stream] ?? 0) + 1
    case .received(let time): return try storage.firstEntry(of: stream, receivedSince: time)
    case .acknowledged:
      let isForked = context.standing.firstFork(of: stream) != nil
      let receipted = try storage.receipts(of: stream).filter { stored in
        guard context.tree.office(of: stored.issuer) == target else { return false }
        return try !isForked || context.holds(stored.receipt.head, in: storage)
      }.map(\.receipt.head.seq).max()
      let sighted = isForked ? nil : try context.tree.seat(target).map { try storage.sightingSeq(of: stream, by: $0.key) }
      return max(receipted ?? 0, sighted ?? 0, memory.held[stream] ?? 0) + 1
    }
  }
}

extension ReplicaContext {
  /// Heads of the root's `down` streams, which every office may hold: an office beside is not known here, and yet what
  /// the root showed to it can be compared with what it showed to this one. A root knows every office there is; who is
  /// revoked passes nothing on.
  func heads(ofRootToAll storage: any ReplicaStorage) throws -> [StreamHead] {
    guard let seat = tree.seat(office), seat.depth > 0, !tree.isRevoked(seat.key) else { return [] }
    return try storage.heads().filter { head in
      head.stream.audience == .down && tree.seat(of: head.stream.author)?.depth == 0
    }
  }

  /// Whether the other office has a stream from its own side: it wrote it, or it came here through it.
  func comes(_ stream: StreamID, fromSideOf other: OfficeCode) -> Bool {
    guard let author = tree.office(of: stream.author) else { return false }
    if author == other { return true }
    if tree.isSuperior(office, of: other) { return tree.isSuperior(other, of: author) }
    return author != office && !tree.isSuperior(office, of: author)
  }
}
