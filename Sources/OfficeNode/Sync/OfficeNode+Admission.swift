import Casebook
import Logging
import Replication
import ReplicaStore
import Synchronization

/// What arrives is stored, and what was stored is witnessed.
extension OfficeNode {
  /// What became of a run that arrived.
  typealias Admitted = Result<Admission.Outcome, Admission.Failure>

  /// What came of runs that arrived in a session that is live.
  struct LiveIntake {
    /// Of each run, up to the first that the peer must not have sent.
    var results: [Admitted]
    /// Heads that moved and that the peer may hold, its receipts' among them; `nil`: nothing was stored, so there was
    /// nothing to witness.
    var heads: [StreamHead]?
    /// What was written with the runs, to be sent without reading it again.
    var written: [Entry] = []
    /// When the transaction had ended, where the log is to have it.
    var committed: Double?
  }

  /// What this office owed for what it holds.
  private struct Witnessed {
    let context: ReplicaContext
    /// Count of moves up to which it was looked for.
    let moves: UInt64
    var receipts = 0
    var entries: [Entry] = []
  }

  /// What one transaction did with runs.
  private struct Intake {
    var results: [Admitted] = []
    var recovered = 0
    var context: ReplicaContext
    /// Streams of which something had waited for what came.
    var awaited: [StreamID] = []
    var witnessed: Witnessed?
    var movement: Movement
    var committed: Double?
  }

  /// Stores runs in one transaction; what this office had written on a branch of its own is recorded again with them.
  /// - Returns: what became of each, up to the first that the peer must not have sent.
  func admit(_ runs: [CarriedRun], _ view: inout SyncView) throws -> [Admitted] {
    try take(runs, isLive: false, &view).results
  }

  /// Stores runs that are new, with their receipts: asked for apart, they would wait behind another session that catches
  /// up. Both are one transaction where nothing else has to come between, so that an act waits for the disk once here.
  func admitLive(_ runs: [CarriedRun], from peer: OfficeCode, _ view: inout SyncView) throws -> LiveIntake {
    let intake = try take(runs, isLive: true, &view)
    var live = LiveIntake(results: intake.results, committed: intake.committed)
    guard Self.isAnyStored(intake.results) else { return live }
    if let witnessed = intake.witnessed {
      view.receipts += witnessed.receipts
      live.heads = heads(of: intake.movement, sharedWith: peer)
      live.written = witnessed.entries
    } else {
      view.receipts += try writeReceipts(for: peer, isLive: true).1
      live.heads = []
    }
    return live
  }

  private static func isAnyStored(_ results: [Admitted]) -> Bool {
    results.contains { result in
      if case .success(let outcome) = result { outcome.stored > 0 } else { false }
    }
  }

  private func take(_ runs: [CarriedRun], isLive: Bool, _ view: inout SyncView) throws -> Intake {
    worked()
    let intake = try transact(runs, isLive: isLive)
    context = intake.context
    if let witnessed = intake.witnessed { witnessedMoves = witnessed.moves }
    // Before anything that may fail or wait: it is durable.
    tellSessions(intake.movement)
    if intake.recovered > 0 {
      try writeIncarnation()
      view.warnings.append(Self.recoveredWarning(intake.recovered))
    }
    var isOwn = intake.recovered > 0
    for (run, result) in zip(runs, intake.results) {
      guard case .success(let outcome) = result else { continue }
      if let seq = outcome.fork { view.warnings.append(Self.forkWarning(run.stream, seq, in: context)) }
      if context.isOwn(run.stream.author) { isOwn = true }
    }
    if isOwn { try noteHighWater() }
    if let written = intake.witnessed?.entries.count, written > 0 { try noteHighWater(written: written) }
    takeNextKeys()
    for stream in intake.awaited { try releaseParked(of: stream) }
    tellSessions()
    return intake
  }

  private func transact(_ runs: [CarriedRun], isLive: Bool) throws -> Intake {
    let before = context
    let now = effects.now()
    let isBehind = mayNotWrite
    // What moves is read in the transaction itself, so nobody need come to tell of it.
    let wasUntold = hasUntold.withLock { hasUntold in
      defer { hasUntold = true }
      return hasUntold
    }
    do {
      var intake = try StoreFailures.mapped {
        try store.transaction { storage in
          var admission = Admission(context: before)
          var results: [Admitted] = []
          for run in runs {
            do {
              results.append(.success(try admission.admit(run, at: now, in: storage)))
            } catch let failure as Admission.Failure {
              // Nothing of the run was written: what came before it stays.
              results.append(.failure(failure))
              metrics.admissionRefused(failure)
              if failure.endsSession { break }
            }
          }
          try admission.finish(in: storage)
          let settled = try BranchRecovery.settle(
            admission.context, signer: signer, isBehind: isBehind, at: now, in: storage)
          var context = settled?.context ?? admission.context
          let awaited = try Set(runs.prefix(results.count).map(\.stream)).filter {
            try !storage.parkedRuns(of: $0).isEmpty
          }
          var witnessed: Witnessed?
          if isLive, settled == nil, awaited.isEmpty, Self.isAnyStored(results),
            !runs.contains(where: { context.isOwn($0.stream.author) }), mayWitnessAtOnce(in: context)
          {
            let owed = try witness(context, movedAfter: witnessedMoves, at: now, in: storage)
            context = owed.context
            witnessed = owed
          }
          return Intake(
            results: results, recovered: settled?.count ?? 0, context: context, awaited: Array(awaited),
            witnessed: witnessed, movement: try movement(in: storage))
        }
      }
      if logger.logLevel <= .trace { intake.committed = BootClock.seconds() }
      return intake
    } catch {
      hasUntold.withLock { $0 = wasUntold }
      throw error
    }
  }

  /// Whether what is owed can be said before the transaction has ended that brings what it is owed for: by the keys that
  /// are in use, and by an office that may write.
  private func mayWitnessAtOnce(in context: ReplicaContext) -> Bool {
    !keys.isNextAwaited && !mayNotWrite(in: context)
  }

  private func witness(
    _ context: ReplicaContext, movedAfter since: UInt64?, at now: UInt64, in storage: any ReplicaStorage
  ) throws -> Witnessed {
    let moves = try storage.moves()
    var journal = Journal(context: context, signer: signer)
    var (receipts, entries) = (0, [Entry]())
    for (audience, changes) in try Witness.owed(context: context, movedAfter: since, at: now, in: storage) {
      entries += try journal.record(changes, for: audience, at: now, in: storage)
      receipts += changes.count { if case .dossier = $0 { false } else { true } }
    }
    try journal.finish(in: storage)
    // A charter for a subordinate's next key changes the tree.
    return Witnessed(context: journal.context, moves: moves, receipts: receipts, entries: entries)
  }

  /// Receipts for what was just stored, durable before they are sent.
  /// - Parameter isLive: looks only at what moved since the last time, and returns no heads: they are asked for anyway.
  /// - Returns: heads of our streams the peer may hold, and how many receipts were written.
  func writeReceipts(for peer: OfficeCode, isLive: Bool) throws -> ([StreamHead], Int) {
    let before = context
    let now = effects.now()
    let since = isLive ? witnessedMoves : nil
    var count = 0
    if !mayNotWrite {
      let witnessed = try StoreFailures.mapped {
        try store.transaction { try witness(before, movedAfter: since, at: now, in: $0) }
      }
      context = witnessed.context
      witnessedMoves = witnessed.moves
      count = witnessed.receipts
      if !witnessed.entries.isEmpty { try noteHighWater(written: witnessed.entries.count) }
      tellSessions()
    }
    if isLive { return ([], count) }
    return (try sharedHeads(with: peer).filter { $0.stream.author == context.key }, count)
  }
}
