import Replication
import SignatureSuites
import Testing

@Suite("A session that stays open")
struct LiveSessionTests {
  /// One side: a session and the entries it holds. What it stores or records moves heads, which it is told of.
  private struct Side {
    var session: SyncSession
    var held: [StreamID: [Entry]]
    /// Streams whose author has no charter here.
    var unknown: Set<StreamID> = []
    /// Written when receipts are asked for the first time.
    var receipt: [Entry] = []
    var receiptsAsked = 0
    var stored = 0
    var forks = 0
    var completions = 0
    var closed: SyncFrame.CloseCode?
    /// Frames sent.
    var sent: [SyncFrame] = []
  }

  private let a = OfficeCode("a"), b = OfficeCode("b")
  private let suite = Ed25519Suite()

  private func heads(_ held: [StreamID: [Entry]]) -> [StreamHead] {
    held.compactMap { stream, entries in
      entries.last.map { StreamHead(stream: stream, seq: UInt64(entries.count), hash: $0.hash(using: suite)) }
    }.sorted { $0.stream < $1.stream }
  }

  private func side(
    _ office: OfficeCode?, peer: OfficeCode?, _ held: [StreamID: [Entry]] = [:],
    version: UInt64 = SessionLimits.protocolVersion
  ) throws -> Side {
    let heads = heads(held)
    let hello = SyncFrame.Hello(
      version: version, office: try #require(office), digest: SyncFrame.digest(of: heads, using: suite), clock: 0,
      software: "t")
    return Side(session: SyncSession(hello: hello, peer: try #require(peer), heads: heads, hashing: suite), held: held)
  }

  private func carryOut(_ actions: [SyncSession.Action], _ side: inout Side) -> [SyncFrame] {
    var queue = actions[...]
    var frames: [SyncFrame] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): frames.append(frame)
      case .load(let stream, let from, let bytesMax):
        var taken: [Entry] = []
        for entry in side.held[stream, default: []].dropFirst(Int(from - 1)) {
          if !taken.isEmpty, taken.reduce(EntryRun.bytes(of: entry), { $0 + EntryRun.bytes(of: $1) }) > bytesMax { break }
          taken.append(entry)
        }
        queue.append(contentsOf: side.session.loaded(stream, entries: taken))
      case .loadAside(let stream, _, _): queue.append(contentsOf: side.session.loadedAside(stream, entries: []))
      case .store(let run): queue.append(contentsOf: store(run, &side))
      case .writeReceipts:
        side.receiptsAsked += 1
        for entry in side.receipt { side.held[entry.header.stream, default: []].append(entry) }
        side.receipt = []
        queue.append(contentsOf: side.session.receiptsWritten(heads(side.held)))
      case .compare(let head): queue.append(contentsOf: side.session.compared(head, as: .held))
      case .reportFork: side.forks += 1
      case .complete:
        side.completions += 1
        if side.session.isLive { queue.append(contentsOf: side.session.moved(heads(side.held))) }
      case .close(let code, _, _): side.closed = code
      }
    }
    side.sent += frames
    return frames
  }

  private func store(_ run: CarriedRun, _ side: inout Side) -> [SyncSession.Action] {
    guard case .spare(let spare) = run else { return [] }
    if side.unknown.contains(run.stream) { return side.session.left(run.stream, bytes: run.bytes) }
    let present = side.held[run.stream, default: []]
    guard spare.first == UInt64(present.count) + 1,
      present.last?.hash(using: suite) ?? .zero == spare.previous,
      let entries = try? spare.rebuilt(suites: .standard).entries
    else { return side.session.branchesApart(run.stream, before: spare.first, bytes: run.bytes) }
    side.held[run.stream] = present + entries
    side.stored += entries.count
    return side.session.stored(bytes: run.bytes, count: entries.count)
      + side.session.moved(heads(side.held))
  }

  /// Carries frames back and forth until nothing is under way.
  private func settle(
    _ left: inout Side, _ right: inout Side, toRight first: [SyncFrame] = [], toLeft second: [SyncFrame] = []
  ) throws {
    var toRight = first, toLeft = second
    while !toLeft.isEmpty || !toRight.isEmpty {
      if !toRight.isEmpty {
        let frame = try SyncFrame(decoding: toRight.removeFirst().encoded)
        toLeft += carryOut(right.session.received(frame), &right)
      }
      if !toLeft.isEmpty {
        let frame = try SyncFrame(decoding: toLeft.removeFirst().encoded)
        toRight += carryOut(left.session.received(frame), &left)
      }
    }
  }

  /// Two sides that have met and hold the same.
  private func met(_ held: [StreamID: [Entry]] = [:], versions: (UInt64, UInt64) = (3, 3)) throws -> (Side, Side) {
    var left = try side(a, peer: b, held, version: versions.0)
    var right = try side(b, peer: a, version: versions.1)
    let hellos = (carryOut(left.session.opened(), &left), carryOut(right.session.opened(), &right))
    try settle(&left, &right, toRight: hellos.0, toLeft: hellos.1)
    try #require(left.session.isComplete && right.session.isComplete && left.held == right.held)
    left.sent = []
    right.sent = []
    return (left, right)
  }

  /// Something is recorded on the left.
  private func record(_ entries: [Entry], _ left: inout Side, _ right: inout Side) throws {
    for entry in entries { left.held[entry.header.stream, default: []].append(entry) }
    let frames = carryOut(left.session.moved(heads(left.held)), &left)
    try settle(&left, &right, toRight: frames)
  }

  @Test("a peer that offers stream after stream that is not taken is cut off, and not before it is too much")
  func strangers() throws {
    var (_, right) = try met()
    for number in 0...SessionLimits.leftMax {
      let author = try Author()
      let run = try #require(EntryRun(author.entries(1)))
      right.unknown = [author.stream]
      if number < SessionLimits.leftMax { try #require(right.closed == nil, "\(number)") }
      _ = carryOut(right.session.received(.entries(.spare(run))), &right)
    }
    #expect(right.closed == .tooMuch)
  }

  @Test("what one side records reaches the other at once, once, and does not come back")
  func push() throws {
    let author = try Author()
    let entries = try author.entries(3)
    var (left, right) = try met([author.stream: Array(entries.prefix(1))])
    #expect(left.session.isLive && right.session.isLive)
    try record([entries[1]], &left, &right)
    #expect(right.held[author.stream] == Array(entries.prefix(2)))
    try record([entries[2]], &left, &right)
    #expect(right.held == left.held)
    #expect(right.stored == 3 && left.stored == 0)
    // Two runs one way, room for them back: nothing is told twice.
    #expect(left.sent.count == 2 && right.sent.count == 2)
    // A stream that nobody had is sent from its beginning.
    let other = try Author()
    try record(try other.entries(2), &left, &right)
    #expect(right.held == left.held)
  }

  @Test("the first meeting of two that hold the same stays open too")
  func idle() throws {
    var (left, right) = try met()
    #expect(left.session.wasIdle && right.session.wasIdle && left.session.isLive)
    try record(try Author().entries(2), &left, &right)
    #expect(right.held == left.held && right.stored == 2)
  }

  @Test("receipts are written once for what came, and come back at once")
  func receipts() throws {
    let author = try Author(), superior = try Author()
    let entries = try author.entries(4)
    var (left, right) = try met([author.stream: Array(entries.prefix(1))])
    let asked = right.receiptsAsked
    right.receipt = try superior.entries(1)
    try record(Array(entries.dropFirst()), &left, &right)
    #expect(right.receiptsAsked == asked + 1)
    #expect(left.held[superior.stream]?.count == 1)
    #expect(left.held == right.held)
  }

  @Test("receipts that a session owed when it was cut are written when the next one has nothing else to do")
  func owedReceipts() throws {
    let author = try Author(), superior = try Author()
    let held = [author.stream: try author.entries(1)]
    var left = try side(a, peer: b, held), right = try side(b, peer: a, held)
    right.receipt = try superior.entries(1)
    let hellos = (carryOut(left.session.opened(), &left), carryOut(right.session.opened(), &right))
    try settle(&left, &right, toRight: hellos.0, toLeft: hellos.1)
    #expect(left.session.wasIdle && right.receiptsAsked == 1)
    #expect(left.held[superior.stream]?.count == 1 && left.held == right.held)
    // Where the session ends at once there is no way to send them.
    let (old, _) = try met([:], versions: (3, 2))
    #expect(old.receiptsAsked == 0)
  }

  @Test("what was stored while the session was beginning is sent when it is complete")
  func meanwhile() throws {
    let author = try Author()
    let entries = try author.entries(2)
    var left = try side(a, peer: b, [author.stream: Array(entries.prefix(1))])
    var right = try side(b, peer: a)
    left.held[author.stream] = entries
    let hellos = (carryOut(left.session.opened(), &left), carryOut(right.session.opened(), &right))
    try settle(&left, &right, toRight: hellos.0, toLeft: hellos.1)
    #expect(right.held[author.stream] == entries)
  }

  @Test("more than the credit goes in pieces; the window starts small and grows to the whole credit, never beyond")
  func window() throws {
    let author = try Author()
    let entries = try author.entries(900, text: String(repeating: "长", count: 1_500))
    var left = try side(a, peer: b, [author.stream: Array(entries.prefix(450))])
    var right = try side(b, peer: a)
    let hellos = (carryOut(left.session.opened(), &left), carryOut(right.session.opened(), &right))
    // A peer that gives nothing back gets one credit's worth.
    var toRight = hellos.0, toLeft = hellos.1
    var runs: [SyncFrame] = []
    while !toRight.isEmpty || !toLeft.isEmpty {
      if !toLeft.isEmpty { toRight += carryOut(left.session.received(toLeft.removeFirst()), &left) }
      guard !toRight.isEmpty else { continue }
      let frame = toRight.removeFirst()
      if case .entries = frame { runs.append(frame) } else { toLeft += carryOut(right.session.received(frame), &right) }
    }
    let first = runs.reduce(0) { if case .entries(let run) = $1 { $0 + run.bytes } else { $0 } }
    #expect(first > 0 && first <= SessionLimits.firstCreditBytes + LogLimits.entryBytesMax)
    try settle(&left, &right, toRight: runs)
    #expect(right.held == left.held)
    try record(Array(entries.dropFirst(450)), &left, &right)
    #expect(right.held[author.stream] == entries)
    var given = SessionLimits.firstCreditBytes, taken = 0, widest = 0
    for frame in right.sent { if case .credit(let bytes) = frame { given += Int(bytes) } }
    for frame in left.sent { if case .entries(let run) = frame { taken += run.bytes } }
    widest = given - taken
    #expect(widest == SessionLimits.creditBytes)
  }

  @Test("the shell says how far the window may grow, and may take back what it grew", arguments: [0, 200_000])
  func sharedWindow(limit: Int) throws {
    let author = try Author()
    let entries = try author.entries(1_200, text: String(repeating: "长", count: 1_500))
    var left = try side(a, peer: b, [author.stream: Array(entries.prefix(600))])
    var right = try side(b, peer: a)
    let hellos = (carryOut(left.session.opened(), &left), carryOut(right.session.opened(), &right))
    try settle(&left, &right, toRight: hellos.0, toLeft: hellos.1)
    func given() -> Int {
      right.sent.reduce(SessionLimits.firstCreditBytes) { if case .credit(let bytes) = $1 { $0 + Int(bytes) } else { $0 } }
    }
    func taken() -> Int { left.sent.reduce(0) { if case .entries(let run) = $1 { $0 + run.bytes } else { $0 } } }
    #expect(given() - taken() == SessionLimits.creditBytes)
    right.session.windowMax = limit
    try record(Array(entries.dropFirst(600)), &left, &right)
    #expect(right.held[author.stream] == entries)
    #expect(given() - taken() == max(limit, SessionLimits.firstCreditBytes))
  }

  @Test("a stream that is left costs nothing else; the next session heals it")
  func left() throws {
    let stranger = try Author(), known = try Author()
    let strange = try stranger.entries(3), entries = try known.entries(2)
    var (left, right) = try met()
    right.unknown = [stranger.stream]
    try record([strange[0]], &left, &right)
    #expect(right.session.needsRenewal && !left.session.needsRenewal)
    // Its charter has come meanwhile, but what follows does not attach: it waits, and is no misbehaviour.
    right.unknown = []
    try record([strange[1], strange[2]], &left, &right)
    try record(entries, &left, &right)
    #expect(right.held[stranger.stream] == nil && right.held[known.stream] == entries)
    #expect(left.closed == nil && right.closed == nil)
    var again = try side(a, peer: b, left.held)
    var other = try side(b, peer: a, right.held)
    let hellos = (carryOut(again.session.opened(), &again), carryOut(other.session.opened(), &other))
    try settle(&again, &other, toRight: hellos.0, toLeft: hellos.1)
    #expect(again.held == other.held)
  }

  @Test("another branch that shows while live is reported, sent no further, and left to the next session")
  func fork() throws {
    let author = try Author()
    let trunk = try author.entries(1)
    let one = try author.entries(2, after: trunk[0], text: "one"), two = try author.entries(1, after: trunk[0], text: "two")
    var (left, right) = try met([author.stream: trunk])
    right.held[author.stream]?.append(two[0])
    try record([one[0]], &left, &right)
    #expect(right.forks == 1 && right.session.needsRenewal)
    let credits = right.sent.count
    try record([one[1]], &left, &right)
    #expect(right.forks == 1 && right.sent.count == credits + 1)
    #expect(left.closed == nil && right.closed == nil)
  }

  @Test("a peer of an older version ends as before, and is sent no ping")
  func older() throws {
    var (left, right) = try met([:], versions: (3, 2))
    #expect(!left.session.isLive && !right.session.isLive)
    #expect(left.session.moved(heads([(try Author()).stream: try Author().entries(1)])).isEmpty)
    _ = carryOut(right.session.received(.ping), &right)
    #expect(right.closed == nil)
    var greeting = try side(a, peer: b)
    _ = carryOut(greeting.session.received(.ping), &greeting)
    #expect(greeting.closed == .protocolViolated)
  }

  @Test("a peer that claims positions nobody reaches is taken at its word, and overflows nothing")
  func claims() throws {
    let author = try Author()
    var left = try side(a, peer: b, [author.stream: try author.entries(2)])
    let hello = SyncFrame.Hello(version: 3, office: try #require(b), digest: .zero, clock: 0, software: "t")
    _ = carryOut(left.session.received(.hello(hello)), &left)
    let far = try (0..<3).map { _ in StreamHead(stream: try Author().stream, seq: .max, hash: .zero) }
    _ = carryOut(left.session.received(.frontier(heads: far, isLast: true)), &left)
    #expect(left.closed == nil && left.session.entriesExpected > 1 << 40)
  }

  @Test("what belongs to the beginning of a session ends one that is live", arguments: [0, 1, 2, 3, 4, 5])
  func outOfTurn(_ index: Int) throws {
    var (left, _) = try met()
    let hello = SyncFrame.Hello(version: 3, office: try #require(b), digest: .zero, clock: 0, software: "t")
    let stream = try Author().stream
    let frames: [SyncFrame] = [
      .hello(hello), .frontier(heads: [], isLast: true), .done, .settled, .want(stream: stream, from: 1), .positions([]),
    ]
    _ = carryOut(left.session.received(frames[index]), &left)
    #expect(left.closed == .protocolViolated)
  }
}
