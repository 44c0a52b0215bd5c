/// What each side has, told without an agreement: all heads where they are few, a digest tree where they are many
/// (protocol version 3).
extension SyncSession {
  /// What this side has told of its heads; what the peer may tell follows from it.
  enum Told: Sendable {
    /// What moved since both agreed.
    case moved
    /// The present level of a tree.
    case tree(FrontierTree)
    /// The heads of the tree's leaves: what lies elsewhere is equal. The peer owes so many heads of its own.
    case leaves([StreamHead], owed: Int)
    case all
  }

  mutating func tellAll() -> [Action] {
    guard version >= 3, ours.count > wholeHeadsMax else {
      told = .all
      return ours.frontier()
    }
    let tree = FrontierTree(ours, using: suite)
    told = .tree(tree)
    return [.send(.tree(tree.nodes))]
  }

  mutating func receivedTree(_ nodes: [FrontierTree.Node?]) -> [Action] {
    guard phase == .comparing, version >= 3 else { return violated("tree out of turn") }
    let isFirst = !hasHeard
    hasHeard = true
    hasHeardHeads = true
    var actions: [Action] = []
    // More has moved there than is told at once: what moved here was told for nothing.
    if case .moved = told, isFirst { actions = tellAll() }
    switch told {
    // The peer sees that heads are few here, and tells all of its own.
    case .all where isFirst: return actions
    case .tree(let tree): return actions + descend(tree, nodes)
    case .all, .moved, .leaves: return violated("tree out of turn")
    }
  }

  private mutating func descend(_ tree: FrontierTree, _ theirs: [FrontierTree.Node?]) -> [Action] {
    var tree = tree
    guard tree.meet(theirs) else { return violated("nodes that do not agree") }
    if !tree.nodes.isEmpty {
      told = .tree(tree)
      return [.send(.tree(tree.nodes))]
    }
    let heads = tree.differing
    told = .leaves(heads, owed: tree.claimedInLeaves)
    return heads.frontier()
  }
}

extension [StreamHead] {
  /// The frames of a frontier; one even where there is nothing to list.
  func frontier() -> [SyncSession.Action] {
    var actions: [SyncSession.Action] = []
    var rest = self[...]
    repeat {
      let piece = Array(rest.prefix(SessionLimits.headsPerFrame))
      rest = rest.dropFirst(piece.count)
      actions.append(.send(.frontier(heads: piece, isLast: rest.isEmpty)))
    } while !rest.isEmpty
    return actions
  }
}
