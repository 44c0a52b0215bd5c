public import Replication

/// How far a neighbour held the streams that pass to it when the last session with it was complete: of a subordinate those
/// that go down to it, which it acknowledges by no receipt, of the superior this office's own, whose last entries are often
/// receipted a session later. They are few, however many offices are below. For telling what waits, and for nothing
/// else: an entry written in the moment a session ends may be counted as held until the next one.
public struct PeerHoldings: Sendable, Hashable {
  private static let keyPrefix = "held."

  public private(set) var held: [StreamID: UInt64] = [:]

  public init() {}

  /// - Parameter heads: of the streams both may hold, as the session left them; of others nothing is forgotten.
  public static func note(
    _ heads: [StreamHead], of peer: OfficeCode, context: ReplicaContext, in storage: any ReplicaStorage
  ) throws {
    let isBelow = context.tree.isSuperior(context.office, of: peer)
    let before = try read(of: peer, in: storage)
    var after = before
    for head in heads
    where isBelow ? !context.comes(head.stream, fromSideOf: peer) : context.isOwn(head.stream.author) {
      after.held[head.stream] = head.seq
    }
    if after != before { try storage.setValue(keyPrefix + peer.text, after.encoded) }
  }

  public static func read(of peer: OfficeCode, in storage: any ReplicaStorage) throws -> PeerHoldings {
    guard let bytes = try storage.value(keyPrefix + peer.text) else { return PeerHoldings() }
    // Damaged, it is as good as forgotten: more is said to wait than does.
    return (try? PeerHoldings(decoding: bytes)) ?? PeerHoldings()
  }

  /// `[[stream, seq]…]`.
  private var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(held.count)
    for (stream, seq) in held.sorted(by: { $0.key < $1.key }) {
      writer.arrayHead(2)
      stream.write(to: &writer)
      writer.unsigned(seq)
    }
    return writer.bytes
  }

  private init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.headsMax)) {
      try reader.array(of: 2)
      held[try StreamID(from: &reader)] = try reader.unsigned()
    }
    try reader.finish()
  }
}
