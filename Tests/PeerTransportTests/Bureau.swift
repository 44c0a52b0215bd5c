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
    onFrame: @escaping @Sendable ([UInt8], PeerConnection) async -> Void = { _, _ in }
  ) async throws -> Bureau {
    let server = try identity()
    let admitted = NIOLockedValueBox(Set<[UInt8]>())
    let counters = TransportCounters()
    let listener = try await PeerListener.start(
      host: host, port: 0, identity: server,
      verifier: { certificate in
        admitted.withLockedValue { $0.contains(certificate.publicKey) } ? .office("client") : nil
      }, group: MultiThreadedEventLoopGroup.singleton, logger: logger, limits: limits, counters: counters
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

  /// Runs `body` while an honest peer exchanges frames, which must go on until the end.
  func besideAnHonestPeer(_ body: () async throws -> Void) async throws {
    let connection = try await dial(try office())
    let isOver = NIOLockedValueBox(false)
    async let talk = Self.talk(over: connection) { isOver.withLockedValue { $0 } }
    let result: Result<Void, any Error>
    do {
      try await body()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    isOver.withLockedValue { $0 = true }
    let exchanged = try await talk
    #expect(exchanged > 0, "the honest peer was cut off")
    await connection.close()
    try result.get()
  }

  /// - Returns: frames that came back.
  private static func talk(over connection: PeerConnection, until isOver: @Sendable () -> Bool) async throws -> Int {
    var iterator = connection.frames.makeAsyncIterator()
    var count = 0
    repeat {
      let isLast = isOver()
      try await connection.send([UInt8](repeating: UInt8(truncatingIfNeeded: count), count: 1_000))
      guard try await iterator.next()?.first == UInt8(truncatingIfNeeded: count) else { return 0 }
      count += 1
      if isLast { return count }
      try await Task.sleep(for: .milliseconds(20))
    } while true
  }

  /// Waits until the figures are so; the suite's time limit ends what never comes.
  func until(_ condition: (TransportFigures) -> Bool) async throws {
    while !condition(counters.snapshot()) { try await Task.sleep(for: .milliseconds(10)) }
  }
}
