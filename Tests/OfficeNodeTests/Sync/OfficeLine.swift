import Casebook
import NIOCore
import NIOPosix
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

@testable import OfficeNode

extension OfficeNode {
  /// Takes calls of offices in this process.
  /// - Parameter onCall: told of each that was admitted.
  nonisolated func takeCalls(
    _ limits: TransportLimits = .standard, look: Duration = Keepalive.look,
    onCall: @escaping @Sendable () -> Void = {}
  ) async throws -> PeerListener {
    try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: try await transportIdentity(), verifier: { await self.admitted($0) },
      group: MultiThreadedEventLoopGroup.singleton, logger: BackupHome.logger, limits: limits, counters: transport,
      onConnection: { connection in
        onCall()
        if case .office(let text) = connection.admission, let peer = OfficeCode(text) {
          _ = try? await SessionRunner(
            node: self, connection: connection, peer: peer, role: .listener, look: look
          ).run()
        }
        await connection.close()
      })
  }

  nonisolated func dial(_ port: Int, limits: TransportLimits = .standard) async throws -> PeerConnection {
    try await PeerDialer.dial(
      host: "127.0.0.1", port: port, identity: try await transportIdentity(), verifier: { await self.admitted($0) },
      group: MultiThreadedEventLoopGroup.singleton, logger: BackupHome.logger, limits: limits, counters: transport)
  }

  func reachSuperior(at address: String) { settings.superiorAddress = address }

  func head(of stream: StreamID) throws -> StreamHead? { try store.read { try $0.head(of: stream) } }

  /// A chain of entries that this office signs.
  func chain(
    _ stream: StreamID, _ count: Int, after: Entry? = nil, text: String = "", by other: SoftwareSigner? = nil
  ) throws -> [Entry] {
    let suite = Ed25519Suite()
    var previous = after
    return try (0..<count).map { _ in
      let seq = (previous?.header.seq ?? 0) + 1
      let id = RecordID(milliseconds: 1_000 + seq, random: [UInt8](repeating: 1, count: 10)) ?? .zero
      let payload = Entry.payload(of: [
        .record(RecordWrite(type: 1, id: id, fields: [.init(number: 2, value: .text("\(text) \(seq)"), replaces: [])]))
      ])
      let header = EntryHeader(
        suite: .ed25519, stream: stream, seq: seq, previous: previous?.hash(using: suite) ?? .zero,
        payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
        stamp: HybridTimestamp(milliseconds: 1_000 + seq), schema: 1, seen: nil, part: nil)
      let entry = try Entry(header: header, payload: payload, signer: other ?? signer)
      previous = entry
      return entry
    }
  }

  func ownStream(_ incarnation: UInt64, _ audience: Audience = .up) -> StreamID {
    StreamID(author: context.key, incarnation: incarnation, audience: audience)
  }
}

/// An office's machine that says what a test wants said.
struct RawCaller {
  let connection: PeerConnection
  private let office: OfficeCode
  private var frames: FrameSequence.Iterator

  init(as node: OfficeNode, port: Int, limits: TransportLimits = .standard) async throws {
    connection = try await node.dial(port, limits: limits)
    office = node.office
    frames = connection.frames.makeAsyncIterator()
  }

  func send(_ frame: SyncFrame) async throws { try await connection.send(frame.encoded) }

  mutating func next() async throws -> SyncFrame? { try await frames.next().map { try SyncFrame(decoding: $0) } }

  /// Says what a session begins with, as one who holds nothing: then it may send entries.
  mutating func begin(version: UInt64 = SessionLimits.protocolVersion) async throws {
    try await send(.hello(.init(version: version, office: office, digest: .zero, clock: 0, software: "t")))
    try await send(.frontier(heads: [], isLast: true))
    while let frame = try await next() {
      if case .frontier(_, isLast: true) = frame { return }
    }
    throw TransportError(.truncated)
  }
}
