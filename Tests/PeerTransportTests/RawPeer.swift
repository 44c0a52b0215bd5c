import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import PeerTransport

/// A peer that says what it likes: bytes below TLS or within it.
final class RawPeer: Sendable {
  private let channel: any Channel
  private let received: NIOLockedValueBox<Int>

  private init(channel: any Channel, received: NIOLockedValueBox<Int>) {
    self.channel = channel
    self.received = received
  }

  /// - Parameters:
  ///   - address: where it calls from.
  ///   - identity: whom it shows in TLS; `nil` for a bare connection.
  ///   - answers: whether it ever finishes the handshake.
  ///   - mangling: changes what goes out below TLS, told how many times it was asked before.
  static func call(
    _ port: Int, from address: String = "127.0.0.1", as identity: TransportIdentity? = nil, answers: Bool = true,
    mangling: (@Sendable (Int, [UInt8]) -> [UInt8])? = nil
  ) async throws -> RawPeer {
    let received = NIOLockedValueBox(0)
    let tls = try identity.map { try NIOSSLContext(configuration: $0.configuration(isServer: false, .standard)) }
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(to: try SocketAddress(ipAddress: address, port: 0))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let mangling { try channel.pipeline.syncOperations.addHandler(Mangler(mangling: mangling)) }
          if let tls {
            try channel.pipeline.syncOperations.addHandler(
              try NIOSSLClientHandler(context: tls, serverHostname: nil) { _, promise in
                if answers { promise.succeed(.certificateVerified) }
              })
          }
          try channel.pipeline.syncOperations.addHandler(Listener(received: received))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return RawPeer(channel: channel, received: received)
  }

  /// Within TLS, where there is any. Errors are the other side's hanging up.
  func say(_ bytes: [UInt8]) async { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

  /// Without waiting until it is said.
  func shout(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  /// Below TLS.
  func sayBelow(_ bytes: [UInt8]) async throws {
    let channel = channel
    try await channel.eventLoop.submit {
      let context = try channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }.get()
  }

  /// Goes on sending these bytes while there is room for them. On the event loop: an honest peer must not fall silent
  /// because other tests keep all threads busy.
  func keepSaying(_ bytes: [UInt8]) {
    let channel = channel
    let talk = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in
      if channel.isWritable { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    }
    channel.closeFuture.whenComplete { _ in talk.cancel() }
  }

  func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

  /// Bytes that arrived, within TLS where there is any.
  var bytesReceived: Int { received.withLockedValue { $0 } }

  var isOpen: Bool { channel.isActive }

  /// Waits until so many bytes arrived, or the other side hung up.
  /// - Returns: whether they did.
  func hears(_ bytes: Int) async throws -> Bool {
    while bytesReceived < bytes {
      if !isOpen { return bytesReceived >= bytes }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// Until the other side hangs up.
  func untilClosed() async { try? await channel.closeFuture.get() }

  /// Without a farewell of TLS.
  /// - Parameter isReset: as a line does that forgets the connection, not as a process that ends.
  func hangUp(isReset: Bool) async {
    let channel = channel
    if isReset { try? await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get() }
    try? await channel.eventLoop.submit {
      let context = try channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
      context.close(promise: nil)
    }.get()
  }

  func close() async { try? await channel.close() }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: NIOLockedValueBox<Int>

    init(received: NIOLockedValueBox<Int>) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data).readableBytes
      received.withLockedValue { $0 += bytes }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private final class Mangler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let mangling: @Sendable (Int, [UInt8]) -> [UInt8]
    private var count = 0

    init(mangling: @escaping @Sendable (Int, [UInt8]) -> [UInt8]) { self.mangling = mangling }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      let bytes = mangling(count, Array(unwrapOutboundIn(data).readableBytesView))
      count += 1
      context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }
  }
}
