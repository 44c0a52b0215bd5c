/// The order to read streams in, so that what decides over entries comes before them: from the root downwards, and of
/// one office the streams of its earlier keys first, for those introduce the later ones. Of a key without an office first.
public struct StreamOrder: Comparable {
  public let depth: Int
  private let office: String
  private let key: Int
  private let stream: [UInt8]

  public init(_ stream: StreamID, in tree: OfficeTree) {
    self.stream = stream.encoded
    guard let seat = tree.seat(of: stream.author) else {
      (depth, office, key) = (0, "", 0)
      return
    }
    depth = seat.depth
    office = seat.charter.office.text
    key = tree.keys(of: seat.charter.office).firstIndex(of: stream.author) ?? 0
  }

  public static func < (lhs: StreamOrder, rhs: StreamOrder) -> Bool {
    if lhs.depth != rhs.depth { return lhs.depth < rhs.depth }
    if lhs.office != rhs.office { return lhs.office < rhs.office }
    if lhs.key != rhs.key { return lhs.key < rhs.key }
    return lhs.stream.lexicographicallyPrecedes(rhs.stream)
  }
}

extension OfficeTree {
  /// Heads in the order to send them in.
  /// - Complexity: O(n log n), with a look into the tree for each head.
  public func inSendingOrder(_ heads: [StreamHead]) -> [StreamHead] {
    heads.map { (order: StreamOrder($0.stream, in: self), head: $0) }.sorted { $0.order < $1.order }.map(\.head)
  }
}
