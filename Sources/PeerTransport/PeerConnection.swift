import NIOCore
import NIOSSL

/// A connection to an admitted peer: frames in both directions over TLS 1.3.
public final class PeerConnection: Sendable {
  public let admission: PeerAdmission
  public let certificate: PeerCertificate
  private let channel: FrameChannel

  private init(passed: HandshakeGate.Passed, channel: FrameChannel) {
    admission = passed.admission
    certificate = passed.certificate
    self.channel = channel
  }

  /// A channel on its way to a connection.
  struct Pending: Sendable {
    let gate: HandshakeGate
    let wrapped: FrameChannel.Wrapped

    func connection() async throws -> PeerConnection {
      let channel = try await FrameChannel.open(wrapped, bytesMax: TransportLimits.frameBytesMax)
      do {
        return PeerConnection(passed: try await gate.passed.get(), channel: channel)
      } catch {
        channel.abort()
        await channel.finish()
        throw FrameChannel.mapped(error)
      }
    }
  }

  /// Builds the pipeline; on the channel's event loop.
  static func prepare(
    _ channel: any Channel, tls: NIOSSLContext, isServer: Bool, verifier: @escaping PeerVerifier
  ) throws -> Pending {
    let gate = HandshakeGate(eventLoop: channel.eventLoop, verifier: verifier)
    let callback: NIOSSLCustomVerificationCallback = { chain, result in gate.verify(chain, result) }
    let pipeline = channel.pipeline.syncOperations
    if isServer {
      try pipeline.addHandler(NIOSSLServerHandler(context: tls, customVerificationCallback: callback))
    } else {
      try pipeline.addHandler(
        try NIOSSLClientHandler(context: tls, serverHostname: nil, customVerificationCallback: callback))
    }
    try pipeline.addHandler(gate)
    try pipeline.addHandler(IdleStateHandler(allTimeout: TransportLimits.idleTime))
    try pipeline.addHandler(IdleCloser())
    return Pending(gate: gate, wrapped: try FrameChannel.wrap(channel, bytesMax: TransportLimits.frameBytesMax))
  }

  /// - Throws: `TransportError`.
  public func send(_ frame: [UInt8]) async throws { try await channel.send(frame) }

  /// Frames as they arrive; `nil` at the peer's orderly end. In TLS 1.3 a client learns only here that the server
  /// refused its certificate: `refusedByPeer`.
  public var frames: FrameSequence { channel.frames }

  /// Whether the next frame can be read without waiting.
  public var hasFrameAtHand: Bool { channel.hasFrameAtHand }

  /// Frame bytes with their heads, without TLS's own.
  public var bytesSent: Int { channel.bytesSent }
  public var bytesReceived: Int { channel.bytesReceived }

  public func close() async { await channel.finish() }
}
