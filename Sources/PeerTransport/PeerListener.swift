public import Logging
import NIOConcurrencyHelpers
public import NIOCore
import NIOPosix
import NIOSSL

/// Takes peers' calls.
public final class PeerListener: Sendable {
  private let channel: any Channel
  private let door: Door
  private let tls: NIOLockedValueBox<NIOSSLContext>
  private let limits: TransportLimits
  /// The bound port.
  public let port: Int

  private init(
    channel: any Channel, door: Door, tls: NIOLockedValueBox<NIOSSLContext>, limits: TransportLimits, port: Int
  ) {
    self.channel = channel
    self.door = door
    self.tls = tls
    self.limits = limits
    self.port = port
  }

  /// - Parameters:
  ///   - counters: what is counted of all calls; share them with the dialler's.
  ///   - onConnection: called for each peer that was admitted; the connection closes when it returns.
  /// - Throws: `TransportError`: addressInUse, badAddress.
  public static func start(
    host: String, port: Int, identity: TransportIdentity, verifier: @escaping PeerVerifier,
    group: any EventLoopGroup, logger: Logger, limits: TransportLimits = .standard,
    counters: TransportCounters = TransportCounters(),
    onConnection: @escaping @Sendable (PeerConnection) async -> Void
  ) async throws -> PeerListener {
    let tls = NIOLockedValueBox(try NIOSSLContext(configuration: identity.configuration(isServer: true, limits)))
    let door = Door(limits: limits, counters: counters)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: limits.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.unsentBytesMax, value: limits.unsentBytesMax)
      .childChannelInitializer { channel in
        guard let visitor = door.visitor(channel) else {
          return channel.eventLoop.makeFailedFuture(TransportError(.turnedAway))
        }
        return channel.eventLoop.makeCompletedFuture {
          let making = PeerConnection.Making(
            tls: tls.withLockedValue { $0 }, verifier: verifier, limits: limits, counters: counters)
          let pending = try PeerConnection.prepare(channel, making, visitor: visitor, endpoint: nil)
          Task {
            do {
              let connection = try await pending.connection()
              await onConnection(connection)
              await connection.close()
            } catch {
              // Whoever can reach the port can cause this line, so it is not for everyday logs; counters tell.
              logger.debug("peer refused", metadata: ["reason": "\(error)"])
            }
          }
        }
      }
    do {
      let channel = try await bootstrap.bind(host: host, port: port).get()
      return PeerListener(
        channel: channel, door: door, tls: tls, limits: limits, port: channel.localAddress?.port ?? port)
    } catch {
      throw TransportErrors.binding(host, port, error)
    }
  }

  /// Shows another certificate to whoever calls from now on; open connections go on.
  /// - Throws: what the TLS library throws for an unusable key.
  public func present(_ identity: TransportIdentity) throws {
    let context = try NIOSSLContext(configuration: identity.configuration(isServer: true, limits))
    tls.withLockedValue { $0 = context }
  }

  /// Stops listening and ends the connections, within `TransportLimits.farewellTime`.
  public func close() async {
    try? await channel.close()
    await door.close()
  }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
  /// `TCP_NOTSENT_LOWAT` (tcp(7), Linux 3.12): what is not on its way yet stays with us, where it can be overtaken.
  static var unsentBytesMax: ChannelOptions.Types.SocketOption { .init(level: .tcp, name: .init(rawValue: 25)) }
}
