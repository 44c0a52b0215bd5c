import Casebook
import Replication
import SignatureSuites
import Testing

extension Replica {
  /// A whole session between two replicas by the real session machine, with what the shell does around it.
  func exchange(with other: Replica) throws {
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

  init(_ replica: Replica, peer: Replica) throws {
    self.replica = replica
    self.peer = peer
    let heads = replica.sharedHeads(with: peer)
    let lacked = try LackedBranches(context: replica.context, in: replica.storage)
    let isAsking = try lacked.isOwed(to: peer.context.office, in: replica.storage)
    let hello = SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: replica.context.office,
      digest: isAsking ? replica.context.key.digest : SyncFrame.digest(of: heads, using: Ed25519Suite()),
      clock: replica.now, software: "test")
    session = SyncSession(
      hello: hello, peer: peer.context.office, heads: heads,
      settledForks: try replica.context.settledForks(lacking: lacked, in: replica.storage), lacked: lacked.streams)
  }

  mutating func carryOut(_ actions: [SyncSession.Action]) throws -> [SyncFrame] {
    var queue = actions[...]
    var frames: [SyncFrame] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): frames.append(try SyncFrame(decoding: frame.encoded))
      case .load(let stream, let seq, let bytesMax):
        let entries = replica.storage.entries(of: stream, from: seq, bytesMax: bytesMax)
        queue.append(contentsOf: session.loaded(stream, entries: entries))
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try replica.context.entriesAside(
          of: stream, after: count, bytesMax: bytesMax, in: replica.storage)
        queue.append(contentsOf: session.loadedAside(stream, entries: entries))
      case .store(let run):
        do {
          let stored = try replica.admitInSession(run)
          queue.append(contentsOf: session.stored(bytes: run.bytes, count: stored))
        } catch Admission.Failure.branchesApart(let stream, let seq) {
          queue.append(contentsOf: session.branchesApart(stream, before: seq, bytes: run.bytes))
        }
      case .compare(let head):
        queue.append(contentsOf: session.compared(head, isOurs: try replica.context.holds(head, in: replica.storage)))
      case .writeReceipts:
        try replica.witness()
        queue.append(
          contentsOf: session.receiptsWritten(
            replica.sharedHeads(with: peer).filter { $0.stream.author == replica.context.key }))
      case .reportFork: continue
      case .complete:
        try LackedBranches(context: replica.context, in: replica.storage).noteAsked(
          peer.context.office, in: replica.storage)
      case .close(let code, let text, _):
        Issue.record("closed: \(code) \(text)")
      }
    }
    return frames
  }
}
