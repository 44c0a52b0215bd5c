public import Replication

/// What two offices both held when their last session was complete. While both remember the same, their next session
/// tells only what moved since: a few lines for a bureau of thousands of streams. A restored database remembers another
/// agreement, or none, and the whole frontier is told.
public struct Agreement: Sendable, Hashable {
  /// Over the heads of the streams both may hold.
  public var digest: Digest
  /// This replica's count of moves then: streams that moved later have a greater one.
  public var moves: UInt64

  public init(digest: Digest, moves: UInt64) {
    self.digest = digest
    self.moves = moves
  }

  private static func key(_ peer: OfficeCode) -> String { "agreed.\(peer)" }

  /// - Returns: `nil` before the first complete session.
  public static func read(with peer: OfficeCode, in storage: any ReplicaStorage) throws -> Agreement? {
    guard let bytes = try storage.value(key(peer)) else { return nil }
    var reader = CBORReader(bytes)
    try reader.array(of: 2)
    return Agreement(digest: try reader.digest(), moves: try reader.unsigned())
  }

  /// Keeps what is held now as agreed with a peer; writes nothing where that is known already.
  /// - Parameter heads: of the streams both may hold.
  public static func keep(
    _ heads: [StreamHead], with peer: OfficeCode, using suite: any SignatureSuite, in storage: any ReplicaStorage
  ) throws {
    let agreement = Agreement(digest: SyncFrame.digest(of: heads, using: suite), moves: try storage.moves())
    guard try read(with: peer, in: storage) != agreement else { return }
    var writer = CBORWriter()
    writer.arrayHead(2)
    writer.byteString(agreement.digest.bytes)
    writer.unsigned(agreement.moves)
    try storage.setValue(key(peer), writer.bytes)
  }
}
