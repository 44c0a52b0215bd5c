/// One exchange between two nodes, without I/O: takes what happened, returns what to do. Both sides run the same
/// machine; neither leads.
///
/// hello ⇄ hello; equal digests end it. Otherwise frontier ⇄ frontier, or trees and what they find to differ
/// (`SyncSession+Tree.swift`), then each side sends what the other lacks within the credit it was given, says `done`;
/// who has stored everything sent to him and sent his own receipts says `settled`. Both settled: the session is
/// complete. From version 3 on it may stay open then, and each side sends at once what it records or stores
/// (`SyncSession+Live.swift`). A session that breaks off loses nothing: the next one goes on at each stream's stored
/// head.
public struct SyncSession: Sendable {
  public enum Action: Sendable, Hashable {
    case send(SyncFrame)
    /// Read entries of `stream` from `seq` on and call `loaded`; their bytes are `EntryRun.bytes(of:)`.
    case load(stream: StreamID, from: UInt64, bytesMax: Int)
    /// Read entries of the stream that lie aside, a chain from the given place in their order on, and call `loadedAside`.
    case loadAside(stream: StreamID, after: Int, bytesMax: Int)
    /// Verify and store, then call `stored` (or `branchesApart`).
    case store(CarriedRun)
    /// The peer is behind, or its branch of a known fork is another: look where its head lies and call `compared`.
    case compare(StreamHead)
    /// Everything the peer had is stored: write receipts for it, then call `receiptsWritten`.
    case writeReceipts
    /// The peer's head at this position is not ours although neither is ahead.
    case reportFork(stream: StreamID, seq: UInt64)
    /// Everything is exchanged; nothing is owed in either direction: remember what both hold now. If the session
    /// `isLive`, call `moved` with what was stored since it began.
    case complete
    /// Close the connection. `isMisbehaviour` counts against the peer.
    case close(SyncFrame.CloseCode, String, isMisbehaviour: Bool)
  }

  enum Phase: Sendable, Hashable {
    /// Our hello is sent. Next: comparing, live, complete, closed.
    case greeting
    /// Frontiers are being exchanged. Next: exchanging, closed.
    case comparing
    /// Entries flow. Next: live, complete, closed.
    case exchanging
    /// Everything is exchanged; what is new is sent at once. Next: closed.
    case live
    /// Everything is exchanged, and the peer's version knows no more.
    case complete
    case closed
  }

  struct Range: Sendable, Hashable {
    let stream: StreamID
    var next: UInt64
    let last: UInt64
  }

  public let peer: OfficeCode
  let hello: SyncFrame.Hello
  /// Our heads that the peer may hold, in the order to send them in: superiors' streams first, so that charters
  /// arrive before the entries they decide over.
  var ours: [StreamHead]
  var theirs: [StreamID: StreamHead] = [:]
  /// Our heads that moved since both sides agreed; `nil`: there is no agreement on our side.
  let movedSince: [StreamHead]?
  /// SHA-256, for the digest tree.
  let suite: any SignatureSuite
  let wholeHeadsMax: Int
  var told = Told.all
  /// What the peer told of its heads stands; a list that is void, or empty on both sides, does not.
  var hasHeard = false
  /// Both remember the same agreement, and more has moved on our side than is listed at once.
  var mayHearMoved = false
  var hasPositions = false
  /// The peer has begun to tell its heads.
  var hasHeardHeads = false
  var phase = Phase.greeting
  var queue: [Range] = []
  /// Streams of which the peer wants to see what lies aside here, with how many entries it got.
  var aside: [(stream: StreamID, sent: Int)] = []
  var isLoading = false
  var credit = SessionLimits.creditBytes
  /// All credit the peer gave for what it stored.
  var granted = 0
  /// What the peer may send before it is given more.
  public internal(set) var window = SessionLimits.creditBytes
  /// How far the window may grow: the shell shares out what all its sessions may hold.
  public var windowMax = SessionLimits.creditBytes
  var storing = 0
  /// Comparisons the shell has not answered yet.
  var comparing = 0
  /// One `done` at the end of what was to be sent, and one more for each `want` that was served.
  var donesOwed = 1
  var donesSent = 0
  var donesReceived = 0
  /// How often entries from further back were asked for, by stream.
  var wanted: [StreamID: Int] = [:]
  /// Streams of `settledForks` of which the shell was asked where the peer's head lies, and those it lies nowhere of.
  var comparedForks: Set<StreamID> = []
  var forkedAnew: Set<StreamID> = []
  var wantsServed = 0
  var hasAskedReceipts = false
  var hasWrittenReceipts = false
  var hasSentSettled = false
  var hasReceivedSettled = false
  /// Heads of receipts and other facts written for the peer, sent before we settled.
  var answered: [StreamHead] = []
  /// What is known once the session is live.
  var live = LiveState()

  /// The lower of both sides' protocol versions, once the peer's hello came.
  public internal(set) var version = SessionLimits.protocolVersion

  /// The peer's hello, once it came: its clock and software.
  public internal(set) var peerHello: SyncFrame.Hello?
  public internal(set) var entriesSent = 0
  public internal(set) var entriesReceived = 0
  /// Entries that either side lacked when the frontiers met; forks and receipts add to them. 0 before.
  public internal(set) var entriesExpected = 0

  var hasReceivedDone: Bool { donesReceived == 1 + wanted.values.reduce(0, +) }
  let settledForks: Set<StreamID>
  let lacked: Set<StreamID>
  /// What an earlier connection cut off and this session has not got the rest of; after `cutOff` what the next one may
  /// begin with.
  public internal(set) var begun: BegunEntry?
  /// What the peer holds the beginning of.
  var peerBegun: BegunEntry.Name?

  /// - Parameters:
  ///   - moved: those of `heads` that moved since the agreement the hello names.
  ///   - settledForks: streams whose fork is known and of which our branch stands: a branch that is kept is not asked for
  ///     again.
  ///   - begun: the beginning of the entry after one of `heads`, from an earlier session with this peer.
  ///   - lacked: streams of which a branch is known by a proof alone: what lies aside there is asked for.
  ///   - hello: ours; its digest is over `heads`.
  ///   - peer: the office the transport's certificate was chartered for; the peer's hello must agree.
  ///   - heads: our heads of streams that both sides may hold, superiors' first.
  ///   - suite: hashes the digest tree: SHA-256.
  ///   - wholeHeadsMax: heads that are told without a tree; a smaller one for trials of it.
  public init(
    hello: SyncFrame.Hello, peer: OfficeCode, heads: [StreamHead], moved: [StreamHead]? = nil,
    settledForks: Set<StreamID> = [], lacked: Set<StreamID> = [], begun: BegunEntry? = nil,
    hashing suite: any SignatureSuite, wholeHeadsMax: Int = SessionLimits.wholeHeadsMax
  ) {
    self.suite = suite
    self.wholeHeadsMax = wholeHeadsMax
    self.settledForks = settledForks
    self.lacked = lacked
    self.begun = begun
    movedSince = hello.agreed == nil ? nil : moved
    self.hello = hello
    self.peer = peer
    ours = heads
  }

  /// Whether the session has carried anything that need not be carried again.
  public var hasGained: Bool { granted > 0 || entriesReceived > 0 }

  public var isComplete: Bool { phase == .complete || phase == .live }

  /// Whether the session goes on after it is complete: the peer's version is 3 or later.
  public var isLive: Bool { phase == .live }

  /// Whether nothing was left to exchange when the hellos met.
  public internal(set) var wasIdle = false

  /// Entries may come and go.
  var isFlowing: Bool { phase == .exchanging || phase == .live }

  public func opened() -> [Action] { [.send(.hello(hello))] }

  public mutating func received(_ frame: SyncFrame) -> [Action] {
    // After completion the peer may still be giving credit for our last entries: old news.
    if phase == .closed || phase == .complete { return [] }
    switch frame {
    case .hello(let theirs): return receivedHello(theirs)
    case .frontier(let heads, let isLast): return receivedFrontier(heads, isLast: isLast)
    case .entries(let run): return receivedEntries(run)
    case .credit(let bytes):
      guard phase == .comparing || isFlowing else { return violated("credit out of turn") }
      guard bytes <= UInt64(SessionLimits.creditBytes) else { return violated("credit too large") }
      credit = min(credit + Int(bytes), SessionLimits.creditBytes)
      granted = min(granted + Int(bytes), SessionLimits.creditPerFrame * SessionLimits.entryBytesPerFrame)
      return advance()
    case .done:
      guard phase == .exchanging, !hasReceivedDone else { return violated("done out of turn") }
      donesReceived += 1
      return advance()
    case .want(let stream, let from): return receivedWant(stream, from: from)
    case .positions(let positions): return receivedPositions(positions)
    case .tree(let nodes): return receivedTree(nodes)
    case .settled:
      guard phase == .exchanging, donesReceived > 0, !hasReceivedSettled else {
        return violated("settled out of turn")
      }
      hasReceivedSettled = true
      return advance()
    case .ping:
      guard peerHello != nil, version >= 3 else { return violated("ping out of turn") }
      return []
    case .begun(let name):
      guard phase == .comparing, version >= 3, peerBegun == nil, !hasHeardHeads else {
        return violated("begun out of turn")
      }
      peerBegun = name
      return []
    case .continuation(let continuation): return receivedContinuation(continuation)
    case .attachment: return violated("attachment out of turn")
    case .close(let code, let text):
      phase = .closed
      return [.close(code, text, isMisbehaviour: false)]
    }
  }

  /// The shell read what `load` asked for; empty when the stream has nothing there.
  public mutating func loaded(_ stream: StreamID, entries: [Entry]) -> [Action] {
    isLoading = false
    guard isFlowing else { return [] }
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
    return [.send(continuation(of: spare).map { .continuation($0) } ?? .entries(run))] + advance()
  }

  /// The shell stored what `store` gave it.
  public mutating func stored(bytes: Int, count: Int) -> [Action] {
    storing -= 1
    entriesReceived += count
    guard isFlowing else { return [] }
    if hasSentSettled || phase == .live, count > 0 { live.isReceiptOwed = true }
    return [giveBack(bytes)] + advance()
  }

  /// The shell left a run: its author has no charter here (yet), or the stream may not be held here.
  ///
  /// A peer may offer such streams without end, for nobody has to sign them. No strike: a superior set back to an old
  /// backup lacks the charters of all offices below its peer.
  public mutating func left(_ stream: StreamID, bytes: Int) -> [Action] {
    live.left.insert(stream)
    guard live.left.count <= SessionLimits.leftMax else {
      return storeFailed(.tooMuch, "streams that are not taken here", isMisbehaviour: false)
    }
    return stored(bytes: bytes, count: 0)
  }

  /// The shell could not store: the peer sent something that does not verify, or our disk failed.
  public mutating func storeFailed(_ code: SyncFrame.CloseCode, _ text: String, isMisbehaviour: Bool) -> [Action] {
    phase = .closed
    return [
      .send(.close(code: code, text: String(text.prefix(SessionLimits.closeTextMax / 4)))),
      .close(code, text, isMisbehaviour: isMisbehaviour),
    ]
  }

  /// The shell wrote receipts (or had none to write): heads that the peer may hold and lacks.
  public mutating func receiptsWritten(_ heads: [StreamHead]) -> [Action] {
    if phase == .live { return moved(heads) }
    hasWrittenReceipts = true
    answered = heads
    for head in heads {
      let held = theirs[head.stream]?.seq ?? 0
      let sent = max(held, ours.first { $0.stream == head.stream }?.seq ?? 0)
      if head.seq > sent { queue.append(Range(stream: head.stream, next: sent + 1, last: head.seq)) }
    }
    guard phase == .exchanging else { return [] }
    return advance()
  }

  private mutating func receivedEntries(_ run: CarriedRun) -> [Action] {
    // Who has settled on both sides may be live a moment earlier than the other.
    if phase == .live || (version >= 3 && hasSentSettled && hasReceivedSettled && phase == .exchanging) {
      return receivedLive(run)
    }
    guard phase == .exchanging, !hasReceivedSettled || !hasReceivedDone, run.count > 0 else {
      return violated("entries out of turn")
    }
    storing += 1
    return [.store(run)]
  }

  /// Credit for what is stored. From version 3 on the window starts small and grows with what was stored, so that
  /// hundreds of peers that begin at once do not fill the memory.
  mutating func giveBack(_ bytes: Int) -> Action {
    let wanted = min(max(windowMax, SessionLimits.firstCreditBytes), SessionLimits.creditBytes)
    // A window that is too wide by now narrows as what was in it is stored.
    let growth = max(-bytes, min(bytes, wanted - window))
    window += growth
    return .send(.credit(bytes: UInt64(bytes + growth)))
  }

  /// Entry bytes for the next frame.
  private var frameBytes: Int {
    min(
      SessionLimits.bytesPerFrame(version), max(SessionLimits.firstFrameBytes, granted / SessionLimits.creditPerFrame))
  }

  /// Sends, asks and finishes whatever has become possible.
  mutating func advance() -> [Action] {
    guard isFlowing else { return [] }
    if let range = queue.first {
      guard !isLoading, credit > 0 else { return [] }
      isLoading = true
      return [.load(stream: range.stream, from: range.next, bytesMax: min(credit, frameBytes))]
    }
    if let next = aside.first {
      guard !isLoading, credit > 0 else { return [] }
      isLoading = true
      return [.loadAside(stream: next.stream, after: next.sent, bytesMax: min(credit, frameBytes))]
    }
    if phase == .live { return owedReceipts() }
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
    if hasSentSettled, hasReceivedSettled, storing == 0 { actions += complete() }
    return actions
  }

  mutating func complete() -> [Action] {
    guard version >= 3 else {
      phase = .complete
      return [.complete]
    }
    phase = .live
    live.begin(ours + answered, theirs: theirs, apart: settledForks.union(wanted.keys))
    ours = []
    theirs = [:]
    return [.complete]
  }

  mutating func violated(_ text: String) -> [Action] { fail(.protocolViolated, text) }

  mutating func fail(_ code: SyncFrame.CloseCode, _ text: String) -> [Action] {
    phase = .closed
    return [.send(.close(code: code, text: text)), .close(code, text, isMisbehaviour: true)]
  }
}
