import Casebook
import Replication
import SignatureSuites
import Testing

extension Replica {
  /// A whole session between two replicas by the real session machine, with what the shell does around it.
  /// - Returns: this side of it.
  @discardableResult
  func exchange(with other: Replica) throws -> SessionSide {
    var left = try SessionSide(self, peer: other), right = try SessionSide(other, peer: self)
    var toRight = try left.carryOut(left.session.opened())
    var toLeft = try right.carryOut(right.session.opened())
    var turns = 0
    while !toLeft.isEmpty || !toRight.isEmpty {
      if !toRight.isEmpty { toLeft += try right.carryOut(right.session.received(toRight.removeFirst())) }
      if !toLeft.isEmpty { toRight += try left.carryOut(left.session.received(toLeft.removeFirst())) }
      turns += 1
      try #require(turns < 10_000)
    }
    #expect(left.session.isComplete && right.session.isComplete)
    return left
  }

  /// As a node admits what came in a session.
  func admitInSession(_ run: CarriedRun) throws -> Int {
    var admission = Admission(context: context)
    let outcome = try admission.admit(run, at: now, in: storage)
    try admission.finish(in: storage)
    context = admission.context
    let settled = try BranchRecovery.settle(context, signer: signer, isBehind: false, at: now, in: storage)
    if let settled { context = settled.context }
    return outcome.stored
  }

  /// As a node does once a session is complete.
  func settleMissing(after peer: Replica) throws {
    let settled = try BranchRecovery.settleMissing(
      context, after: peer.context.office, signer: signer, at: now, in: storage)
    if let settled { context = settled.context }
  }

  func sharedHeads(with peer: Replica) -> [StreamHead] {
    func depth(_ head: StreamHead) -> Int { context.tree.seat(of: head.stream.author)?.depth ?? 0 }
    return storage.heads().filter {
      context.tree.mayRead(peer.context.office, $0.stream) && context.tree.mayRead(context.office, $0.stream)
    }.sorted { depth($0) != depth($1) ? depth($0) < depth($1) : $0.stream < $1.stream }
  }
}

/// One side of a session in memory.
struct SessionSide {
  let replica: Replica
  let peer: Replica
  var session: SyncSession
  /// The streams of runs that it sent or got, and whether it asked for any further back or aside.
  private(set) var carried: [StreamID] = []
  private(set) var hasWanted = false

  init(_ replica: Replica, peer: Replica) throws {
    self.replica = replica
    self.peer = peer
    session = try SessionStart(replica.context, with: peer.context.office, in: replica.storage)
      .session(clock: replica.now, software: "test")
  }

  mutating func carryOut(_ actions: [SyncSession.Action]) throws -> [SyncFrame] {
    var queue = actions[...]
    var frames: [SyncFrame] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame):
        if case .entries(let run) = frame { carried.append(run.stream) }
        if case .want = frame { hasWanted = true }
        frames.append(try SyncFrame(decoding: frame.encoded))
      case .load(let stream, let seq, let bytesMax):
        let entries = replica.storage.entries(of: stream, from: seq, bytesMax: bytesMax)
        queue.append(contentsOf: session.loaded(stream, entries: entries))
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try replica.context.entriesAside(
          of: stream, after: count, bytesMax: bytesMax, in: replica.storage)
        queue.append(contentsOf: session.loadedAside(stream, entries: entries))
      case .store(let run):
        carried.append(run.stream)
        do {
          let stored = try replica.admitInSession(run)
          queue.append(contentsOf: session.stored(bytes: run.bytes, count: stored))
        } catch Admission.Failure.branchesApart(let stream, let seq) {
          queue.append(contentsOf: session.branchesApart(stream, before: seq, bytes: run.bytes))
        }
      case .compare(let head):
        queue.append(contentsOf: session.compared(head, as: try replica.context.place(of: head, in: replica.storage)))
      case .writeReceipts:
        try replica.witness()
        queue.append(
          contentsOf: session.receiptsWritten(
            replica.sharedHeads(with: peer).filter { $0.stream.author == replica.context.key }))
      case .reportFork: continue
      case .complete:
        try SessionStart(replica.context, with: peer.context.office, in: replica.storage).note(in: replica.storage)
        try replica.settleMissing(after: peer)
      case .close(let code, let text, _):
        Issue.record("closed: \(code) \(text)")
      }
    }
    return frames
  }
}
