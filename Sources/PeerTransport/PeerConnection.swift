import NIOCore
import NIOSSL

/// A connection to an admitted peer: frames in both directions over TLS 1.3.
public final class PeerConnection: Sendable {
  public let admission: PeerAdmission
  public let certificate: PeerCertificate
  /// The address that answered; `nil` when the peer called.
  public let endpoint: Endpoint?
  private let channel: FrameChannel
  private let visitor: Door.Visitor?
  private let counters: TransportCounters

  private init(passed: HandshakeGate.Passed, channel: FrameChannel, pending: Pending) {
    admission = passed.admission
    certificate = passed.certificate
    endpoint = pending.endpoint
    visitor = pending.visitor
    counters = pending.counters
    self.channel = channel
  }

  /// A channel on its way to a connection.
  struct Pending: Sendable {
    let gate: HandshakeGate
    let wrapped: FrameChannel.Wrapped
    let endpoint: Endpoint?
    let visitor: Door.Visitor?
    let counters: TransportCounters

    func connection() async throws -> PeerConnection {
      let channel = try await FrameChannel.open(wrapped)
      do {
        return PeerConnection(passed: try await gate.passed.get(), channel: channel, pending: self)
      } catch {
        await channel.finish()
        throw TransportErrors.mapped(error)
      }
    }
  }

  /// What a connection is made with.
  struct Making: Sendable {
    let tls: NIOSSLContext
    let verifier: PeerVerifier
    let limits: TransportLimits
    let counters: TransportCounters
  }

  /// Read from the socket at once: a record of TLS (RFC 8446 section 5.1). What is decrypted of it fits into 64 KiB, where
  /// NIO's own four times 64 KiB leave each of 300 sessions with buffers of half a megabyte.
  private static let readBytes = 16 * 1024

  /// Builds the pipeline; on the channel's event loop.
  /// - Parameter visitor: who called; `nil` where we call `endpoint`.
  static func prepare(
    _ channel: any Channel, _ making: Making, visitor: Door.Visitor?, endpoint: Endpoint?
  ) throws -> Pending {
    let gate = HandshakeGate(
      eventLoop: channel.eventLoop, verifier: making.verifier, visitor: visitor, limits: making.limits,
      counters: making.counters)
    // TLS keeps a buffer as large as what was ever read at once.
    try channel.syncOptions?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
    try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    let callback: NIOSSLCustomVerificationCallback = { chain, result in gate.verify(chain, result) }
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(ConnectionGuard(unreadTime: making.limits.unreadTime, counters: making.counters))
    if visitor != nil {
      try pipeline.addHandler(NIOSSLServerHandler(context: making.tls, customVerificationCallback: callback))
    } else {
      try pipeline.addHandler(
        try NIOSSLClientHandler(context: making.tls, serverHostname: nil, customVerificationCallback: callback))
    }
    try pipeline.addHandler(gate)
    let wrapped = try FrameChannel.wrap(channel, bytesMax: TransportLimits.frameBytesMax, limits: making.limits)
    return Pending(gate: gate, wrapped: wrapped, endpoint: endpoint, visitor: visitor, counters: making.counters)
  }

  /// - Throws: `TransportError`.
  public func send(_ frame: [UInt8]) async throws { try await channel.send(frame) }

  /// Sends frames in one write: each write wakes the peer.
  /// - Throws: `TransportError`; `frameTooLarge` when none has been sent.
  public func send(_ frames: [[UInt8]]) async throws { try await channel.send(frames) }

  /// Frames as they arrive; `nil` at the peer's orderly end. In TLS 1.3 a client learns only here that the server
  /// refused its certificate: `refusedByPeer`.
  public var frames: FrameSequence { channel.frames }

  /// Whether the next frame can be read without waiting.
  public var hasFrameAtHand: Bool { channel.hasFrameAtHand }

  /// What had arrived of the next frame when the connection broke. Empty until `frames` have ended, and where no frame
  /// was under way.
  public var beginning: [UInt8] { channel.beginning }

  /// Frame bytes with their heads, without TLS's own.
  public var bytesSent: Int { channel.bytesSent }
  public var bytesReceived: Int { channel.bytesReceived }

  /// The peer broke the protocol: counted, and a strike against its key where it called us. After
  /// `TransportLimits.strikesPerKeyMax` of them its calls are refused until some have faded. Does not close: the session
  /// may have a last word.
  /// - Parameter reason: `.violation` for frames that cannot be read or are not allowed, `.entries` for entries that are
  ///   not what they claim to be.
  public func strike(_ reason: CutOff) {
    counters.count { $0.cutOff[reason, default: 0] += 1 }
    visitor?.strike(certificate.publicKey)
  }

  /// The peer's protocol version knows no pings: it may be silent for `TransportLimits.pinglessSilenceTime`.
  public func bearSilence() { channel.bearSilence() }

  public func close() async { await channel.finish() }
}
