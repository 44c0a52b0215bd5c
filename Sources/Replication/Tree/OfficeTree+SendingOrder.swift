extension OfficeTree {
  /// Heads in the order to send them in: offices higher in the tree first, so that charters arrive before the entries
  /// they decide over; of one office its earlier keys first, because each introduces the next.
  /// - Complexity: O(n log n), with a look into the tree for each head.
  public func inSendingOrder(_ heads: [StreamHead]) -> [StreamHead] {
    heads.map { head in
      let office = office(of: head.stream.author)
      return (
        depth: office.flatMap { seat($0)?.depth } ?? 0, office: office?.text ?? "",
        key: office.flatMap { keys(of: $0).firstIndex(of: head.stream.author) } ?? 0, stream: head.stream.encoded, head
      )
    }.sorted { left, right in
      if left.depth != right.depth { return left.depth < right.depth }
      if left.office != right.office { return left.office < right.office }
      if left.key != right.key { return left.key < right.key }
      return left.stream.lexicographicallyPrecedes(right.stream)
    }.map(\.4)
  }
}
