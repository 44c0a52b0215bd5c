public import Replication

extension ReplicaContext {
  /// Heads of the streams that this office and a peer pass between them, in the order to send them in.
  /// - Complexity: O(streams log streams).
  public func sharedHeads(with peer: OfficeCode, in storage: any ReplicaStorage) throws -> [StreamHead] {
    tree.inSendingOrder(try storage.heads().filter { tree.mayExchange(office, with: peer, $0.stream) })
  }
}
