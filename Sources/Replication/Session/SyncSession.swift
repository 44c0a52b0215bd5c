/// One exchange between two nodes, without I/O: takes what happened, returns what to do. Both sides run the same
/// machine; neither leads.
///
/// hello ⇄ hello; equal digests end it. Otherwise frontier ⇄ frontier, then each side sends what the other
/// lacks within the credit it was given, says `done`; who has stored everything sent to him and sent his own
/// receipts says `settled`. Both settled: the session is complete. A session that breaks off loses nothing: the
/// next one goes on at each stream's stored head.
public struct SyncSession: Sendable {
  public enum Action: Sendable, Hashable {
    case send(SyncFrame)
    /// Read entries of `stream` from `seq` on and call `loaded`; their bytes are `EntryRun.bytes(of:)`.
    case load(stream: StreamID, from: UInt64, bytesMax: Int)
    /// Read entries of the stream that lie aside, a chain from the given place in their order on, and call `loadedAside`.
    case loadAside(stream: StreamID, after: Int, bytesMax: Int)
    /// Verify and store, then call `stored` (or `branchesApart`).
    case store(CarriedRun)
    /// The peer is behind: look whether its head is on our chain and call `compared`.
    case compare(StreamHead)
    /// Everything the peer had is stored: write receipts for it, then call `receiptsWritten`.
    case writeReceipts
    /// The peer's head at this position is not ours although neither is ahead.
    case reportFork(stream: StreamID, seq: UInt64)
    /// The session is complete; nothing is owed in either direction: remember what both hold now.
    case complete
    /// Close the connection. `isMisbehaviour` counts against the peer.
    case close(SyncFrame.CloseCode, String, isMisbehaviour: Bool)
  }

  private enum Phase: Sendable, Hashable {
    /// Our hello is sent. Next: comparing, complete, closed.
    case greeting
    /// Frontiers are being exchanged. Next: exchanging, closed.
    case comparing
    /// Entries flow. Next: complete, closed.
    case exchanging
    case complete
    case closed
  }

  private struct Range: Sendable, Hashable {
    let stream: StreamID
    var next: UInt64
    let last: UInt64
  }

  public let peer: OfficeCode
  private let hello: SyncFrame.Hello
  /// Our heads that the peer may hold, in the order to send them in: superiors' streams first, so that charters
  /// arrive before the entries they decide over.
  private var ours: [StreamHead]
  private var theirs: [StreamID: StreamHead] = [:]
  /// Our heads that moved since both sides agreed; `nil`: there is no agreement on our side.
  private let moved: [StreamHead]?
  /// Both sides remember the same agreement: frontiers list what moved since.
  private var isBrief = false
  private var hasPositions = false
  private var hasFrontier = false
  private var phase = Phase.greeting
  private var queue: [Range] = []
  /// Streams of which the peer wants to see what lies aside here, with how many entries it got.
  private var aside: [(stream: StreamID, sent: Int)] = []
  private var isLoading = false
  private var credit = SessionLimits.creditBytes
  private var storing = 0
  /// Comparisons the shell has not answered yet.
  private var comparing = 0
  /// One `done` at the end of what was to be sent, and one more for each `want` that was served.
  private var donesOwed = 1
  private var donesSent = 0
  private var donesReceived = 0
  /// How often entries from further back were asked for, by stream.
  private var wanted: [StreamID: Int] = [:]
  private var wantsServed = 0
  private var hasAskedReceipts = false
  private var hasWrittenReceipts = false
  private var hasSentSettled = false
  private var hasReceivedSettled = false

  /// The lower of both sides' protocol versions, once the peer's hello came.
  public private(set) var version = SessionLimits.protocolVersion

  /// The peer's hello, once it came: its clock and software.
  public private(set) var peerHello: SyncFrame.Hello?
  public private(set) var entriesSent = 0
  public private(set) var entriesReceived = 0

  private var hasReceivedDone: Bool { donesReceived == 1 + wanted.values.reduce(0, +) }
  private let settledForks: Set<StreamID>

  /// - Parameters:
  ///   - moved: those of `heads` that moved since the agreement the hello names.
  ///   - settledForks: streams whose fork is known and of which our branch stands: the other one is not asked for again.
  ///   - hello: ours; its digest is over `heads`.
  ///   - peer: the office the transport's certificate was chartered for; the peer's hello must agree.
  ///   - heads: our heads of streams that both sides may hold, superiors' first.
  public init(
    hello: SyncFrame.Hello, peer: OfficeCode, heads: [StreamHead], moved: [StreamHead]? = nil,
    settledForks: Set<StreamID> = []
  ) {
    self.settledForks = settledForks
    self.moved = hello.agreed == nil ? nil : moved
    self.hello = hello
    self.peer = peer
    ours = heads
  }

  public var isComplete: Bool { phase == .complete }

  /// Whether anything was left to exchange when the hellos met.
  public var wasIdle: Bool { phase == .complete && theirs.isEmpty && entriesSent == 0 && entriesReceived == 0 }

  public func opened() -> [Action] { [.send(.hello(hello))] }

  public mutating func received(_ frame: SyncFrame) -> [Action] {
    // After completion the peer may still be giving credit for our last entries: old news.
    if phase == .closed || phase == .complete { return [] }
    switch frame {
    case .hello(let theirs): return receivedHello(theirs)
    case .frontier(let heads, let isLast): return receivedFrontier(heads, isLast: isLast)
    case .entries(let run): return receivedEntries(run)
    case .credit(let bytes):
      guard phase == .comparing || phase == .exchanging else { return violated("credit out of turn") }
      guard bytes <= UInt64(SessionLimits.creditBytes) else { return violated("credit too large") }
      credit = min(credit + Int(bytes), SessionLimits.creditBytes)
      return advance()
    case .done:
      guard phase == .exchanging, !hasReceivedDone else { return violated("done out of turn") }
      donesReceived += 1
      return advance()
    case .want(let stream, let from): return receivedWant(stream, from: from)
    case .positions(let positions): return receivedPositions(positions)
    case .settled:
      guard phase == .exchanging, donesReceived > 0, !hasReceivedSettled else {
        return violated("settled out of turn")
      }
      hasReceivedSettled = true
      return advance()
    case .close(let code, let text):
      phase = .closed
      return [.close(code, text, isMisbehaviour: false)]
    }
  }

  /// The shell read what `load` asked for; empty when the stream has nothing there.
  public mutating func loaded(_ stream: StreamID, entries: [Entry]) -> [Action] {
    isLoading = false
    guard phase == .exchanging else { return [] }
    guard !queue.isEmpty, queue[0].stream == stream else { return advance() }
    guard let run = EntryRun(entries) else {
      queue.removeFirst()
      return advance()
    }
    queue[0].next += UInt64(entries.count)
    if queue[0].next > queue[0].last { queue.removeFirst() }
    return send(entries, run)
  }

  /// The shell read what `loadAside` asked for; empty when there is nothing more.
  public mutating func loadedAside(_ stream: StreamID, entries: [Entry]) -> [Action] {
    isLoading = false
    guard phase == .exchanging, !aside.isEmpty, aside[0].stream == stream else { return advance() }
    guard let run = EntryRun(entries) else {
      aside.removeFirst()
      return advance()
    }
    aside[0].sent += entries.count
    return send(entries, run)
  }

  private mutating func send(_ entries: [Entry], _ spare: EntryRun) -> [Action] {
    let run = version == 1 ? CarriedRun.whole(spare.stream, entries.map(\.encoded)) : .spare(spare)
    credit -= run.bytes
    entriesSent += run.count
    return [.send(.entries(run))] + advance()
  }

  /// The shell stored what `store` gave it.
  public mutating func stored(bytes: Int, count: Int) -> [Action] {
    storing -= 1
    entriesReceived += count
    guard phase == .exchanging else { return [] }
    return [.send(.credit(bytes: UInt64(bytes)))] + advance()
  }

  /// The shell could not store the run: it is of another branch than ours, which parts from it before position `seq`.
  public mutating func branchesApart(_ stream: StreamID, before seq: UInt64, bytes: Int) -> [Action] {
    storing -= 1
    guard phase == .exchanging else { return [] }
    return [.send(.credit(bytes: UInt64(bytes)))] + want(stream, before: seq) + advance()
  }

  /// The shell could not store: the peer sent something that does not verify, or our disk failed.
  public mutating func storeFailed(_ code: SyncFrame.CloseCode, _ text: String, isMisbehaviour: Bool) -> [Action] {
    phase = .closed
    return [
      .send(.close(code: code, text: String(text.prefix(SessionLimits.closeTextMax / 4)))),
      .close(code, text, isMisbehaviour: isMisbehaviour),
    ]
  }

  /// The shell compared the peer's head with our chain. Entries for it go out in either case: the peer has to learn too.
  public mutating func compared(_ head: StreamHead, isOurs: Bool) -> [Action] {
    comparing -= 1
    guard phase == .exchanging else { return [] }
    return (isOurs ? [] : want(head.stream, before: head.seq)) + advance()
  }

  /// The shell wrote receipts (or had none to write): heads that the peer may hold and lacks.
  public mutating func receiptsWritten(_ heads: [StreamHead]) -> [Action] {
    hasWrittenReceipts = true
    for head in heads {
      let held = theirs[head.stream]?.seq ?? 0
      let sent = max(held, ours.first { $0.stream == head.stream }?.seq ?? 0)
      if head.seq > sent { queue.append(Range(stream: head.stream, next: sent + 1, last: head.seq)) }
    }
    guard phase == .exchanging else { return [] }
    return advance()
  }

  private mutating func receivedHello(_ theirs: SyncFrame.Hello) -> [Action] {
    guard phase == .greeting, peerHello == nil else { return violated("second hello") }
    peerHello = theirs
    guard theirs.version >= SessionLimits.oldestVersion else {
      phase = .closed
      let text = "protocol version \(theirs.version), here \(SessionLimits.oldestVersion) to \(hello.version)"
      return [
        .send(.close(code: .unsupportedVersion, text: text)),
        .close(.unsupportedVersion, text, isMisbehaviour: false),
      ]
    }
    version = min(theirs.version, hello.version)
    guard theirs.office == peer else {
      return fail(.wrongOffice, "certificate of \(peer), hello of \(theirs.office)")
    }
    if theirs.digest == hello.digest {
      phase = .complete
      return [.complete]
    }
    phase = .comparing
    if let moved, moved.count <= SessionLimits.headsPerFrame, hello.agreed == theirs.agreed {
      isBrief = true
      return [.send(.frontier(heads: moved, isLast: true))]
    }
    return wholeFrontier()
  }

  private func wholeFrontier() -> [Action] {
    var actions: [Action] = []
    var rest = ours[...]
    repeat {
      let piece = Array(rest.prefix(SessionLimits.headsPerFrame))
      rest = rest.dropFirst(piece.count)
      actions.append(.send(.frontier(heads: piece, isLast: rest.isEmpty)))
    } while !rest.isEmpty
    return actions
  }

  private mutating func receivedFrontier(_ heads: [StreamHead], isLast: Bool) -> [Action] {
    guard phase == .comparing else { return violated("frontier out of turn") }
    guard theirs.count + heads.count <= SessionLimits.headsMax else { return fail(.tooMuch, "too many streams") }
    for head in heads { theirs[head.stream] = head }
    if isBrief { return receivedBriefFrontier(heads, isLast: isLast) }
    return isLast ? compare() : []
  }

  /// What moved on the peer's side: it wants to know where we stand in those streams.
  private mutating func receivedBriefFrontier(_ heads: [StreamHead], isLast: Bool) -> [Action] {
    guard isLast, !hasFrontier else { return violated("frontier out of turn") }
    hasFrontier = true
    if heads.isEmpty, moved?.isEmpty ?? true {
      // Nothing moved, yet the digests differ: what may be shared has changed. Only whole frontiers tell.
      isBrief = false
      return wholeFrontier()
    }
    let held = Dictionary(ours.map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
    let positions = heads.map { head in
      held[head.stream].map { SyncFrame.Position(seq: $0.seq, hash: $0.hash) }
    }
    return [.send(.positions(positions))] + (hasPositions ? compare() : [])
  }

  private mutating func receivedPositions(_ positions: [SyncFrame.Position?]) -> [Action] {
    guard phase == .comparing, isBrief, !hasPositions, positions.count == moved?.count else {
      return violated("positions out of turn")
    }
    hasPositions = true
    for (head, position) in zip(moved ?? [], positions) where theirs[head.stream] == nil {
      guard let position else { continue }
      theirs[head.stream] = StreamHead(stream: head.stream, seq: position.seq, hash: position.hash)
    }
    return hasFrontier ? compare() : []
  }

  /// Both frontiers are known: sends what the peer lacks, asks about what differs.
  private mutating func compare() -> [Action] {
    phase = .exchanging
    // A stream that neither side listed stands where both agreed.
    let known = isBrief ? Set((moved ?? []).map(\.stream)).union(theirs.keys) : nil
    var actions: [Action] = []
    for head in ours where known?.contains(head.stream) ?? true {
      let held = theirs[head.stream]
      if let held, held.seq == head.seq, held.hash != head.hash {
        actions += want(head.stream, before: head.seq)
      } else if head.seq > held?.seq ?? 0 {
        queue.append(Range(stream: head.stream, next: (held?.seq ?? 0) + 1, last: head.seq))
        if let held { actions.append(.compare(held)) }
      }
    }
    comparing = actions.count { if case .compare = $0 { true } else { false } }
    return actions + advance()
  }

  private mutating func receivedEntries(_ run: CarriedRun) -> [Action] {
    guard phase == .exchanging, !hasReceivedSettled || !hasReceivedDone, run.count > 0 else {
      return violated("entries out of turn")
    }
    storing += 1
    return [.store(run)]
  }

  /// Asks for entries from further back, where the branches may part; further still each time.
  private mutating func want(_ stream: StreamID, before seq: UInt64) -> [Action] {
    let report = Action.reportFork(stream: stream, seq: seq)
    let times = wanted[stream] ?? 0
    guard !settledForks.contains(stream), times < SessionLimits.lookBack.count else { return times == 0 ? [report] : [] }
    wanted[stream] = times + 1
    let back = SessionLimits.lookBack[times]
    return (times == 0 ? [report] : []) + [.send(.want(stream: stream, from: seq > back ? seq - back : 1))]
  }

  private mutating func receivedWant(_ stream: StreamID, from seq: UInt64) -> [Action] {
    guard phase == .exchanging, !hasReceivedSettled else { return violated("want out of turn") }
    wantsServed += 1
    guard wantsServed <= SessionLimits.wantsMax else { return fail(.tooMuch, "too many wants") }
    donesOwed += 1
    // A stream the peer may not hold is not among ours: it gets nothing, and learns nothing.
    if let head = ours.first(where: { $0.stream == stream }), seq <= head.seq {
      queue.append(Range(stream: stream, next: seq, last: head.seq))
      // Where this side took the peer's branch a moment ago, its own lies aside by now: the author may have lost it.
      aside.append((stream, 0))
    }
    return advance()
  }

  /// Sends, asks and finishes whatever has become possible.
  private mutating func advance() -> [Action] {
    guard phase == .exchanging else { return [] }
    if let range = queue.first {
      guard !isLoading, credit > 0 else { return [] }
      isLoading = true
      return [.load(stream: range.stream, from: range.next, bytesMax: min(credit, SessionLimits.bytesPerFrame(version)))]
    }
    if let next = aside.first {
      guard !isLoading, credit > 0 else { return [] }
      isLoading = true
      return [
        .loadAside(
          stream: next.stream, after: next.sent, bytesMax: min(credit, SessionLimits.bytesPerFrame(version)))
      ]
    }
    var actions: [Action] = []
    while donesSent < donesOwed {
      donesSent += 1
      actions.append(.send(.done))
    }
    guard hasReceivedDone, storing == 0, comparing == 0 else { return actions }
    if !hasAskedReceipts {
      hasAskedReceipts = true
      actions.append(.writeReceipts)
      return actions
    }
    if hasWrittenReceipts, !hasSentSettled, !isLoading {
      hasSentSettled = true
      actions.append(.send(.settled))
    }
    if hasSentSettled, hasReceivedSettled, storing == 0 {
      phase = .complete
      actions.append(.complete)
    }
    return actions
  }

  private mutating func violated(_ text: String) -> [Action] { fail(.protocolViolated, text) }

  private mutating func fail(_ code: SyncFrame.CloseCode, _ text: String) -> [Action] {
    phase = .closed
    return [.send(.close(code: code, text: text)), .close(code, text, isMisbehaviour: true)]
  }
}
