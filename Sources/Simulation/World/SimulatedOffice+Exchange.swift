import Casebook
import Replication
import SignatureSuites

/// What a session asks of the office; mirrors `OfficeNode+Sync`.
extension SimulatedOffice {
  /// This office's end of a connection with a session as it begins.
  func openEnd(with peer: OfficeCode, at wall: UInt64) throws -> SimulatedConnection.End {
    let context = try running()
    let start = try disk.read { try SessionStart(context, with: peer, in: $0) }
    let begun = begun.removeValue(forKey: peer).flatMap { begun in
      let held = start.heads.first { $0.stream == begun.name.stream }?.seq ?? 0
      return begun.name.seq == held + 1 ? begun : nil
    }
    return SimulatedConnection.End(
      office: index,
      session: start.session(clock: wall, software: "simulate", begun: begun, wholeHeadsMax: wholeHeadsMax),
      moves: start.moves)
  }

  /// Heads both may hold that moved after the given count, and the count now.
  func heads(movedAfter moves: UInt64, sharedWith peer: OfficeCode) throws -> (heads: [StreamHead], moves: UInt64) {
    let context = try running()
    return try disk.read { storage in
      let heads = try storage.heads(movedAfter: moves).filter { context.tree.mayExchange(code, with: peer, $0.stream) }
      return (context.tree.inSendingOrder(heads), try storage.moves())
    }
  }

  /// A session is complete: both hold the same now.
  func agree(with peer: OfficeCode) throws {
    let context = try running()
    let now = try disk.read { try SessionStart(context, with: peer, in: $0) }
    guard now.isNews else { return }
    try transaction { context, storage in
      try now.note(in: storage)
      return (context, ())
    }
  }

  func sharedHeads(with peer: OfficeCode) throws -> [StreamHead] {
    let context = try running()
    return try disk.read { try context.sharedHeads(with: peer, in: $0) }
  }

  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry] {
    try disk.read { try $0.entries(of: stream, from: seq, bytesMax: bytesMax) }
  }

  func entriesAside(of stream: StreamID, after count: Int, bytesMax: Int) throws -> [Entry] {
    let context = try running()
    return try disk.read { try context.entriesAside(of: stream, after: count, bytesMax: bytesMax, in: $0) }
  }

  /// Where a peer's head lies here.
  func place(of head: StreamHead) throws -> HeadPlace {
    let context = try running()
    return try disk.read { try context.place(of: head, in: $0) }
  }

  /// Stores what came; what this office had written on a branch of its own is recorded again with it.
  /// - Returns: how many entries were new, and the entries signed.
  func admit(_ run: CarriedRun, at wall: UInt64) throws -> (stored: Int, written: [Entry]) {
    let stream = run.stream
    let (outcome, written) = try transaction { context, storage -> (ReplicaContext, (Admission.Outcome, [Entry])) in
      var admission = Admission(context: context)
      let outcome = try admission.admit(run, at: wall, in: storage)
      if canary != .skippedProjection { try admission.finish(in: storage) }
      let before = try ownHeads(in: storage)
      let settled = try BranchRecovery.settle(
        admission.context, signer: signer, isBehind: try isBehind(in: storage), at: wall, in: storage)
      guard let settled else { return (admission.context, (outcome, [])) }
      return (settled.context, (outcome, try ownEntries(after: before, in: storage)))
    }
    if outcome.fork != nil { raiseAlarm(stream) }
    if !written.isEmpty { try writeIncarnation() }
    if keys.contains(stream.author) { try noteHighWater() }
    return (outcome.stored, written)
  }

  /// A session is complete: what dossiers alone hold still is recorded again, or handed back to whom it is of.
  /// - Returns: the entries signed.
  func settleMissing(after peer: OfficeCode, at wall: UInt64) throws -> [Entry] {
    guard try running().hasMissing, try !isBehind() else { return [] }
    let written = try work(at: wall) { context, storage in
      let settled = try BranchRecovery.settleMissing(context, after: peer, signer: signer, at: wall, in: storage)
      if let settled { context = settled.context }
    }
    try writeIncarnation()
    return written
  }

  /// Receipts for what was just stored, durable before they are sent.
  /// - Returns: heads of our streams the peer may hold, and the entries signed.
  func writeReceipts(for peer: OfficeCode, at wall: UInt64) throws -> (heads: [StreamHead], written: [Entry]) {
    var written: [Entry] = []
    if try !isBehind() {
      let clock = canary == .backdatedReceipt ? wall - 3_600_000 : wall
      written = try work(at: wall) { context, storage in
        for (audience, changes) in try Witness.owed(context: context, at: clock, in: storage) {
          try write(changes, for: audience, at: wall, &context, storage)
        }
      }
    }
    return (try sharedHeads(with: peer).filter { $0.stream.author == key }, written)
  }
}
