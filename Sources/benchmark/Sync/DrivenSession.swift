import PeerTransport
import Replication
import SignatureSuites

/// What an office of the load run has to send, and what becomes of what it gets.
protocol OfficeShelf: Sendable {
  func heads() throws -> [StreamHead]
  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry]
  func take(_ run: CarriedRun) throws
}

/// The office's side of a session: the machine that a node runs, with the shelf in the place of its replica.
struct DrivenSession {
  enum Event: Sendable {
    case frame([UInt8])
    /// Heads moved on the shelf.
    case moved([StreamHead])
    /// It is time to say something.
    case silent
    case ended
  }

  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  /// As a node does that waits for the rest of an exchange.
  private static let pingInterval = Duration.seconds(15)

  private let connection: PeerConnection
  private let shelf: any OfficeShelf
  private var session: SyncSession
  private let onComplete: @Sendable (DrivenSession) -> Void

  init(
    connection: PeerConnection, office: OfficeCode, peer: OfficeCode, shelf: any OfficeShelf, clock: UInt64,
    onComplete: @escaping @Sendable (DrivenSession) -> Void
  ) throws {
    self.connection = connection
    self.shelf = shelf
    self.onComplete = onComplete
    let heads = try shelf.heads()
    let hello = SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: office, digest: SyncFrame.digest(of: heads, using: Ed25519Suite()),
      clock: clock, software: "docket/benchmark", agreed: nil)
    session = SyncSession(hello: hello, peer: peer, heads: heads, hashing: Ed25519Suite())
  }

  var entriesSent: Int { session.entriesSent }
  var bytesSent: Int { connection.bytesSent }
  var bytesReceived: Int { connection.bytesReceived }

  /// Until the peer ends it, or `events` are finished.
  mutating func run(_ events: AsyncStream<Event>, _ source: AsyncStream<Event>.Continuation) async throws {
    let frames = connection.frames
    let reading = Task {
      do {
        for try await frame in frames { source.yield(.frame(frame)) }
      } catch {}
      source.yield(.ended)
    }
    defer { reading.cancel() }
    let pinging = Task {
      while true {
        try await Task.sleep(for: Self.pingInterval)
        source.yield(.silent)
      }
    }
    defer { pinging.cancel() }
    try await carryOut(session.opened())
    for await event in events {
      switch event {
      case .frame(let bytes):
        let frame = try SyncFrame(decoding: bytes)
        // No attachments here: the node says that it wants none.
        if case .attachment = frame { continue }
        try await carryOut(session.received(frame))
      case .moved(let heads): try await carryOut(session.moved(heads))
      case .silent: try await connection.send(SyncFrame.ping.encoded)
      case .ended: throw Broken(description: session.isComplete ? "the node hung up" : "the connection ended")
      }
    }
    try? await connection.send(SyncFrame.close(code: .normal, text: "").encoded)
  }

  private mutating func carryOut(_ first: [SyncSession.Action]) async throws {
    var queue = first[...]
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): try await connection.send(frame.encoded)
      case .load(let stream, let seq, let bytesMax):
        queue += session.loaded(stream, entries: try shelf.entries(of: stream, from: seq, bytesMax: bytesMax))
      case .loadAside(let stream, _, _): queue += session.loadedAside(stream, entries: [])
      case .store(let run):
        try shelf.take(run)
        queue += session.stored(bytes: run.bytes, count: run.count)
      case .compare(let head): queue += session.compared(head, as: .held)
      case .writeReceipts: queue += session.receiptsWritten([])
      case .reportFork: continue
      case .complete: onComplete(self)
      case .close(let code, let text, _): throw Broken(description: "\(code): \(text)")
      }
    }
  }
}

/// A log in memory that goes up, and nothing else.
struct LogShelf: OfficeShelf {
  let log: [Entry]

  func heads() -> [StreamHead] {
    guard let last = log.last else { return [] }
    return [StreamHead(stream: last.header.stream, seq: last.header.seq, hash: last.hash(using: Ed25519Suite()))]
  }

  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) -> [Entry] {
    guard stream == log.first?.header.stream, seq >= 1, seq <= log.count else { return [] }
    var end = Int(seq) - 1
    var bytes = 0
    while end < log.count {
      bytes += EntryRun.bytes(of: log[end])
      if bytes > bytesMax, end >= Int(seq) { break }
      end += 1
    }
    return Array(log[(Int(seq) - 1)..<end])
  }

  func take(_ run: CarriedRun) {}
}
