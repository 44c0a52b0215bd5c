import Casebook
import Replication

/// Sessions over the network; mirrors `SessionRunner`.
extension Simulator {
  /// Calls the superior, and plans the next call.
  func dial(_ office: SimulatedOffice) throws {
    if !isHealed {
      let pause = UInt64(2 * options.dialMilliseconds)
      queue.schedule(.dial(office: office.index), at: now + 1 + time(within: pause))
    }
    guard office.isUp, office.canary != .silentOffice, let index = office.superior else { return }
    let superior = offices[index]
    guard superior.isUp, !partitioned.contains(office.index) else { return }
    guard try superior.running().tree.office(ofTransportKey: transportKey(of: office)) == office.code else {
      // Its charter went with a disk: somebody has to invite it again.
      log("\(superior.code) does not know \(office.code)")
      if index == 0 { try guarded(index, .unpack) { try giveBack(to: superior, from: office) } }
      queue.schedule(.enrol(office: office.index), at: now + 1)
      return
    }
    connectionCount += 1
    let id = connectionCount
    connections[id] = SimulatedConnection(
      id: id,
      ends: [
        try office.openEnd(with: superior.code, at: office.clock.reading(at: now)),
        try superior.openEnd(with: office.code, at: superior.clock.reading(at: now)),
      ])
    statistics.sessions += 1
    log("session \(id): \(office.code) calls \(superior.code)")
    for side in SimulatedConnection.Side.allCases {
      guard let end = connections[id]?[side] else { return }
      try carryOut(end.session.opened(), on: id, side)
    }
  }

  func deliver(_ bytes: [UInt8], on id: Int, to side: SimulatedConnection.Side) throws {
    guard let connection = connections[id], !connection.isCut, connection[side].isOpen else { return }
    try guarded(connection[side].office, .deliver) {
      let frame: SyncFrame
      do throws(CBORReader.Failure) {
        frame = try SyncFrame(decoding: bytes)
      } catch {
        breakOff(id, side, "frame \(error.rawValue)")
        return
      }
      try carryOut(step(id, side) { $0.received(frame) }, on: id, side)
    }
  }

  /// Moves one side's machine.
  func step(
    _ id: Int, _ side: SimulatedConnection.Side, _ body: (inout SyncSession) -> [SyncSession.Action]
  ) -> [SyncSession.Action] {
    guard var session = connections[id]?[side].session else { return [] }
    let actions = body(&session)
    connections[id]?[side].session = session
    return actions
  }

  func carryOut(_ first: [SyncSession.Action], on id: Int, _ side: SimulatedConnection.Side) throws {
    var queue = first[...]
    while let action = queue.popFirst() {
      guard let connection = connections[id] else { return }
      let office = offices[connection[side].office]
      let peer = offices[connection[side.other].office]
      let wall = office.clock.reading(at: now)
      switch action {
      case .send(let frame): try send(frame, from: office, on: id, side)
      case .load(let stream, let seq, let bytesMax):
        let entries = try office.entries(of: stream, from: seq, bytesMax: bytesMax)
        queue.append(contentsOf: step(id, side) { $0.loaded(stream, entries: entries) })
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try office.entriesAside(of: stream, after: count, bytesMax: bytesMax)
        queue.append(contentsOf: step(id, side) { $0.loadedAside(stream, entries: entries) })
      case .store(let run):
        let stream = run.stream
        do {
          let (stored, written) = try office.admit(run, at: wall)
          noteRecovered(office, written)
          queue.append(contentsOf: step(id, side) { $0.stored(bytes: run.bytes, count: stored) })
        } catch Admission.Failure.branchesApart(let stream, let seq) {
          queue.append(contentsOf: step(id, side) { $0.branchesApart(stream, before: seq, bytes: run.bytes) })
        } catch let failure as Admission.Failure where failure.isOfScope {
          log("\(office.code) does not take \(name(stream)) from \(peer.code)")
          queue.append(contentsOf: step(id, side) { $0.left(stream, bytes: run.bytes) })
        } catch let failure as Admission.Failure {
          note(failure, of: stream, at: office, from: peer)
          queue.append(
            contentsOf: step(id, side) { $0.storeFailed(.invalidEntry, "\(failure)", isMisbehaviour: true) })
        }
      case .compare(let head):
        let place = try office.place(of: head)
        queue.append(contentsOf: step(id, side) { $0.compared(head, as: place) })
      case .writeReceipts:
        if side == .callee { try keepBeforeReceipts(office) }
        let (heads, written) = try office.writeReceipts(for: peer.code, at: wall)
        sign(written, by: office)
        if !written.isEmpty { hasWritten = true }
        queue.append(contentsOf: step(id, side) { $0.receiptsWritten(heads) })
      case .reportFork(let stream, let seq):
        log("\(office.code) sees a fork at \(seq) of \(name(stream))")
        office.raiseAlarm(stream)
      case .complete:
        connections[id]?[side].isComplete = true
        try office.agree(with: peer.code)
        log("session \(id): complete at \(office.code)")
        if office.superior == nil || side == .caller, try office.isBehind() {
          log("\(office.code) goes on in a new incarnation")
          try office.goOnAfterLoss()
        }
        let missed = try office.settleMissing(after: peer.code, at: wall)
        if !missed.isEmpty { log("\(office.code) sees to what \(peer.code) has not either") }
        sign(missed, by: office)
        if side == .caller {
          if connection[side].session.wasIdle { idle.insert(office.index) }
          lastTrouble[office.index] = nil
          if !stays(id) { close(id, side) }
        } else {
          try spoil(connection)
        }
        if connections[id]?[side].isOpen == true { try look(id, side) }
        // A session that began with nothing to exchange looks for what is owed once it is complete.
        guard options.isWide, connections[id]?[side].isOpen == true else { return }
      case .close(let code, let text, _):
        breakOff(id, side, "\(code) \(text)")
        return
      }
    }
  }

  private func note(
    _ failure: Admission.Failure, of stream: StreamID, at office: SimulatedOffice, from peer: SimulatedOffice
  ) {
    log("\(office.code) refuses \(name(stream)) from \(peer.code): \(failure)")
    switch failure {
    case .branchesApart, .chain(.fork): office.raiseAlarm(stream)
    // Between two sessions of one pair the same entries may cross: the second finds a gap or what it has.
    case .chain(.gap): break
    default:
      // Honest offices give each other nothing that is refused, once charters travel first.
      if !peer.isHostile, !office.isHostile {
        find(.engine, "\(office.code) refuses \(name(stream)) of \(peer.code): \(failure)")
      }
    }
  }

  /// What an office recorded again after it had gone on from an older state.
  func noteRecovered(_ office: SimulatedOffice, _ written: [Entry]) {
    guard !written.isEmpty else { return }
    statistics.recovered += written.count
    log("\(office.code) records \(written.count) entries again in incarnation \(office.incarnation)")
    ledger.sign(written, at: now, in: suites)
  }

  private func send(_ frame: SyncFrame, from office: SimulatedOffice, on id: Int, _ side: SimulatedConnection.Side)
    throws
  {
    try office.crashPoint.effect()
    if case .tree = frame { statistics.trees += 1 }
    if case .continuation = frame { statistics.continued += 1 }
    if let stream = frame.runStream, let peer = connections[id]?[side.other].office, !office.isHostile,
      !mayHold(offices[peer], stream)
    {
      find(.scope, "\(office.code) gives \(offices[peer].code) \(name(stream))")
    }
    guard var connection = connections[id], !connection.isCut, connection.torn != side else { return }
    if !isHealed, random.chance(options.cutPerMille) {
      if frame.runStream != nil, options.isWide, wideRandom.chance(options.tornPerMille) {
        tear(frame, from: office, on: id, side)
      } else {
        cut(id, "line broke")
      }
      return
    }
    let delay = isHealed ? 1 : 1 + time(within: UInt64(options.delayMilliseconds))
    let arrival = max(connection[side.other].lastArrival, now + delay)
    connection[side.other].lastArrival = arrival
    connections[id] = connection
    let bytes = office.isHostile && !isHealed ? tampered(frame, by: office) : frame.encoded
    queue.schedule(.deliver(connection: id, to: side.other, frame: bytes), at: arrival)
  }

  // MARK: Ends

  /// One side closes; the other hears of it once everything sent before has arrived.
  func close(_ id: Int, _ side: SimulatedConnection.Side) {
    guard var connection = connections[id], connection[side].isOpen else { return }
    connection[side].isOpen = false
    connections[id] = connection
    let arrival = max(connection[side.other].lastArrival, now + 1)
    queue.schedule(.hangUp(connection: id, side: side.other), at: arrival)
  }

  func breakOff(_ id: Int, _ side: SimulatedConnection.Side, _ reason: String) {
    guard let connection = connections[id] else { return }
    statistics.broken += 1
    log("session \(id): broken off by \(offices[connection[side].office].code): \(reason)")
    lastTrouble[connection[.caller].office] = reason
    close(id, side)
  }

  /// The line breaks: what is on its way is lost, and each side notices in its own time.
  func cut(_ id: Int, _ reason: String) {
    guard let connection = connections[id], !connection.isCut else { return }
    connections[id]?.isCut = true
    for side in SimulatedConnection.Side.allCases { keepBegun(connection, side) }
    statistics.broken += 1
    log("session \(id): \(reason)")
    for side in SimulatedConnection.Side.allCases {
      queue.schedule(.hangUp(connection: id, side: side), at: now + 1 + time(within: 120_000))
    }
  }

  func hangUp(_ id: Int, _ side: SimulatedConnection.Side) {
    connections[id]?[side].isOpen = false
    if let connection = connections[id], !connection[.caller].isOpen, !connection[.callee].isOpen {
      connections[id] = nil
    }
    // The calling side hangs up too once it knows that nobody is there.
    if side == .callee { return }
    close(id, .callee)
  }

  /// Short name of a stream for people.
  func name(_ stream: StreamID) -> String {
    let author = offices.first { $0.keys.contains(stream.author) }?.code.text ?? "?"
    return "\(author)/\(stream.incarnation)/\(stream.audience)"
  }
}

extension Admission.Failure {
  /// The stream is not for this office, as far as it knows the tree.
  var isOfScope: Bool {
    switch self {
    case .unknownAuthor, .outOfScope: true
    default: false
    }
  }
}
