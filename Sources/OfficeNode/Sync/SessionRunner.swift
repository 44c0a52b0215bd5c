import Casebook
import Casework
import PeerTransport
import Replication

/// Drives one `SyncSession` over a connection: frames in, actions out. Decides nothing.
struct SessionRunner {
  private let node: OfficeNode
  private let connection: PeerConnection
  private let peer: OfficeCode
  /// The side that called hangs up; the other one waits for that, so that nothing it still needs is cut off.
  private let hangsUp: Bool
  /// Runs that arrived and are stored with the next ones: a transaction each would cost a disk's flush each.
  private var waiting: [CarriedRun] = []
  private var waitingBytes = 0

  /// Half of the credit: while it is stored, the peer sends the other half.
  private static let commitBytes = SessionLimits.creditBytes / 2

  init(node: OfficeNode, connection: PeerConnection, peer: OfficeCode, hangsUp: Bool) {
    self.node = node
    self.connection = connection
    self.peer = peer
    self.hangsUp = hangsUp
  }

  /// - Returns: what was exchanged.
  /// - Throws: `DeskFailure` when the session broke off; what was stored before stays.
  consuming func run() async throws -> SyncView {
    var (session, view) = try await node.beginSession(with: peer)
    var iterator = connection.frames.makeAsyncIterator()
    var isComplete = false
    do {
      isComplete = try await carryOut(session.opened(), &session, &view)
      guard let bytes = try await iterator.next() else { throw TransportError(.truncated) }
      isComplete = try await received(bytes, &session, &view)
    } catch let error as TransportError where hangsUp && error.code != .timeout {
      // Whoever the peer does not admit it hangs up on at once; whether the alert or the end is seen first is a race.
      throw TransportError(.refusedByPeer, cause: error.cause)
    }
    while !isComplete {
      do {
        guard let bytes = try await iterator.next() else { throw SyncFailure.closed(peer) }
        isComplete = try await received(bytes, &session, &view)
      } catch {
        // What arrived whole need not be sent again.
        if !waiting.isEmpty { _ = try? await storeWaiting(&session, &view) }
        throw error
      }
    }
    if !hangsUp {
      while try await iterator.next() != nil {}
    }
    view.sent = session.entriesSent
    view.received = session.entriesReceived
    view.wasIdle = session.wasIdle
    view.bytesSent = connection.bytesSent
    view.bytesReceived = connection.bytesReceived
    if let hello = session.peerHello { try await node.noteContact(with: peer, clock: hello.clock, &view) }
    return view
  }

  /// - Returns: whether the session is complete.
  private mutating func received(
    _ bytes: [UInt8], _ session: inout SyncSession, _ view: inout SyncView
  ) async throws -> Bool {
    let frame: SyncFrame
    do throws(CBORReader.Failure) {
      frame = try SyncFrame(decoding: bytes)
    } catch {
      throw SyncFailure.violated(peer, "frame: \(error.rawValue)")
    }
    let isComplete = try await carryOut(session.received(frame), &session, &view)
    guard !waiting.isEmpty, waitingBytes >= Self.commitBytes || !connection.hasFrameAtHand else { return isComplete }
    return try await storeWaiting(&session, &view) || isComplete
  }

  /// Stores the runs that wait, in one transaction.
  /// - Returns: whether the session is complete.
  private mutating func storeWaiting(_ session: inout SyncSession, _ view: inout SyncView) async throws -> Bool {
    let runs = waiting
    waiting = []
    waitingBytes = 0
    let results: [OfficeNode.Admitted]
    do {
      results = try await node.admit(runs, &view)
    } catch {
      try? await flush(session.storeFailed(.internalFailure, "storing failed", isMisbehaviour: false)[...])
      throw error
    }
    var actions: [SyncSession.Action] = []
    for (run, result) in zip(runs, results) {
      switch result {
      case .success(let outcome): actions += session.stored(bytes: run.bytes, count: outcome.stored)
      case .failure(.branchesApart(let stream, let seq)):
        actions += session.branchesApart(stream, before: seq, bytes: run.bytes)
      case .failure(.unknownAuthor), .failure(.outOfScope):
        // The trees differ while charters and revocations are on their way: what may not be held is left, and stops
        // nothing else. A peer that offers it for ever has only its own bandwidth to lose.
        await node.logRefusal(of: run.stream, by: peer)
        actions += session.stored(bytes: run.bytes, count: 0)
      case .failure(let failure):
        let (code, text) = SyncFailure.words(failure)
        actions += session.storeFailed(code, text, isMisbehaviour: true)
      }
    }
    return try await carryOut(actions, &session, &view)
  }

  /// - Returns: whether the session is complete.
  private mutating func carryOut(
    _ first: [SyncSession.Action], _ session: inout SyncSession, _ view: inout SyncView
  ) async throws -> Bool {
    var queue = first[...]
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): try await connection.send(frame.encoded)
      case .load(let stream, let seq, let bytesMax):
        let entries = try await node.entries(of: stream, from: seq, bytesMax: bytesMax)
        queue.append(contentsOf: session.loaded(stream, entries: entries))
      case .loadAside(let stream, let count, let bytesMax):
        let entries = try await node.entriesAside(of: stream, after: count, bytesMax: bytesMax)
        queue.append(contentsOf: session.loadedAside(stream, entries: entries))
      case .store(let run):
        waiting.append(run)
        waitingBytes += run.bytes
      case .compare(let head):
        queue.append(contentsOf: session.compared(head, isOurs: try await node.holds(head)))
      case .writeReceipts:
        let (heads, receipts) = try await node.writeReceipts(for: peer)
        view.receipts += receipts
        queue.append(contentsOf: session.receiptsWritten(heads))
      case .reportFork(let stream, let seq):
        await node.logFork(stream, seq: seq)
      case .complete:
        try await node.agree(with: peer)
        return true
      case .close(let code, let text, _):
        if code == .normal { return true }
        throw SyncFailure.peerClosed(peer, code, text)
      }
    }
    return false
  }

  private func flush(_ actions: ArraySlice<SyncSession.Action>) async throws {
    for case .send(let frame) in actions { try await connection.send(frame.encoded) }
  }
}

extension Admission.Failure {
  /// Whether the peer sent what it must not send; else the run alone is left.
  var endsSession: Bool {
    switch self {
    case .branchesApart, .unknownAuthor, .outOfScope: false
    case .chain, .unreadable: true
    }
  }
}

/// How a session can break off.
enum SyncFailure {
  private static let again = Bilingual(
    zh: "已收到的内容都已保存；请稍后再同步，将从中断处继续。", en: "What arrived is stored; synchronise again, it goes on from there.")

  static func closed(_ peer: OfficeCode) -> DeskFailure {
    DeskFailure(
      kind: .unreachable, code: "connection-lost",
      message: Bilingual(zh: "与 \(peer) 的连接中断。", en: "The connection to \(peer) was lost."), remedy: again)
  }

  static func violated(_ peer: OfficeCode, _ text: String) -> DeskFailure {
    DeskFailure(
      kind: .protocolViolated, code: "protocol",
      message: Bilingual(zh: "\(peer) 违反同步协议：\(text)", en: "\(peer) violated the protocol: \(text)"),
      remedy: Bilingual(zh: "请核对双方软件版本。", en: "Compare the software versions of both sides."))
  }

  static func peerClosed(_ peer: OfficeCode, _ code: SyncFrame.CloseCode, _ text: String) -> DeskFailure {
    switch code {
    case .invalidEntry, .fork, .outOfScope:
      DeskFailure(
        kind: .integrity, code: "\(code)",
        message: Bilingual(zh: "与 \(peer) 同步时发现记录不可信：\(text)", en: "Untrustworthy entries between here and \(peer): \(text)"),
        remedy: Bilingual(zh: "双方各用 docket verify 检查，指出第一处不符。", en: "Run docket verify on both sides; it points at the first wrong place."))
    default:
      DeskFailure(
        kind: .protocolViolated, code: "\(code)",
        message: Bilingual(zh: "与 \(peer) 的同步被中止：\(text)", en: "The session with \(peer) was ended: \(text)"), remedy: again)
    }
  }

  static func words(_ failure: Admission.Failure) -> (SyncFrame.CloseCode, String) {
    switch failure {
    case .unknownAuthor(let key):
      (.outOfScope, "author \(Hexadecimal.string(key.bytes.prefix(4))) has no charter here")
    case .outOfScope: (.outOfScope, "stream out of scope")
    case .branchesApart(_, let seq), .chain(.fork(let seq)): (.fork, "fork at \(seq)")
    case .chain(let chain): (.invalidEntry, "\(chain.code) at \(chain.seq ?? 0)")
    case .unreadable(let reason): (.invalidEntry, "unreadable entry: \(reason.rawValue)")
    }
  }
}
