import Replication

/// Lines that break within a frame: what arrived of an entry need not be carried again.
extension Simulator {
  /// The frame is the last of its side, and not all of it arrives; what was sent before it does.
  func tear(_ frame: SyncFrame, from office: SimulatedOffice, on id: Int, _ side: SimulatedConnection.Side) {
    guard var connection = connections[id] else { return }
    let bytes = office.isHostile ? tampered(frame, by: office) : frame.encoded
    let arrival = max(connection[side.other].lastArrival, now + 1 + UInt64(wideRandom.below(options.delayMilliseconds)))
    connection[side.other].lastArrival = arrival
    connection.torn = side
    connections[id] = connection
    let beginning = Array(bytes.prefix(wideRandom.below(bytes.count)))
    queue.schedule(.tear(connection: id, to: side.other, beginning: beginning), at: arrival)
  }

  /// The end of a line comes in the midst of a frame.
  func tear(_ id: Int, _ side: SimulatedConnection.Side, _ beginning: [UInt8]) throws {
    guard let connection = connections[id], !connection.isCut else { return }
    cut(id, "line broke \(beginning.count) bytes into a frame")
    guard connection[side].isOpen else { return }
    statistics.torn += 1
    try guarded(connection[side].office, .deliver) {
      try carryOut(step(id, side) { $0.cutOff(beginning) }, on: id, side)
      if let connection = connections[id] { keepBegun(connection, side) }
    }
  }

  /// What a connection cut off is kept for the next one, as long as the machine runs.
  func keepBegun(_ connection: SimulatedConnection, _ side: SimulatedConnection.Side) {
    let office = offices[connection[side].office]
    guard office.isUp, let begun = connection[side].session.begun else { return }
    office.begun[offices[connection[side.other].office].code] = begun
  }
}

extension SyncFrame {
  /// The stream whose entries the frame carries.
  var runStream: StreamID? {
    switch self {
    case .entries(let run): run.stream
    case .continuation(let continuation): continuation.run.stream
    default: nil
    }
  }
}
