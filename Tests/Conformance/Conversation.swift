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

  private(set) var sides: [ConversationSide]
  private(set) var lines: [Line] = []
  /// What each side has said and the other not yet read.
  private var said: [[[UInt8]]] = [[], []]

  init(_ caller: ConversationSide, _ callee: ConversationSide) throws {
    sides = [caller, callee]
    for index in 0...1 { try sides[index].begin(with: sides[1 - index].context.office) }
  }

  /// Lets both talk until nobody has anything more to say.
  mutating func run() throws {
    for index in 0...1 { said[index] += try sides[index].carryOut(sides[index].opening()) }
    while !said[0].isEmpty || !said[1].isEmpty {
      for index in 0...1 where !said[index].isEmpty { try deliver(said[index].removeFirst(), by: index) }
    }
    guard sides.allSatisfy(\.isComplete) else { throw MalformedVector(what: "a session that does not end") }
  }

  /// Reads recorded lines: what a side says has to be what is recorded, unless the other side refuses it.
  /// - Throws: `VectorReading.Refusal`; `MalformedVector` where something is said that the product would not say.
  mutating func replay(_ recorded: [Line]) throws {
    var strange: Int?
    for index in 0...1 { said[index] += try sides[index].carryOut(sides[index].opening()) }
    for (number, line) in recorded.enumerated() {
      if said[line.by].first == line.frame { said[line.by].removeFirst() } else { strange = strange ?? number + 1 }
      try deliver(line.frame, by: line.by)
      if let code = sides[1 - line.by].refusal {
        throw VectorReading.Refusal(code: code.name, at: UInt64(number + 1))
      }
    }
    guard strange == nil, said.allSatisfy(\.isEmpty), sides.allSatisfy(\.isComplete) else {
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

  /// The version whose conversations are recorded; a later one says what follows it.
  static let version: UInt64 = 2

  init(
    _ context: ReplicaContext, _ storage: MemoryStorage, clock: UInt64, agreed: [StreamHead]? = nil,
    sign: @escaping (ConversationSide) throws -> ReplicaContext
  ) throws {
    self.context = context
    self.storage = storage
    self.clock = clock
    self.agreed = agreed
    self.sign = sign
    peer = context.office
    session = SyncSession(
      hello: .init(version: Self.version, office: peer, digest: .zero, clock: clock, software: ""), peer: peer,
      heads: [], hashing: Ed25519Suite())
  }

  var isComplete: Bool { session.isComplete }

  func shared(with peer: OfficeCode) throws -> [StreamHead] { try context.sharedHeads(with: peer, in: storage) }

  fileprivate func begin(with peer: OfficeCode) throws {
    self.peer = peer
    let heads = try shared(with: peer)
    let suite = Ed25519Suite()
    let hello = SyncFrame.Hello(
      version: Self.version, office: context.office, digest: SyncFrame.digest(of: heads, using: suite), clock: clock,
      software: "docket/0.1", agreed: agreed.map { SyncFrame.digest(of: $0, using: suite) })
    session = SyncSession(
      hello: hello, peer: peer, heads: heads, moved: agreed.map { agreed in heads.filter { !agreed.contains($0) } },
      settledForks: try context.settledForks(lacking: [], in: storage), hashing: suite)
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
        queue.append(contentsOf: session.compared(head, isOurs: try context.holds(head, in: storage)))
      case .writeReceipts:
        context = try sign(self)
        queue.append(
          contentsOf: session.receiptsWritten(try shared(with: peer).filter { $0.stream.author == context.key }))
      case .reportFork, .complete: continue
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
      guard failure.endsSession else { return session.stored(bytes: run.bytes, count: 0) }
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
