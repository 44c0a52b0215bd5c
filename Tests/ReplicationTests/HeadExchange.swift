import Replication
import SignatureSuites
import TestKit
import Testing

/// Two sessions over heads alone, without entries: what each would send, compare and ask for is noted.
struct HeadExchange {
  enum Event: Hashable {
    case load(StreamID, from: UInt64)
    case compare(StreamHead)
    case want(StreamID, from: UInt64)
    case fork(StreamID, at: UInt64)
  }

  struct Side {
    var session: SyncSession
    var events: [Event] = []
    /// Every frame sent.
    var frames: [SyncFrame] = []
    var closed: SyncFrame.CloseCode?

    init(_ session: SyncSession) { self.session = session }

    var trees: Int { frames.count { if case .tree = $0 { true } else { false } } }
    var headsTold: Int { frames.reduce(0) { if case .frontier(let heads, _) = $1 { $0 + heads.count } else { $0 } } }

    /// Carries actions out.
    /// - Returns: the frames to send.
    mutating func carryOut(_ actions: [SyncSession.Action]) -> [SyncFrame] {
      var queue = actions[...]
      var sent: [SyncFrame] = []
      while let action = queue.popFirst() {
        switch action {
        case .send(let frame):
          if case .want(let stream, let from) = frame { events.append(.want(stream, from: from)) }
          sent.append(frame)
        case .load(let stream, let seq, _):
          events.append(.load(stream, from: seq))
          queue.append(contentsOf: session.loaded(stream, entries: []))
        case .loadAside(let stream, _, _): queue.append(contentsOf: session.loadedAside(stream, entries: []))
        case .compare(let head):
          events.append(.compare(head))
          queue.append(contentsOf: session.compared(head, as: .held))
        case .writeReceipts: queue.append(contentsOf: session.receiptsWritten([]))
        case .reportFork(let stream, let seq): events.append(.fork(stream, at: seq))
        case .close(let code, _, _): closed = code
        case .store, .complete: continue
        }
      }
      frames += sent
      return sent
    }
  }

  var left: Side
  var right: Side
  /// Bytes of the frames that find what differs, both ways, without the hellos.
  private(set) var findingBytes = 0
  /// One-way trips, which followed one another, with such frames in them.
  private(set) var findingTrips = 0

  /// Lets both talk until nobody has anything more to say.
  init(_ left: SyncSession, _ right: SyncSession) throws {
    self.left = Side(left)
    self.right = Side(right)
    var toRight = self.left.carryOut(left.opened()), toLeft = self.right.carryOut(right.opened())
    while !toRight.isEmpty || !toLeft.isEmpty {
      var isFinding = false
      for frame in toRight + toLeft {
        switch frame {
        case .tree, .frontier, .positions:
          findingBytes += frame.encoded.count
          isFinding = true
        default: continue
        }
      }
      if isFinding { findingTrips += 1 }
      let (forRight, forLeft) = (toRight, toLeft)
      (toRight, toLeft) = ([], [])
      for frame in forRight {
        toLeft += self.right.carryOut(self.right.session.received(try SyncFrame(decoding: frame.encoded)))
      }
      for frame in forLeft {
        toRight += self.left.carryOut(self.left.session.received(try SyncFrame(decoding: frame.encoded)))
      }
    }
  }

  var isComplete: Bool { left.session.isComplete && right.session.isComplete }
  var events: [[Event]] { [left.events, right.events] }
}

/// Heads of two sides, drawn from a seed.
struct HeadDraw {
  private(set) var left: [StreamHead] = []
  private(set) var right: [StreamHead] = []

  /// - Parameters:
  ///   - count: streams that either side holds.
  ///   - perMille: of a thousand streams so many differ: missing, behind or forked on one side or the other.
  init(_ count: Int, differing perMille: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<count {
      let head = Self.head(using: &random)
      let later = Self.head(head.stream, head.seq + UInt64.random(in: 1...500, using: &random), using: &random)
      guard Int.random(in: 0..<1_000, using: &random) < perMille else {
        left.append(head)
        right.append(head)
        continue
      }
      switch Int.random(in: 0..<5, using: &random) {
      case 0: left.append(head)
      case 1: right.append(head)
      case 2:
        left.append(head)
        right.append(later)
      case 3:
        left.append(later)
        right.append(head)
      default:
        left.append(head)
        right.append(Self.head(head.stream, head.seq, using: &random))
      }
    }
  }

  static func head(using random: inout SeededGenerator) -> StreamHead {
    let audience = [Audience.up, .down, .own][Int.random(in: 0..<3, using: &random)]
    let stream = StreamID(
      author: KeyFingerprint(digest(using: &random)), incarnation: UInt64.random(in: 1...3, using: &random),
      audience: audience)
    return head(stream, UInt64.random(in: 1...2_000, using: &random), using: &random)
  }

  static func head(_ stream: StreamID, _ seq: UInt64, using random: inout SeededGenerator) -> StreamHead {
    StreamHead(stream: stream, seq: seq, hash: digest(using: &random))
  }

  static func digest(using random: inout SeededGenerator) -> Digest {
    let words = (0..<4).map { _ in random.next() }
    return Digest(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }) ?? .zero
  }
}
