import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import PeerTransport
import Replication
import SignatureSuites
import Testing

/// A listener that sends every frame back, an honest peer that goes on talking to it, and identities for the others.
struct Bureau: Sendable {
  let listener: PeerListener
  let server: TransportIdentity
  let counters: TransportCounters
  private let admitted: NIOLockedValueBox<Set<[UInt8]>>

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  static func identity(_ proof: [UInt8]? = nil) throws -> TransportIdentity {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    return try TransportIdentity(rawPrivateKey: signer.rawEd25519 ?? [], commonName: "x", enrolmentProof: proof)
  }

  /// - Parameter onFrame: called for each frame that arrives, before it is sent back.
  static func open(
    _ limits: TransportLimits = .standard, host: String = "127.0.0.1",
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    onFrame: @escaping @Sendable ([UInt8], PeerConnection) async -> Void = { _, _ in }
  ) async throws -> Bureau {
    let server = try identity()
    let admitted = NIOLockedValueBox(Set<[UInt8]>())
    let counters = TransportCounters()
    let listener = try await PeerListener.start(
      host: host, port: 0, identity: server,
      verifier: { certificate in
        admitted.withLockedValue { $0.contains(certificate.publicKey) } ? .office("client") : nil
      }, group: group, logger: logger, limits: limits, counters: counters
    ) { connection in
      do {
        for try await frame in connection.frames {
          await onFrame(frame, connection)
          try await connection.send(frame)
        }
      } catch {}
    }
    return Bureau(listener: listener, server: server, counters: counters, admitted: admitted)
  }

  /// An identity the listener admits.
  func office() throws -> TransportIdentity {
    let identity = try Self.identity()
    admitted.withLockedValue { _ = $0.insert(identity.publicKey) }
    return identity
  }

  func dial(
    _ identity: TransportIdentity, _ address: PeerAddress? = nil, limits: TransportLimits = .standard,
    counters: TransportCounters = TransportCounters()
  ) async throws -> PeerConnection {
    let key = server.publicKey
    return try await PeerDialer.dial(
      try address ?? PeerAddress("127.0.0.1:\(listener.port)"), identity: identity,
      verifier: { $0.publicKey == key ? .office("server") : nil }, group: MultiThreadedEventLoopGroup.singleton,
      logger: Self.logger, limits: limits, counters: counters)
  }

  /// An admitted peer that speaks bytes. Calls again if the machine is too busy for a handshake in time.
  func admittedPeer(from address: String = "127.0.0.1") async throws -> RawPeer {
    let identity = try office()
    while true {
      let peer = try await RawPeer.call(listener.port, from: address, as: identity)
      await peer.say([0, 0, 0, 1, 7])
      if try await peer.hears(5) { return peer }
      await peer.close()
    }
  }

  /// Runs `body` while an honest peer sends frames and takes what comes back, which must go on after it.
  func besideAnHonestPeer(saying frame: [UInt8] = [0, 0, 0, 3, 1, 2, 3], _ body: () async throws -> Void) async throws {
    let honest = try await admittedPeer()
    honest.keepSaying(frame)
    try await body()
    let goesOn = try await honest.hears(honest.bytesReceived + 2 * frame.count)
    #expect(goesOn, "the honest peer was cut off")
    await honest.close()
  }

  /// Waits until the figures are so; the suite's time limit ends what never comes.
  func until(_ condition: (TransportFigures) -> Bool) async throws {
    while !condition(counters.snapshot()) { try await Task.sleep(for: .milliseconds(10)) }
  }
}
