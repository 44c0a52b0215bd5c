import Replication
import SignatureSuites
import Testing

/// Offices with so many streams that a limit of the protocol is met: none of them has done anything wrong.
@Suite("Sessions of many streams")
struct SessionBoundsTests {
  private let a = OfficeCode("a"), b = OfficeCode("b")
  private let suite = Ed25519Suite()

  private struct Side {
    var session: SyncSession
    var closed: SyncFrame.CloseCode?
    var wants = 0
  }

  /// A head of each of so many streams, of which no entry is at hand.
  private func heads(_ count: Int, seq: UInt64, branch: String = "") -> [StreamHead] {
    (1...count).map { number in
      let stream = StreamID(author: KeyFingerprint(.zero), incarnation: UInt64(number), audience: .up)
      return StreamHead(stream: stream, seq: seq, hash: suite.hash(Array("\(branch)\(number) \(seq)".utf8)))
    }
  }

  private func side(
    _ office: OfficeCode?, peer: OfficeCode?, _ heads: [StreamHead]
  ) throws -> Side {
    // Of a version that tells every head.
    let hello = SyncFrame.Hello(
      version: 2, office: try #require(office), digest: SyncFrame.digest(of: heads, using: suite), clock: 0,
      software: "t")
    return Side(session: SyncSession(hello: hello, peer: try #require(peer), heads: heads, hashing: suite))
  }

  private func carryOut(_ actions: [SyncSession.Action], _ side: inout Side) -> [SyncFrame] {
    var queue = actions[...]
    var frames: [SyncFrame] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame):
        if case .want = frame { side.wants += 1 }
        frames.append(frame)
      case .load(let stream, _, _): queue.append(contentsOf: side.session.loaded(stream, entries: []))
      case .loadAside(let stream, _, _): queue.append(contentsOf: side.session.loadedAside(stream, entries: []))
      case .compare(let head): queue.append(contentsOf: side.session.compared(head, as: .held))
      case .writeReceipts: queue.append(contentsOf: side.session.receiptsWritten([]))
      case .close(let code, _, _): side.closed = code
      case .store, .reportFork, .complete: break
      }
    }
    return frames
  }

  private func run(_ left: inout Side, _ right: inout Side) throws {
    var toRight = carryOut(left.session.opened(), &left)
    var toLeft = carryOut(right.session.opened(), &right)
    while !toLeft.isEmpty || !toRight.isEmpty {
      if !toRight.isEmpty {
        toLeft += carryOut(right.session.received(try SyncFrame(decoding: toRight.removeFirst().encoded)), &right)
      }
      if !toLeft.isEmpty {
        toRight += carryOut(left.session.received(try SyncFrame(decoding: toLeft.removeFirst().encoded)), &left)
      }
    }
  }

  @Test("an office set back in more streams than may be asked for in a session asks for as many, and is not cut off")
  func forked() throws {
    let count = SessionLimits.wantsMax + 44
    var left = try side(a, peer: b, heads(count, seq: 5, branch: "left"))
    var right = try side(b, peer: a, heads(count, seq: 5, branch: "right"))
    try run(&left, &right)
    #expect(left.closed == nil && right.closed == nil)
    #expect(left.session.isComplete && right.session.isComplete)
    #expect(left.wants == SessionLimits.wantsMax && right.wants == SessionLimits.wantsMax)
    // Both begin again soon, and go on with those that are left.
    #expect(left.session.needsRenewal && right.session.needsRenewal)
  }
}
