import Casebook
import Casework
import PeerTransport
import Replication

/// Drives one `SyncSession` over a connection: events in, actions out. Decides nothing.
struct SessionRunner {
  private let node: OfficeNode
  private let connection: PeerConnection
  private let peer: OfficeCode
  private let role: Role
  private let inbox: SessionInbox
  private let attachments: AttachmentPort
  private var session: SyncSession
  private var view: SyncView
  /// The session's number in the node's registry, while it runs.
  private var number: UInt64 = 0
  /// This node's count of moves when the session began.
  private let moves: UInt64
  /// Runs that arrived and are stored with the next ones: a transaction each would cost a disk's flush each.
  private var waiting: [CarriedRun] = []
  private var waitingBytes = 0
  /// What metrics know of already.
  private var tally = SessionTally()
  /// Pings' times since everything was exchanged.
  private var ticks = 0
  /// When the peer said something last.
  private var heard: UInt64 = 0
  /// What it was sent, until it has stored it.
  private var sentRuns = SentRuns()
  private let look: Duration
  private let progress: @Sendable (DeskProgress) -> Void
  /// Nothing can be sent any more. What arrived before is still read and stored: it need not be sent again.
  private var isBroken = false
  private var hasToldGain = false
  private var refusalsTold = 0
  /// What was stored since the session became live has its receipts; the session asks for them next, and is told these
  /// heads.
  private var witnessed: [StreamHead]?
  /// Entries of those heads that need not be read.
  private var written: [Entry] = []
  /// When the transaction of what came last had ended, where the log is to have it.
  private var committed: Double?
  /// Frames that go out with the next ones, as soon as anything has to be waited for.
  private var outgoing: [SyncFrame] = []
  /// How the connection of a session ended in which everything had been exchanged before; `nil`: in order.
  private var end: SessionEnd?
  private let onGain: @Sendable () -> Void
  private let onComplete: @Sendable (SyncView) async -> Void

  /// Lines in the log about streams that were not taken, in one session: whoever sends them must not fill the log.
  private static let refusalsToldMax = 20
  /// Half of the credit: while it is stored, the peer sends the other half.
  private static let commitBytes = SessionLimits.creditBytes / 2

  /// - Parameters:
  ///   - progress: told how far the two have come, until everything is exchanged; a caller that does not stay is told of
  ///     content too.
  ///   - look: between two looks whether this side has been silent.
  ///   - onGain: told once, when something was carried that need not be carried again.
  ///   - onComplete: told what was exchanged, once everything is; the session may go on after that.
  init(
    node: OfficeNode, connection: PeerConnection, peer: OfficeCode, role: Role, look: Duration = Keepalive.look,
    progress: @escaping @Sendable (DeskProgress) -> Void = { _ in }, onGain: @escaping @Sendable () -> Void = {},
    onComplete: @escaping @Sendable (SyncView) async -> Void = { _ in }
  ) async throws {
    self.node = node
    self.connection = connection
    self.peer = peer
    self.role = role
    self.look = look
    self.progress = progress
    self.onGain = onGain
    self.onComplete = onComplete
    let inbox = SessionInbox()
    self.inbox = inbox
    attachments = AttachmentPort(
      node: node, peer: peer, send: { try await connection.send($0.encoded) }, onRest: { inbox.rested() },
      // Who stays has no end of it that anybody waits for.
      onProgress: role == .caller ? progress : nil)
    let beginning = try await node.beginSession(with: peer)
    session = beginning.session
    moves = beginning.moves
    view = SyncView(
      peer: peer.text, sent: 0, received: 0, receipts: 0, bytesSent: 0, bytesReceived: 0, wasIdle: false, warnings: [])
  }

  /// - Returns: what was exchanged, and whether the session had stayed open after that.
  /// - Throws: `DeskFailure` when the session broke off, `CancellationError` when nobody waits for it any more; what
  ///   was stored before stays.
  consuming func run() async throws -> (view: SyncView, isLive: Bool) {
    let own = node.office
    guard let number = node.sessions.enter(peer, from: own, isCaller: role != .listener, inbox: inbox) else {
      // Said before anything else, so that the peer knows that it need not look for another reason.
      try? await connection.send(SyncFrame.close(code: .normal, text: "another session with this office").encoded)
      await keepBegun()
      throw SyncFailure.superseded(peer)
    }
    self.number = number
    let reading = Task { [inbox, connection] in
      do {
        for try await frame in connection.frames { await inbox.deliver(frame) }
        inbox.end(nil)
      } catch {
        inbox.end(error)
      }
    }
    defer {
      reading.cancel()
      node.sessions.leave(peer, id: number)
    }
    let passing = Task { [inbox, attachments] in
      do {
        try await attachments.run()
      } catch {
        inbox.failed(error)
      }
    }
    node.metrics.sessionOpened(direction)
    var failure: (any Error)?
    do {
      // Nothing else ends the wait for a peer that says no more than that it is there.
      try await withTaskCancellationHandler {
        try await converse()
      } onCancel: { [inbox] in
        inbox.hangUp(.normal, "given up")
      }
    } catch {
      failure = error
    }
    node.metrics.sessionEnded(direction, failure.map { SessionEnd($0) } ?? end ?? .complete)
    await keepBegun()
    // A session that ended as soon as everything was exchanged was noted then.
    if session.isComplete, ticks > 0 || node.delivered.isKnown(of: peer) { await node.noteEnd(with: peer, heard: heard) }
    // What came of attachments is durable before anybody is told that the session is over. Nothing more is sent: a peer
    // that does not read would keep this side from ending.
    attachments.finish()
    passing.cancel()
    await passing.value
    if let failure { throw failure }
    return (view, session.version >= 3)
  }

  private var direction: SessionDirection { role == .listener ? .inbound : .outbound }

  /// Counts what went over the connection since the last time.
  private mutating func count() {
    let now = SessionTally(
      entriesSent: session.entriesSent, entriesReceived: session.entriesReceived, bytesSent: connection.bytesSent,
      bytesReceived: connection.bytesReceived)
    node.metrics.exchanged(from: tally, to: now)
    tally = now
  }

  /// For the next session.
  private func keepBegun() async {
    if let begun = session.begun { await node.keep(begun, of: peer) }
  }

  private mutating func converse() async throws {
    defer { count() }
    var isOver = try await carryOut(session.opened())
    let keepalive = Keepalive(connection: connection, inbox: inbox, look: look)
    let pinging = Task { await keepalive.run() }
    defer { pinging.cancel() }
    while !isOver {
      count()
      switch await inbox.next() {
      case .frame(let bytes):
        isOver = try await received(bytes)
        if session.peerHello != nil { keepalive.enter(stage) }
      case .moved(let heads):
        // Before everything is exchanged frontiers and `completed` see to them.
        if session.isLive { _ = try await carryOut(session.moved(heads)) }
        attachments.moved()
      case .tick:
        attachments.tick()
        isOver = try await ticked()
      case .rested: isOver = role == .caller && session.isComplete && attachments.isResting
      case .failed(let error):
        if error is TransportError {
          isBroken = true
          break
        }
        guard let violation = error as? AttachmentViolation else {
          // The fault lies here, and the line is well: the peer is told, as where storing fails.
          if !waiting.isEmpty { _ = try? await storeWaiting() }
          try? await connection.send(SyncFrame.close(code: .internalFailure, text: "attachments failed").encoded)
          throw error
        }
        connection.strike(violation.code.isAboutEntries ? .entries : .violation)
        try? await connection.send(SyncFrame.close(code: violation.code, text: violation.text).encoded)
        throw SyncFailure.violated(peer, violation.text)
      case .hangUp(let code, let text):
        // Codes that the peer's version does not know are not said to it.
        try? await connection.send(SyncFrame.close(code: session.version >= 3 ? code : .normal, text: text).encoded)
        try Task.checkCancellation()
        guard session.isComplete, code == .normal else { throw SyncFailure.endedHere(peer, code) }
        isOver = true
      case .ended(let error): isOver = try await ended(error)
      }
    }
  }

  private mutating func tellGain() {
    guard !hasToldGain else { return }
    hasToldGain = true
    onGain()
  }

  private var stage: Keepalive.Stage { session.version < 3 ? .old : session.isLive ? .live : .exchanging }

  private mutating func ended(_ error: (any Error)?) async throws -> Bool {
    // What arrived need not be sent again: whole frames, of the one that was cut the entries up to there, and of the next
    // entry what there is.
    isBroken = true
    let begun = session.begun
    _ = try? await carryOut(session.cutOff(connection.beginning))
    // An entry that comes in parts over many connections is something too.
    if session.begun != begun { tellGain() }
    let entries = waiting.reduce(0) { $0 + $1.count }
    if !waiting.isEmpty { _ = try? await storeWaiting() }
    await node.logBreak(with: peer, cut: connection.beginning.count, entries: entries, begun: session.begun?.name.count)
    if session.isComplete, role == .listener {
      end = error.map { SessionEnd($0) }
      return true
    }
    if session.peerHello == nil, role != .listener {
      // Whoever the peer does not admit it hangs up on at once; whether the alert or the end is seen first is a race.
      guard let error else { throw TransportError(.truncated) }
      guard let transport = error as? TransportError, transport.code != .timeout else { throw error }
      throw TransportError(.refusedByPeer, cause: transport.cause)
    }
    if let error { throw error }
    throw session.peerHello == nil ? TransportError(.truncated) : SyncFailure.closed(peer)
  }

  /// - Returns: whether the session is over.
  private mutating func received(_ bytes: [UInt8]) async throws -> Bool {
    let frame: SyncFrame
    do throws(CBORReader.Failure) {
      frame = try SyncFrame(decoding: bytes)
    } catch {
      connection.strike(.violation)
      try? await connection.send(SyncFrame.close(code: .protocolViolated, text: "frame: \(error.rawValue)").encoded)
      throw SyncFailure.violated(peer, "frame: \(error.rawValue)")
    }
    heard = node.effects.now()
    if case .credit = frame, let head = sentRuns.takeFirst(), session.isLive { node.delivered.note(head, at: peer) }
    var isOver = false
    if case .attachment(let frame) = frame, session.peerHello != nil, session.version >= 3 {
      do {
        try attachments.received(frame)
      } catch {
        inbox.failed(error)
      }
    } else {
      isOver = try await carryOut(session.received(frame))
    }
    if !session.isComplete, session.entriesExpected > 0 {
      progress(
        .catchingUp(
          with: peer.text, done: session.entriesSent + session.entriesReceived, total: session.entriesExpected,
          bytes: connection.bytesSent + connection.bytesReceived))
    }
    let hasMore = inbox.hasFrame || connection.hasFrameAtHand
    let mustStore = !waiting.isEmpty && (waitingBytes >= Self.commitBytes || !hasMore)
    let hasEnded = mustStore ? try await storeWaiting() : false
    if session.hasGained { tellGain() }
    // Who carries one entry up in parts hears of each part from the next session's peer alone.
    if case .begun(let name) = frame, !isOver, await node.hasGrown(name, at: peer) { tellGain() }
    return hasEnded || isOver
  }

  /// Stores the runs that wait, in one transaction.
  /// - Returns: whether the session is over.
  private mutating func storeWaiting() async throws -> Bool {
    let runs = waiting
    waiting = []
    waitingBytes = 0
    let results: [OfficeNode.Admitted]
    do {
      results = try await admit(runs)
    } catch {
      try? await flush(session.storeFailed(.internalFailure, "storing failed", isMisbehaviour: false)[...])
      throw error
    }
    session.windowMax = node.sessions.windowMax(of: number, window: session.window)
    var actions: [SyncSession.Action] = []
    for (run, result) in zip(runs, results) {
      switch result {
      case .success(let outcome): actions += session.stored(bytes: run.bytes, count: outcome.stored)
      case .failure(.branchesApart(let stream, let seq)):
        actions += session.branchesApart(stream, before: seq, bytes: run.bytes)
      case .failure(let failure) where !failure.endsSession:
        // What may not be held is left, and stops nothing else. A peer that offers it for ever is cut off by the session.
        if refusalsTold < Self.refusalsToldMax {
          refusalsTold += 1
          await node.logRefusal(of: run.stream, by: peer)
        }
        actions += session.left(run.stream, bytes: run.bytes)
      case .failure(let failure):
        let (code, text) = SyncFailure.words(failure)
        actions += session.storeFailed(code, text, isMisbehaviour: failure.isMisbehaviour)
      }
    }
    let isOver = try await carryOut(actions)
    // Not before the peer has its answer.
    if let committed {
      self.committed = nil
      for (run, result) in zip(runs, results) { node.logLive(run, result, from: peer, at: committed) }
    }
    return isOver
  }

  /// What is new goes past the gate, and is witnessed at once; who catches up waits there.
  private mutating func admit(_ runs: [CarriedRun]) async throws -> [OfficeNode.Admitted] {
    guard session.isLive else { return try await inTurn { try await $0.node.admit(runs, &$0.view) } }
    let live = try await node.admitLive(runs, from: peer, &view)
    if let heads = live.heads {
      witnessed = (witnessed ?? []) + heads
      written += live.written
    }
    committed = live.committed
    return live.results
  }

  /// Runs `body` while no other session catches up.
  private mutating func inTurn<Value>(
    isEnding: Bool = false, _ body: (inout Self) async throws -> Value
  ) async throws -> Value {
    await node.catchUpGate.enter(isEnding: isEnding)
    do {
      let value = try await body(&self)
      await node.catchUpGate.leave()
      return value
    } catch {
      await node.catchUpGate.leave()
      throw error
    }
  }

  /// Sends what moved here since the session began; what moves later comes by the inbox.
  private mutating func push() async throws {
    _ = try await carryOut(session.moved(try await node.heads(movedAfter: moves, sharedWith: peer)))
  }

  /// - Returns: whether the session is over.
  private mutating func ticked() async throws -> Bool {
    guard session.isLive else { return false }
    ticks += 1
    guard role == .stayingCaller, ticks >= (session.needsRenewal ? Keepalive.healingTicks : Keepalive.renewalTicks)
    else { return false }
    try await connection.send(SyncFrame.close(code: .normal, text: "renewal").encoded)
    return true
  }

  /// - Returns: whether the session is over.
  private mutating func carryOut(_ first: [SyncSession.Action]) async throws -> Bool {
    var queue = first[...]
    var isOver = false
    while let action = queue.popFirst() {
      // The peer is woken once, and sooner, by what follows without waiting.
      if !isAtOnce(action) { try await sendOutgoing() }
      switch action {
      case .send(let frame): send(frame)
      case .load where isBroken, .loadAside where isBroken: break
      case .load(let stream, let seq, let bytesMax):
        var entries = entriesAtHand(of: stream, from: seq, bytesMax: bytesMax)
        if entries.isEmpty { entries = try await node.entries(of: stream, from: seq, bytesMax: bytesMax) }
        queue.append(contentsOf: session.loaded(stream, entries: entries))
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try await node.entriesAside(of: stream, after: count, bytesMax: bytesMax)
        queue.append(contentsOf: session.loadedAside(stream, entries: entries))
      case .store(let run):
        waiting.append(run)
        waitingBytes += run.bytes
      case .compare(let head):
        queue.append(contentsOf: session.compared(head, as: try await node.place(of: head)))
      case .writeReceipts: queue.append(contentsOf: session.receiptsWritten(try await writeReceipts()))
      case .reportFork(let stream, let seq):
        await node.logFork(stream, seq: seq)
      case .complete:
        isOver = try await completed()
        if session.isLive, !isOver { try await push() }
      case .close(let code, let text, let isMisbehaviour):
        if isMisbehaviour { connection.strike(code.isAboutEntries ? .entries : .violation) }
        if code == .normal || (code == .shuttingDown && session.isComplete) { return true }
        throw SyncFailure.peerClosed(peer, code, text)
      }
    }
    try await sendOutgoing()
    written = []
    return isOver
  }

  /// Whether an action needs neither the disk nor the peer.
  private func isAtOnce(_ action: SyncSession.Action) -> Bool {
    switch action {
    case .send, .store: true
    case .writeReceipts: witnessed != nil
    case .load(let stream, let seq, let bytesMax): !entriesAtHand(of: stream, from: seq, bytesMax: bytesMax).isEmpty
    case .loadAside, .compare, .reportFork, .complete, .close: false
    }
  }

  /// What `OfficeNode.entries` would read, where it is known: at least one, and no more than the peer has room for.
  private func entriesAtHand(of stream: StreamID, from seq: UInt64, bytesMax: Int) -> [Entry] {
    var found: [Entry] = []
    var bytes = 0
    for entry in written where entry.header.stream == stream && entry.header.seq == seq + UInt64(found.count) {
      bytes += EntryRun.bytes(of: entry)
      if !found.isEmpty, bytes > bytesMax { break }
      found.append(entry)
    }
    return found
  }

  /// - Returns: heads of our streams the peer may hold.
  private mutating func writeReceipts() async throws -> [StreamHead] {
    // What moved by other sessions they witness themselves.
    if let heads = witnessed {
      witnessed = nil
      return heads
    }
    let (heads, receipts) =
      session.isLive
      ? try await node.writeReceipts(for: peer, isLive: true)
      : try await inTurn(isEnding: true) { try await $0.node.writeReceipts(for: $0.peer, isLive: false) }
    view.receipts += receipts
    return heads
  }

  /// Everything is exchanged: remembers it, and tells.
  /// - Returns: whether the session is over.
  private mutating func completed() async throws -> Bool {
    view.sent = session.entriesSent
    view.received = session.entriesReceived
    view.wasIdle = session.wasIdle
    view.bytesSent = connection.bytesSent
    view.bytesReceived = connection.bytesReceived
    let hello = session.peerHello
    try await inTurn(isEnding: true) { runner in
      try await runner.node.agree(with: runner.peer)
      runner.node.sessions.settled(runner.peer, runner.inbox)
      guard let hello else { return }
      try await runner.node.noteContact(
        with: runner.peer, clock: hello.clock, software: hello.software, version: hello.version,
        at: runner.connection.endpoint, &runner.view)
    }
    if role != .listener { try await node.settleContinuity(&view.warnings) }
    try await node.settleMissing(after: peer, &view.warnings)
    await onComplete(view)
    guard session.version >= 3 else { return role != .listener }
    attachments.begin()
    return role == .stayingCaller && !session.isLive
  }

  private mutating func send(_ frame: SyncFrame) {
    guard !isBroken else { return }
    sentRuns.note(frame)
    outgoing.append(frame)
  }

  /// The end of a connection that broke comes with its frames, after the last that arrived.
  private mutating func sendOutgoing() async throws {
    guard !outgoing.isEmpty else { return }
    let frames = outgoing
    outgoing = []
    do {
      try await connection.send(frames.map(\.encoded))
    } catch let error as TransportError where error.code != .frameTooLarge {
      isBroken = true
    }
  }

  private func flush(_ actions: ArraySlice<SyncSession.Action>) async throws {
    for case .send(let frame) in actions { try await connection.send(frame.encoded) }
  }
}
