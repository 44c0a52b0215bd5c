import Logging
import NIOCore
import NIOPosix
import PeerTransport
import Replication
import SignatureSuites
import Testing

@Suite("Two offices over TLS", .timeLimit(.minutes(10)))
struct ConnectionTests {
  private let group = MultiThreadedEventLoopGroup.singleton
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func identity(_ proof: [UInt8]? = nil) throws -> TransportIdentity {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    return try TransportIdentity(rawPrivateKey: signer.rawEd25519 ?? [], commonName: "x", enrolmentProof: proof)
  }

  /// A listener that sends every frame back.
  private func echo(_ server: TransportIdentity, admits: [[UInt8]: PeerAdmission]) async throws -> PeerListener {
    try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: server, verifier: { admits[$0.publicKey] }, group: group, logger: logger
    ) { connection in
      do {
        for try await frame in connection.frames { try await connection.send(frame) }
      } catch {}
    }
  }

  private func dial(
    _ port: Int, _ client: TransportIdentity, expects server: TransportIdentity
  ) async throws -> PeerConnection {
    let key = server.publicKey
    return try await PeerDialer.dial(
      host: "127.0.0.1", port: port, identity: client,
      verifier: { $0.publicKey == key ? .office("server") : nil }, group: group, logger: logger)
  }

  @Test("admitted peers exchange frames, small and as large as the limit")
  func frames() async throws {
    let server = try identity(), client = try identity()
    let listener = try await echo(server, admits: [client.publicKey: .office("client")])
    let connection = try await dial(listener.port, client, expects: server)
    #expect(connection.admission == .office("server"))
    var iterator = connection.frames.makeAsyncIterator()
    for size in [1, 2, 1_000, 65_536, 256 * 1024] {
      let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
      try await connection.send(frame)
      #expect(try await iterator.next() == frame)
    }
    #expect(connection.bytesSent == connection.bytesReceived)
    await #expect(throws: TransportError(.frameTooLarge)) {
      try await connection.send([UInt8](repeating: 0, count: TransportLimits.frameBytesMax + 1))
    }
    await connection.close()
    await listener.close()
  }

  @Test("a client without charter gets nothing, a server without charter is refused")
  func strangers() async throws {
    let server = try identity(), client = try identity(), stranger = try identity()
    let listener = try await echo(server, admits: [client.publicKey: .office("client")])
    await #expect(throws: TransportError.self) {
      let connection = try await dial(listener.port, stranger, expects: server)
      var iterator = connection.frames.makeAsyncIterator()
      // In TLS 1.3 the client learns of the refusal at its first read.
      guard try await iterator.next() != nil else { throw TransportError(.refusedByPeer) }
    }
    await #expect(throws: TransportError(.notAdmitted)) { _ = try await dial(listener.port, client, expects: stranger) }
    let good = try await dial(listener.port, client, expects: server)
    try await good.send([1])
    var iterator = good.frames.makeAsyncIterator()
    #expect(try await iterator.next() == [1])
    await good.close()
    await listener.close()
  }

  @Test("an invitation's proof arrives with the certificate")
  func proof() async throws {
    let server = try identity(), guest = try identity([1, 2, 3])
    let listener = try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: server,
      verifier: { $0.enrolmentProof == [1, 2, 3] ? .enrolling("id") : nil }, group: group, logger: logger
    ) { connection in
      if connection.admission == .enrolling("id") { try? await connection.send([9]) }
    }
    let connection = try await dial(listener.port, guest, expects: server)
    var iterator = connection.frames.makeAsyncIterator()
    #expect(try await iterator.next() == [9])
    await connection.close()
    await listener.close()
  }

  @Test("what had come of a frame when the connection broke can be read, whatever it broke on", arguments: [false, true])
  func beginning(isReset: Bool) async throws {
    let server = try identity(), client = try identity()
    let (ends, end) = AsyncStream<(frames: Int, beginning: [UInt8])>.makeStream()
    let listener = try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: server,
      verifier: { $0.publicKey == client.publicKey ? .office("client") : nil }, group: group, logger: logger
    ) { connection in
      var frames = 0
      do {
        for try await _ in connection.frames {
          frames += 1
          #expect(connection.beginning.isEmpty)
          try await connection.send([1])
        }
      } catch {}
      end.yield((frames, connection.beginning))
    }
    let peer = try await RawPeer.call(listener.port, as: client)
    await peer.say([0, 0, 0, 2, 7, 7])
    // Once it is answered, what follows is surely read before the end.
    #expect(try await peer.hears(5))
    let content = (0..<5_000).map { UInt8(truncatingIfNeeded: $0) }
    await peer.say([0, 0, 0x20, 0] + content)
    await peer.hangUp(isReset: isReset)
    for await ended in ends {
      #expect(ended.frames == 1 && ended.beginning == content)
      break
    }
    await listener.close()
  }

  @Test("nobody listens, the port is taken, the address is wrong")
  func addresses() async throws {
    let server = try identity(), client = try identity()
    let listener = try await echo(server, admits: [:])
    await #expect(throws: TransportError(.addressInUse)) {
      _ = try await PeerListener.start(
        host: "127.0.0.1", port: listener.port, identity: server, verifier: { _ in nil }, group: group, logger: logger
      ) { _ in }
    }
    let port = listener.port
    await listener.close()
    await #expect(throws: TransportError(.unreachable)) { _ = try await dial(port, client, expects: server) }
    for text in ["", ":1", "host:", "host:70000", "[::1", "[::1]x", "a:b:c"] {
      #expect(throws: TransportError(.badAddress), "\(text)") { try Endpoint(text) }
    }
    #expect(try Endpoint("[::1]:80") == Endpoint("[::1]:80") && Endpoint("[::1]:80").port == 80)
    #expect(try Endpoint("host").port == TransportLimits.defaultPort)
  }
}
