import Replication
import SignatureSuites
import Testing

@Suite("Sync session without sockets")
struct SessionTests {
  /// One side: a session and the entries it holds.
  private struct Side {
    var session: SyncSession
    var held: [StreamID: [[UInt8]]]
    var forks = 0
    /// Entries that came for a position at which another one stands.
    var aside: [[UInt8]] = []
    /// Of the stream asked for, what lies aside and is shown when asked.
    var shown: [[UInt8]] = []
    /// Bytes of frontiers and positions sent.
    var frontierBytes = 0
    var closed: SyncFrame.CloseCode?
    enum Form { case whole, spare }
    /// Forms of the runs sent.
    var spoke: Set<Form> = []
    var isComplete: Bool { session.isComplete }
  }

  private let a = OfficeCode("a"), b = OfficeCode("b")
  private let suite = Ed25519Suite()

  private func heads(_ held: [StreamID: [[UInt8]]]) throws -> [StreamHead] {
    try held.filter { !$0.value.isEmpty }.map { stream, entries in
      StreamHead(
        stream: stream, seq: UInt64(entries.count),
        hash: try Entry(decoding: entries[entries.count - 1]).hash(using: suite))
    }.sorted { $0.stream < $1.stream }
  }

  private func side(
    _ office: OfficeCode?, peer: OfficeCode?, _ held: [StreamID: [[UInt8]]], agreed: [StreamID: [[UInt8]]]? = nil,
    version: UInt64 = SessionLimits.protocolVersion
  ) throws -> Side {
    let heads = try heads(held)
    let before = try agreed.map(self.heads)
    let hello = SyncFrame.Hello(
      version: version, office: try #require(office), digest: SyncFrame.digest(of: heads, using: suite), clock: 0,
      software: "t", agreed: before.map { SyncFrame.digest(of: $0, using: suite) })
    let moved = before.map { before in heads.filter { !before.contains($0) } }
    let session = SyncSession(hello: hello, peer: try #require(peer), heads: heads, moved: moved, hashing: suite)
    return Side(session: session, held: held)
  }

  /// Carries one side's actions out; returns the frames it sends.
  private func carryOut(_ actions: [SyncSession.Action], _ side: inout Side) -> [SyncFrame] {
    var queue = actions[...]
    var frames: [SyncFrame] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame):
        switch frame {
        case .frontier, .positions: side.frontierBytes += frame.encoded.count
        case .entries(.whole): side.spoke.insert(.whole)
        case .entries(.spare): side.spoke.insert(.spare)
        default: break
        }
        frames.append(frame)
      case .load(let stream, let from, let bytesMax):
        var taken: [[UInt8]] = []
        for entry in side.held[stream, default: []].dropFirst(Int(from - 1)) {
          if !taken.isEmpty, taken.reduce(entry.count, { $0 + $1.count }) > bytesMax { break }
          taken.append(entry)
        }
        queue.append(contentsOf: side.session.loaded(stream, entries: taken.compactMap { try? Entry(decoding: $0) }))
      case .loadAside(let stream, let count, _):
        let shown = side.shown.dropFirst(count).prefix(2).compactMap { try? Entry(decoding: $0) }
        queue.append(contentsOf: side.session.loadedAside(stream, entries: shown))
      case .store(let run): queue.append(contentsOf: store(run, &side))
      case .writeReceipts: queue.append(contentsOf: side.session.receiptsWritten([]))
      case .compare(let head):
        func goes(through entries: [[UInt8]]) -> Bool {
          entries.contains { (try? Entry(decoding: $0))?.hash(using: suite) == head.hash }
        }
        let place: HeadPlace =
          goes(through: side.held[head.stream, default: []]) ? .held : goes(through: side.aside) ? .aside : .nowhere
        queue.append(contentsOf: side.session.compared(head, as: place))
      case .reportFork: side.forks += 1
      case .complete: break
      case .close(let code, _, _): side.closed = code
      }
    }
    return frames
  }

  /// As an admission does, without signatures: skips what is held, keeps another branch aside, asks for more when the
  /// branches part earlier.
  private func store(_ run: CarriedRun, _ side: inout Side) -> [SyncSession.Action] {
    let (stream, bytes) = (run.stream, run.bytes)
    let entries =
      switch run {
      case .whole(_, let entries): entries
      case .spare(let run): (try? run.rebuilt(suites: .standard).entries.map(\.encoded)) ?? []
      }
    for bytesOfEntry in entries {
      guard let entry = try? Entry(decoding: bytesOfEntry) else { continue }
      let held = side.held[stream, default: []]
      let index = Int(entry.header.seq) - 1
      if index < held.count {
        if held[index] == bytesOfEntry || side.aside.contains(bytesOfEntry) { continue }
        let ours = try? Entry(decoding: held[index])
        let follows = side.aside.last.flatMap { try? Entry(decoding: $0) }?.hash(using: suite)
        guard entry.header.previous == ours?.header.previous || entry.header.previous == follows else {
          return side.session.branchesApart(stream, before: entry.header.seq, bytes: bytes)
        }
        side.aside.append(bytesOfEntry)
        continue
      }
      let last = held.last.flatMap { try? Entry(decoding: $0) }.map { $0.hash(using: suite) } ?? .zero
      guard entry.header.previous == last else {
        if side.aside.last.flatMap({ try? Entry(decoding: $0) })?.hash(using: suite) == entry.header.previous {
          side.aside.append(bytesOfEntry)
          continue
        }
        return side.session.branchesApart(stream, before: entry.header.seq, bytes: bytes)
      }
      side.held[stream, default: []].append(bytesOfEntry)
    }
    return side.session.stored(bytes: bytes, count: entries.count)
  }

  /// Runs both sides to the end; the count of frames each way.
  private func run(_ left: inout Side, _ right: inout Side) throws -> Int {
    var toRight = try carryOut(left.session.opened(), &left).map { try SyncFrame(decoding: $0.encoded) }
    var toLeft = carryOut(right.session.opened(), &right)
    var count = toLeft.count + toRight.count
    while !toLeft.isEmpty || !toRight.isEmpty {
      if !toRight.isEmpty { toLeft += carryOut(right.session.received(toRight.removeFirst()), &right) }
      if !toLeft.isEmpty { toRight += carryOut(left.session.received(toLeft.removeFirst()), &left) }
      count += 1
      try #require(count < 100_000)
    }
    return count
  }

  private func chain(_ count: Int, text: String = "entry") throws -> (StreamID, [[UInt8]]) {
    let author = try Author()
    return (author.stream, try author.entries(count, text: text).map(\.encoded))
  }

  @Test("two sides that hold different streams and different lengths end equal")
  func converge() throws {
    let (first, entries) = try chain(30)
    let (second, others) = try chain(7)
    var left = try side(a, peer: b, [first: Array(entries.prefix(11)), second: others])
    var right = try side(b, peer: a, [first: entries])
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete)
    #expect(left.held == right.held)
    #expect(left.held[first] == entries && right.held[second] == others)
  }

  /// `SessionLimits.oldestVersion` is what the offices run that are not upgraded yet; one above ours, those that are.
  @Test(
    "neighbouring versions meet and speak the lower one",
    arguments: [(1, 2), (2, 1), (2, 3), (1, 1), (3, 4)] as [(UInt64, UInt64)])
  func versions(_ one: UInt64, _ other: UInt64) throws {
    let (stream, entries) = try chain(5)
    var left = try side(a, peer: b, [stream: entries], version: one)
    var right = try side(b, peer: a, [:], version: other)
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete && right.held == left.held)
    #expect(left.session.version == min(one, other) && right.session.version == min(one, other))
    #expect(left.spoke == (min(one, other) == 1 ? [.whole] : [.spare]))
  }

  @Test("nothing new: one hello each way and under 200 bytes in all, for any number of streams")
  func idle() throws {
    var held: [StreamID: [[UInt8]]] = [:]
    for _ in 0..<20 {
      let (stream, entries) = try chain(1)
      held[stream] = entries
    }
    var left = try side(a, peer: b, held)
    var right = try side(b, peer: a, held)
    let bytes = carryOut(left.session.opened(), &left).reduce(0) { $0 + $1.encoded.count + 4 } * 2
    #expect(bytes <= 200)
    #expect(try run(&left, &right) <= 4)
    #expect(left.session.wasIdle && right.session.wasIdle)
  }

  @Test("peers that agreed before tell what moved since: a few lines whatever the number of streams")
  func brief() throws {
    var agreed: [StreamID: [[UInt8]]] = [:]
    var moving: [(stream: StreamID, entries: [[UInt8]])] = []
    for index in 0..<60 {
      let (stream, entries) = try chain(2)
      agreed[stream] = Array(entries.prefix(1))
      if index < 4 { moving.append((stream, entries)) }
    }
    let (fresh, news) = try chain(3)
    var ahead = agreed, other = agreed
    for (stream, entries) in moving.prefix(2) { ahead[stream] = entries }
    for (stream, entries) in moving.dropFirst(2).prefix(1) { other[stream] = entries }
    // Both moved the fourth: a peer met somebody else meanwhile.
    ahead[moving[3].stream] = moving[3].entries
    other[moving[3].stream] = moving[3].entries
    other[fresh] = news
    var left = try side(a, peer: b, ahead, agreed: agreed)
    var right = try side(b, peer: a, other, agreed: agreed)
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete && left.closed == nil && right.closed == nil)
    #expect(left.held == right.held)
    #expect(left.frontierBytes + right.frontierBytes <= 1_000)
    // Another agreement on one side, or none: the whole frontier is told, and the end is the same.
    for memory in [nil, ahead] as [[StreamID: [[UInt8]]]?] {
      var forgetful = try side(a, peer: b, ahead, agreed: memory)
      var faithful = try side(b, peer: a, other, agreed: agreed)
      _ = try run(&forgetful, &faithful)
      #expect(forgetful.isComplete && faithful.isComplete && forgetful.held == faithful.held)
      #expect(forgetful.frontierBytes > 60 * 70)
    }
  }

  @Test("nothing moved and yet the digests differ: a stream has become shared, and whole frontiers find it")
  func newlyShared() throws {
    let (stream, entries) = try chain(1)
    let (revealed, hidden) = try chain(2)
    let agreed = [stream: entries]
    // Held for long, but only now the peer may hold it: it did not move.
    var left = try side(a, peer: b, [stream: entries, revealed: hidden], agreed: agreed)
    let heads = try heads(left.held)
    let hello = SyncFrame.Hello(
      version: 1, office: try #require(a), digest: SyncFrame.digest(of: heads, using: suite), clock: 0, software: "t",
      agreed: SyncFrame.digest(of: try self.heads(agreed), using: suite))
    left.session = SyncSession(hello: hello, peer: try #require(b), heads: heads, moved: [], hashing: suite)
    var right = try side(b, peer: a, agreed, agreed: agreed)
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete && right.held[revealed] == hidden)
  }

  @Test("more than the credit flows in pieces, never more unacknowledged than the credit")
  func credit() throws {
    let (stream, entries) = try chain(400, text: String(repeating: "长", count: 2_000))
    #expect(entries.reduce(0) { $0 + $1.count } > 2 * SessionLimits.creditBytes)
    var left = try side(a, peer: b, [stream: entries])
    var right = try side(b, peer: a, [:])
    _ = try run(&left, &right)
    #expect(right.held[stream] == entries)
    #expect(left.isComplete && right.isComplete)
    // A peer that gives no credit gets one credit's worth and no more.
    var silent = try side(a, peer: b, [stream: entries])
    let hello = SyncFrame.Hello(version: 1, office: try #require(b), digest: .zero, clock: 0, software: "t")
    _ = carryOut(silent.session.received(.hello(hello)), &silent)
    let frames = carryOut(silent.session.received(.frontier(heads: [], isLast: true)), &silent)
    let sent = frames.reduce(0) { total, frame in
      if case .entries(let run) = frame { total + run.bytes } else { total }
    }
    #expect(sent <= SessionLimits.creditBytes + SessionLimits.entryBytesPerFrame)
    for frame in frames { #expect(frame.encoded.count <= SessionLimits.frameBytesMax) }
  }

  @Test("equal positions with different hashes: both sides get the other branch, and other streams still flow")
  func fork() throws {
    let author = try Author()
    let trunk = try author.entries(2)
    let left0 = trunk + (try author.entries(1, after: trunk[1], text: "left"))
    let right0 = trunk + (try author.entries(1, after: trunk[1], text: "right"))
    let (other, entries) = try chain(3)
    var left = try side(a, peer: b, [author.stream: left0.map(\.encoded), other: entries])
    var right = try side(b, peer: a, [author.stream: right0.map(\.encoded)])
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete)
    #expect(left.forks == 1 && right.forks == 1)
    #expect(right.held[other] == entries)
    #expect(right.held[author.stream] == right0.map(\.encoded))
    #expect(left.aside == [right0[2].encoded] && right.aside == [left0[2].encoded])
  }

  @Test("branches of different lengths that part far back: the fork point is looked for further and further back")
  func longFork() throws {
    let author = try Author()
    let trunk = try author.entries(3)
    let left0 = trunk + (try author.entries(200, after: trunk[2], text: "left"))
    let right0 = trunk + (try author.entries(90, after: trunk[2], text: "right"))
    var left = try side(a, peer: b, [author.stream: left0.map(\.encoded)])
    var right = try side(b, peer: a, [author.stream: right0.map(\.encoded)])
    _ = try run(&left, &right)
    #expect(left.isComplete && right.isComplete)
    #expect(right.aside.contains(left0[3].encoded))
    #expect(right.held[author.stream] == right0.map(\.encoded))
    // A branch that is kept, of a fork of which ours stands, is not asked for again.
    var settled = try side(b, peer: a, [author.stream: right0.map(\.encoded)])
    settled.aside = left0.dropFirst(3).map(\.encoded)
    let heads = try heads(settled.held)
    let hello = SyncFrame.Hello(
      version: 1, office: try #require(b), digest: SyncFrame.digest(of: heads, using: suite), clock: 0, software: "t")
    settled.session = SyncSession(
      hello: hello, peer: try #require(a), heads: heads, settledForks: [author.stream], hashing: suite)
    var again = try side(a, peer: b, [author.stream: left0.map(\.encoded)])
    _ = try run(&again, &settled)
    #expect(again.isComplete && settled.isComplete && settled.aside.count == 200)
    // One that is not kept is: the stream forked once more.
    settled.aside = []
    settled.session = SyncSession(
      hello: hello, peer: try #require(a), heads: heads, settledForks: [author.stream], hashing: suite)
    again = try side(a, peer: b, [author.stream: left0.map(\.encoded)])
    _ = try run(&again, &settled)
    #expect(again.isComplete && settled.isComplete && settled.aside.first == left0[3].encoded)
  }

  @Test("a peer that asks for earlier entries without end is cut off; a stream it may not hold gives it nothing")
  func wants() throws {
    let author = try Author()
    let stream = author.stream
    let entries = try author.entries(2).map(\.encoded)
    let (hidden, _) = try chain(1)
    var left = try side(a, peer: b, [stream: entries])
    let hello = SyncFrame.Hello(version: 1, office: try #require(b), digest: .zero, clock: 0, software: "t")
    _ = carryOut(left.session.received(.hello(hello)), &left)
    let head = try #require(try heads([stream: entries]).first)
    _ = carryOut(left.session.received(.frontier(heads: [head], isLast: true)), &left)
    let nothing = carryOut(left.session.received(.want(stream: hidden, from: 1)), &left)
    #expect(nothing == [.done])
    let again = carryOut(left.session.received(.want(stream: stream, from: 2)), &left)
    #expect(again == [.entries(.whole(stream, [entries[1]])), .done])
    // Who asks for earlier entries is shown the other branch too: it may be the one that its author lost.
    left.shown = try author.entries(3, text: "other").map(\.encoded)
    let branches = carryOut(left.session.received(.want(stream: stream, from: 2)), &left)
    #expect(
      branches == [
        .entries(.whole(stream, [entries[1]])), .entries(.whole(stream, Array(left.shown.prefix(2)))),
        .entries(.whole(stream, [left.shown[2]])), .done,
      ])
    left.shown = []
    for _ in 0..<SessionLimits.wantsMax { _ = carryOut(left.session.received(.want(stream: hidden, from: 1)), &left) }
    #expect(left.closed == .tooMuch)
  }

  @Test("frames out of turn close the session as misbehaviour")
  func outOfTurn() throws {
    let frames: [SyncFrame] = [
      .done, .settled, .credit(bytes: 1), .frontier(heads: [], isLast: true),
      .entries(.whole(try chain(1).0, [[1]])),
    ]
    for frame in frames {
      var left = try side(a, peer: b, [:])
      _ = carryOut(left.session.received(frame), &left)
      #expect(left.closed == .protocolViolated)
    }
    var left = try side(a, peer: b, [:])
    let wrong = SyncFrame.Hello(version: 1, office: try #require(a), digest: .zero, clock: 0, software: "")
    _ = carryOut(left.session.received(.hello(wrong)), &left)
    #expect(left.closed == .wrongOffice)
    var later = try side(a, peer: b, [:])
    let past = SyncFrame.Hello(version: 0, office: try #require(b), digest: .zero, clock: 0, software: "")
    _ = carryOut(later.session.received(.hello(past)), &later)
    #expect(later.closed == .unsupportedVersion)
  }
}
