public import Replication

/// Entries of one stream that wait to reach a neighbouring office, or for its receipt.
public struct Outgoing: Sendable, Hashable {
  public var peer: OfficeCode
  /// To the superior, or to a subordinate.
  public var isUp: Bool
  public var stream: StreamID
  public var first: UInt64
  public var last: UInt64
  /// As they are stored here.
  public var bytes: Int
  /// When the first of them was stored here, Unix milliseconds.
  public var since: UInt64
  /// The peer holds them by all that is known here; its signed receipt is missing.
  public var isDelivered: Bool

  public var entries: UInt64 { last - first + 1 }
}

/// What waits here for the neighbouring offices, told by heads, receipts and totals: no entry is read.
///
/// Entries go up to the superior and are acknowledged by its receipts. They go down to the subordinates, whose word for
/// holding them is a sighting (`down`), a bundle that shows it, a session that came to its end, or the credit that it gives
/// for what it stored.
public struct Outbox {
  private let context: ReplicaContext
  private let storage: any ReplicaStorage
  private let parent: OfficeCode?
  private let subordinates: [OfficeCode]
  private let delivered: [OfficeCode: [StreamID: UInt64]]
  private var peers: [OfficeCode: Peer] = [:]

  /// What is known of how far a peer holds the streams.
  private struct Peer {
    var keys: [KeyFingerprint]
    var memory: BundleMemory
    var holdings: PeerHoldings
    /// Streams that moved since the last complete session; `nil`: there was none.
    var moved: Set<StreamID>?
    var delivered: [StreamID: UInt64]
  }

  /// - Parameter delivered: positions that peers have stored over sessions that are open now.
  public init(
    context: ReplicaContext, storage: any ReplicaStorage, delivered: [OfficeCode: [StreamID: UInt64]] = [:]
  ) {
    self.context = context
    self.delivered = delivered
    self.storage = storage
    parent = context.tree.seat(context.office)?.charter.parent
    subordinates = context.tree.all.map(\.charter).filter { $0.parent == context.office }.map(\.office)
  }

  /// The offices that this one has sessions with, the superior first.
  public var neighbours: [OfficeCode] { (parent.map { [$0] } ?? []) + subordinates }

  /// Ordered by peer (the superior first) and stream.
  /// - Complexity: O(streams · log entries); of streams that go down to every subordinate, for each of these.
  public mutating func items() throws -> [Outgoing] {
    var items: [OfficeCode: [Outgoing]] = [:]
    for head in try storage.heads() {
      for peer in readers(of: head.stream)
      where context.tree.mayExchange(context.office, with: peer, head.stream) {
        items[peer, default: []] += try waiting(head, for: peer)
      }
    }
    return neighbours.flatMap { items[$0] ?? [] }
  }

  /// Neighbours that get a stream from here; whether they may hold it is the tree's to say.
  private func readers(of stream: StreamID) -> [OfficeCode] {
    guard let author = context.tree.office(of: stream.author), context.tree.seat(author) != nil else { return [] }
    let isOwn = author == context.office
    let isFromAbove = context.tree.isSuperior(author, of: context.office)
    // Of streams that this office writes or passes on downwards.
    let below = isOwn || isFromAbove ? branches(of: stream.audience) : []
    return (isFromAbove ? [] : parent.map { [$0] } ?? []) + below
  }

  /// The direct subordinates that a stream from here or from above goes to.
  private func branches(of audience: Audience) -> [OfficeCode] {
    switch audience {
    case .own, .up: []
    case .down: subordinates
    case .office(let target): branch(to: target).map { [$0] } ?? []
    case .subtree(let target):
      target == context.office || context.tree.isSuperior(target, of: context.office)
        ? subordinates : branch(to: target).map { [$0] } ?? []
    }
  }

  /// The direct subordinate that is an office or stands above it.
  private func branch(to office: OfficeCode) -> OfficeCode? {
    var next = office
    while let above = context.tree.seat(next)?.charter.parent {
      if above == context.office { return next }
      next = above
    }
    return nil
  }

  private mutating func waiting(_ head: StreamHead, for office: OfficeCode) throws -> [Outgoing] {
    let peer = try known(office)
    let isUp = office == parent
    let receipted = isUp ? min(head.seq, try receiptedSeq(of: head.stream, by: peer)) : 0
    let held = max(receipted, min(head.seq, try heldSeq(of: head, by: peer)))
    var items: [Outgoing] = []
    if isUp, held > receipted { items.append(try item(head.stream, receipted + 1, held, office, isDelivered: true)) }
    if head.seq > held { items.append(try item(head.stream, held + 1, head.seq, office, isDelivered: false)) }
    return items
  }

  private func item(
    _ stream: StreamID, _ first: UInt64, _ last: UInt64, _ peer: OfficeCode, isDelivered: Bool
  ) throws -> Outgoing {
    let tail = try storage.tail(of: stream, after: first - 1)
    let beyond = try storage.tail(of: stream, after: last)
    return Outgoing(
      peer: peer, isUp: peer == parent, stream: stream, first: first, last: last,
      bytes: (tail?.bytes ?? 0) - (beyond?.bytes ?? 0), since: try storage.since(stream, first, tail),
      isDelivered: isDelivered)
  }

  private func receiptedSeq(of stream: StreamID, by peer: Peer) throws -> UInt64 {
    try peer.keys.reduce(0) { max($0, try storage.lastReceipt(of: stream, by: $1)?.seq ?? 0) }
  }

  private func heldSeq(of head: StreamHead, by peer: Peer) throws -> UInt64 {
    if let moved = peer.moved, !moved.contains(head.stream) { return head.seq }
    let sighted = try peer.keys.reduce(UInt64(0)) { max($0, try storage.sightingSeq(of: head.stream, by: $1)) }
    return max(
      sighted, peer.memory.held[head.stream] ?? 0, peer.holdings.held[head.stream] ?? 0,
      peer.delivered[head.stream] ?? 0)
  }

  private mutating func known(_ office: OfficeCode) throws -> Peer {
    if let known = peers[office] { return known }
    let agreement = try Agreement.read(with: office, in: storage)
    let peer = Peer(
      keys: context.tree.keys(of: office), memory: try BundleMemory.read(of: office, in: storage),
      holdings: try PeerHoldings.read(of: office, in: storage),
      moved: try agreement.map { Set(try storage.heads(movedAfter: $0.moves).map(\.stream)) },
      delivered: delivered[office] ?? [:])
    peers[office] = peer
    return peer
  }
}
