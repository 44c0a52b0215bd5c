import Casebook
import Casework
import Replication
import SignatureSuites

@testable import OfficeNode

/// A whole session between two offices, frame by frame: the product's session machine on both sides, over its engine and
/// its model store.
struct Conversation {
  /// A frame as it was read by the other side.
  struct Line {
    /// 0 is the side that called.
    let by: Int
    let frame: [UInt8]
  }

  /// What a side does besides answering, in a session that stays.
  struct Event {
    enum Deed {
      /// Signs something of its own, told how many lines were read before.
      case record((ConversationSide, Int) throws -> ReplicaContext)
      /// What the session machine leaves to what drives it: pings, and the end.
      case say(SyncFrame)
    }

    let side: Int
    /// How many lines are read before; `nil`: when nobody has anything more to say.
    var after: Int?
    let deed: Deed
  }

  private(set) var sides: [ConversationSide]
  private(set) var lines: [Line] = []
  /// What each side has said and the other not yet read.
  private var said: [[[UInt8]]] = [[], []]

  init(_ caller: ConversationSide, _ callee: ConversationSide) throws {
    sides = [caller, callee]
    for index in 0...1 { try sides[index].begin(with: sides[1 - index].context.office) }
  }

  /// Lets both talk until nobody has anything more to say, then the next of what happens besides, all of one list at once.
  mutating func run(_ events: [[Event]] = []) throws {
    for index in 0...1 { said[index] += try sides[index].carryOut(sides[index].opening()) }
    try talk()
    for together in events {
      for event in together { try perform(event) }
      try talk()
    }
    guard sides.allSatisfy(\.hasCompleted) else { throw MalformedVector(what: "a session that does not end") }
  }

  private mutating func talk() throws {
    while !said[0].isEmpty || !said[1].isEmpty {
      for index in 0...1 where !said[index].isEmpty { try deliver(said[index].removeFirst(), by: index) }
    }
  }

  private mutating func perform(_ event: Event) throws {
    switch event.deed {
    case .record(let body): said[event.side] += try sides[event.side].record { try body($0, lines.count) }
    case .say(let frame): said[event.side].append(frame.encoded)
    }
  }

  /// Reads recorded lines: what a side says has to be what is recorded, unless the other side refuses it.
  /// - Parameters:
  ///   - events: what each side records, with the lines before it.
  ///   - isCut: of the last line only the beginning arrived, and nothing more is said.
  /// - Throws: `VectorReading.Refusal`; `MalformedVector` where something is said that the product would not say.
  mutating func replay(_ recorded: [Line], _ events: [Event] = [], isCut: Bool = false) throws {
    var strange: Int?
    for index in 0...1 { said[index] += try sides[index].carryOut(sides[index].opening()) }
    for (number, line) in recorded.enumerated() {
      for event in events where event.after == number { try perform(event) }
      if isCut, number == recorded.count - 1 {
        guard said[line.by].first?.starts(with: line.frame) == true, strange == nil else { break }
        lines.append(line)
        _ = try sides[1 - line.by].cutOff(line.frame)
        return
      }
      if said[line.by].first == line.frame {
        said[line.by].removeFirst()
      } else if try !sides[line.by].maySayBesides(line.frame) {
        strange = strange ?? number + 1
      }
      guard !sides[line.by].isOver, !sides[1 - line.by].isOver else { throw MalformedVector(what: "more after the end") }
      try deliver(line.frame, by: line.by)
      if let code = sides[1 - line.by].refusal {
        throw VectorReading.Refusal(code: code.name, at: UInt64(number + 1))
      }
    }
    let isEnded = sides[0].version < 3 || sides[1].isOver
    guard strange == nil, said.allSatisfy(\.isEmpty), sides.allSatisfy(\.hasCompleted), isEnded, !isCut else {
      throw MalformedVector(what: "line \(strange ?? recorded.count) is not what the session says")
    }
  }

  private mutating func deliver(_ frame: [UInt8], by index: Int) throws {
    lines.append(Line(by: index, frame: frame))
    let actions = sides[1 - index].session.received(try SyncFrame(decoding: frame))
    said[1 - index] += try sides[1 - index].carryOut(actions)
  }
}

/// One office of a conversation.
final class ConversationSide {
  let storage: MemoryStorage
  private(set) var context: ReplicaContext
  /// Unix milliseconds.
  let clock: UInt64
  /// What the hello names: the heads that both sides held when they last agreed.
  let agreed: [StreamHead]?
  /// What this office signs once it has stored all that came: receipts, sightings, work of a lost branch.
  private let sign: (ConversationSide) throws -> ReplicaContext
  fileprivate var session: SyncSession
  private var peer: OfficeCode
  private(set) var refusal: SyncFrame.CloseCode?
  let traits: Traits
  /// Everything was exchanged.
  private(set) var hasCompleted = false
  /// The other side has hung up after that.
  private(set) var isOver = false

  /// How a side talks.
  struct Traits {
    var version: UInt64 = 2
    /// Heads that it tells without a tree.
    var wholeHeads = SessionLimits.wholeHeadsMax
    /// What an earlier connection cut off.
    var begun: BegunEntry?
  }

  init(
    _ context: ReplicaContext, _ storage: MemoryStorage, clock: UInt64, agreed: [StreamHead]? = nil,
    traits: Traits = Traits(), sign: @escaping (ConversationSide) throws -> ReplicaContext
  ) throws {
    self.context = context
    self.storage = storage
    self.clock = clock
    self.agreed = agreed
    self.traits = traits
    self.sign = sign
    peer = context.office
    session = SyncSession(
      hello: .init(version: traits.version, office: peer, digest: .zero, clock: clock, software: ""), peer: peer,
      heads: [], hashing: Ed25519Suite())
  }

  var version: UInt64 { traits.version }
  /// What this session cut off, or did not get the rest of.
  var begun: BegunEntry? { session.begun }

  /// A ping, and in the end the word of the caller that it hangs up.
  fileprivate func maySayBesides(_ frame: [UInt8]) throws -> Bool {
    guard version >= 3 else { return false }
    return switch try SyncFrame(decoding: frame) {
    case .ping: true
    case .close(.normal, _): hasCompleted
    default: false
    }
  }

  fileprivate func cutOff(_ frame: [UInt8]) throws -> [[UInt8]] { try carryOut(session.cutOff(frame)) }

  fileprivate func record(_ body: (ConversationSide) throws -> ReplicaContext) throws -> [[UInt8]] {
    context = try body(self)
    return try carryOut(session.moved(try shared(with: peer)))
  }

  func shared(with peer: OfficeCode) throws -> [StreamHead] { try context.sharedHeads(with: peer, in: storage) }

  fileprivate func begin(with peer: OfficeCode) throws {
    self.peer = peer
    let heads = try shared(with: peer)
    let suite = Ed25519Suite()
    let hello = SyncFrame.Hello(
      version: version, office: context.office, digest: SyncFrame.digest(of: heads, using: suite), clock: clock,
      software: "docket/0.1", agreed: agreed.map { SyncFrame.digest(of: $0, using: suite) })
    session = SyncSession(
      hello: hello, peer: peer, heads: heads, moved: agreed.map { agreed in heads.filter { !agreed.contains($0) } },
      settledForks: try context.settledForks(lacking: [], in: storage), begun: traits.begun, hashing: suite,
      wholeHeadsMax: traits.wholeHeads)
  }

  fileprivate func opening() -> [SyncSession.Action] { session.opened() }

  /// - Returns: the frames to send.
  fileprivate func carryOut(_ first: [SyncSession.Action]) throws -> [[UInt8]] {
    var queue = first[...]
    var frames: [[UInt8]] = []
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): frames.append(frame.encoded)
      case .load(let stream, let seq, let bytesMax):
        let entries = storage.entries(of: stream, from: seq, bytesMax: bytesMax)
        queue.append(contentsOf: session.loaded(stream, entries: entries))
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try context.entriesAside(of: stream, after: count, bytesMax: bytesMax, in: storage)
        queue.append(contentsOf: session.loadedAside(stream, entries: entries))
      case .store(let run): queue.append(contentsOf: try store(run))
      case .compare(let head):
        queue.append(contentsOf: session.compared(head, as: try context.place(of: head, in: storage)))
      case .writeReceipts:
        context = try sign(self)
        queue.append(
          contentsOf: session.receiptsWritten(try shared(with: peer).filter { $0.stream.author == context.key }))
      case .reportFork: continue
      case .complete:
        hasCompleted = true
        if session.isLive { queue.append(contentsOf: session.moved(try shared(with: peer))) }
      case .close(.normal, _, _) where hasCompleted: isOver = true
      case .close(let code, _, _): refusal = code
      }
    }
    return frames
  }

  /// As a node stores what came.
  private func store(_ run: CarriedRun) throws -> [SyncSession.Action] {
    var admission = Admission(context: context)
    do {
      let outcome = try admission.admit(run, at: clock, in: storage)
      try admission.finish(in: storage)
      context = admission.context
      return session.stored(bytes: run.bytes, count: outcome.stored)
    } catch let failure as Admission.Failure {
      if case .branchesApart(let stream, let seq) = failure {
        return session.branchesApart(stream, before: seq, bytes: run.bytes)
      }
      guard failure.endsSession else { return session.left(run.stream, bytes: run.bytes) }
      let (code, text) = SyncFailure.words(failure)
      return session.storeFailed(code, text, isMisbehaviour: true)
    }
  }
}

extension SyncFrame.CloseCode {
  /// As the vectors write it.
  var name: String {
    "\(self)".map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }.joined()
  }
}
