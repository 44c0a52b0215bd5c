public import Replication

extension ReplicaContext {
  /// Heads of the streams that both this office and the other may hold, in the order to send them in: superiors'
  /// streams first, so that charters arrive before the entries they decide over.
  public func sharedHeads(with other: OfficeCode, in storage: any ReplicaStorage) throws -> [StreamHead] {
    let shared = try storage.heads().filter { tree.mayRead(other, $0.stream) && tree.mayRead(office, $0.stream) }
    let seated: [(depth: Int, head: StreamHead)] = shared.map { head in
      (tree.seat(of: head.stream.author)?.depth ?? 0, head)
    }
    return seated.sorted { left, right in
      left.depth != right.depth ? left.depth < right.depth : left.head.stream < right.head.stream
    }.map(\.head)
  }

  /// Whether the other office has a stream from its own side: it wrote it, or it came here through it.
  func comes(_ stream: StreamID, fromSideOf other: OfficeCode) -> Bool {
    guard let author = tree.office(of: stream.author) else { return false }
    if author == other { return true }
    if tree.isSuperior(office, of: other) { return tree.isSuperior(other, of: author) }
    return author != office && !tree.isSuperior(office, of: author)
  }
}
