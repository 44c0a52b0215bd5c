import Replication
import SignatureSuites

/// Two session machines over a wire that counts.
struct Exchange {
  /// Everything but entries and what steers their flow: what finding the difference costs.
  private(set) var findingBytes = 0
  private(set) var allBytes = 0
  /// One-way trips that had to follow one another.
  private(set) var trips = 0

  /// One entry of any content: the session does not look into it.
  private let filler: Entry

  struct Unfinished: Error {}

  var roundTrips: Int { (trips + 1) / 2 }

  /// - Parameters:
  ///   - left: heads that one side holds.
  ///   - right: the other's.
  ///   - agreed: what both held when their last session was complete; `nil`: neither remembers.
  init(left: [StreamHead], right: [StreamHead], agreed: [StreamHead]?) throws {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let payload = Entry.payload(of: [])
    filler = try Entry(
      header: EntryHeader(
        suite: .ed25519,
        stream: StreamID(author: signer.publicKey.fingerprint(using: Ed25519Suite()), incarnation: 1, audience: .up),
        seq: 1, previous: .zero, payloadHash: Entry.payloadHash(payload, using: Ed25519Suite()),
        payloadLength: payload.count, stamp: HybridTimestamp(milliseconds: 1), schema: 1, seen: nil, part: nil),
      payload: payload, signer: signer)
    guard let leftCode = OfficeCode("city"), let rightCode = OfficeCode("district") else { throw Unfinished() }
    var sides = [
      Self.session(leftCode, peer: rightCode, left, agreed: agreed),
      Self.session(rightCode, peer: leftCode, right, agreed: agreed),
    ]
    var inboxes: [[SyncFrame]] = [[], []]
    var outboxes: [[SyncFrame]] = [[], []]
    for side in 0..<2 { run(sides[side].opened(), on: side, &sides, &outboxes) }
    while !outboxes.allSatisfy(\.isEmpty) {
      trips += 1
      inboxes = [outboxes[1], outboxes[0]]
      outboxes = [[], []]
      for side in 0..<2 {
        for frame in inboxes[side] { run(sides[side].received(frame), on: side, &sides, &outboxes) }
      }
    }
    guard sides.allSatisfy(\.isComplete) else { throw Unfinished() }
  }

  /// - Returns: two offices' heads of `count` streams; the second is ahead in `moved` of them.
  static func heads(_ count: Int, moved: Int) -> (held: [StreamHead], ahead: [StreamHead]) {
    let suite = Ed25519Suite()
    let held = (0..<count).map { number in
      let author = KeyFingerprint(suite.hash(Array("author \(number)".utf8)))
      return StreamHead(
        stream: StreamID(author: author, incarnation: 1, audience: .up), seq: 1_000, hash: suite.hash(author.bytes))
    }
    let step = moved == 0 ? count + 1 : count / moved
    let ahead = held.enumerated().map { number, head in
      number % step == 0 && number / step < moved
        ? StreamHead(stream: head.stream, seq: 1_001, hash: suite.hash(head.hash.bytes)) : head
    }
    return (held, ahead)
  }

  private static func session(
    _ office: OfficeCode, peer: OfficeCode, _ heads: [StreamHead], agreed: [StreamHead]?
  ) -> SyncSession {
    let suite = Ed25519Suite()
    let hello = SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: office, digest: SyncFrame.digest(of: heads, using: suite),
      clock: 1_760_000_000_000, software: "docket/0.1", agreed: agreed.map { SyncFrame.digest(of: $0, using: suite) })
    let known = agreed.map { Set($0) }
    return SyncSession(
      hello: hello, peer: peer, heads: heads, moved: known.map { known in heads.filter { !known.contains($0) } },
      hashing: suite)
  }

  private mutating func run(
    _ actions: [SyncSession.Action], on side: Int, _ sides: inout [SyncSession], _ outboxes: inout [[SyncFrame]]
  ) {
    for action in actions {
      switch action {
      case .send(let frame):
        outboxes[side].append(frame)
        count(frame)
      case .load(let stream, _, _):
        run(sides[side].loaded(stream, entries: [filler]), on: side, &sides, &outboxes)
      case .loadAside(let stream, _, _):
        run(sides[side].loadedAside(stream, entries: []), on: side, &sides, &outboxes)
      case .store(let carried):
        run(sides[side].stored(bytes: carried.bytes, count: carried.count), on: side, &sides, &outboxes)
      case .writeReceipts: run(sides[side].receiptsWritten([]), on: side, &sides, &outboxes)
      case .compare(let head):
        // Heads here are of one history: who is behind is on the other's chain.
        run(sides[side].compared(head, as: .held), on: side, &sides, &outboxes)
      case .reportFork, .complete, .close: continue
      }
    }
  }

  private mutating func count(_ frame: SyncFrame) {
    let bytes = frame.encoded.count + FrameFile.lengthBytes
    allBytes += bytes
    switch frame {
    case .entries, .credit, .done, .settled, .close, .want: return
    default: findingBytes += bytes
    }
  }
}
