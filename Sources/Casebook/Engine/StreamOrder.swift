public import Replication

/// The order to read streams in, so that what decides over entries comes before them: from the root downwards, and of
/// one office the streams of its earlier keys first, for those introduce the later ones.
struct StreamOrder: Comparable {
  let depth: Int
  private let office: String
  private let key: Int
  private let stream: [UInt8]

  init(_ stream: StreamID, in tree: OfficeTree) {
    self.stream = stream.encoded
    guard let seat = tree.seat(of: stream.author) else {
      (depth, office, key) = (0, "", 0)
      return
    }
    depth = seat.depth
    office = seat.charter.office.text
    key = tree.keys(of: seat.charter.office).firstIndex(of: stream.author) ?? 0
  }

  static func < (lhs: StreamOrder, rhs: StreamOrder) -> Bool {
    if lhs.depth != rhs.depth { return lhs.depth < rhs.depth }
    if lhs.office != rhs.office { return lhs.office < rhs.office }
    if lhs.key != rhs.key { return lhs.key < rhs.key }
    return lhs.stream.lexicographicallyPrecedes(rhs.stream)
  }
}

extension ReplicaContext {
  /// Heads of the streams that this office and a peer pass between them, in the order to send them in.
  /// - Complexity: O(streams log streams).
  public func sharedHeads(with peer: OfficeCode, in storage: any ReplicaStorage) throws -> [StreamHead] {
    let shared = try storage.heads().filter { tree.mayExchange(office, with: peer, $0.stream) }
    return shared.map { (order: StreamOrder($0.stream, in: tree), head: $0) }.sorted { $0.order < $1.order }.map(\.head)
  }
}
