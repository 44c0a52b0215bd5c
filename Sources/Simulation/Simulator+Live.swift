import Replication

/// Sessions that stay open when everything is exchanged. A node is told of its moves at once; here each side looks from
/// time to time, so that moves also come several at once and in between other things.
extension Simulator {
  /// Longest time between two looks, and longest time a session stays open after it is complete.
  private static let lookMilliseconds = 20_000
  private static let stayMilliseconds = 7_200_000

  /// Whether the caller stays; plans when it leaves.
  func stays(_ id: Int) -> Bool {
    guard !isHealed, connections[id]?[.caller].session.isLive == true, liveRandom.chance(options.staysPerMille) else {
      return false
    }
    statistics.stayed += 1
    queue.schedule(.part(connection: id), at: now + 1 + UInt64(liveRandom.below(Self.stayMilliseconds)))
    return true
  }

  /// Sends what moved at one side since it last looked, and plans the next look.
  func look(_ id: Int, _ side: SimulatedConnection.Side) throws {
    guard options.staysPerMille > 0, let connection = connections[id], connection[side].isOpen,
      connection[side].session.isLive
    else { return }
    let office = offices[connection[side].office], peer = offices[connection[side.other].office]
    guard office.isUp else { return }
    try guarded(office.index, .look) {
      let (heads, moves) = try office.heads(movedAfter: connection[side].moves, sharedWith: peer.code)
      connections[id]?[side].moves = moves
      try carryOut(step(id, side) { $0.moved(heads) }, on: id, side)
    }
    if connections[id]?[side].isOpen == true, !isHealed {
      queue.schedule(.look(connection: id, side: side), at: now + 1 + UInt64(liveRandom.below(Self.lookMilliseconds)))
    }
  }
}
