public import Logging
import NIOConcurrencyHelpers
public import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
  import Glibc
#endif

/// Takes peers' calls.
public final class PeerListener: Sendable {
  private let channel: any Channel
  private let children: NIOLockedValueBox<[ObjectIdentifier: any Channel]>
  private let tls: NIOLockedValueBox<NIOSSLContext>
  /// The bound port.
  public let port: Int

  private init(
    channel: any Channel, children: NIOLockedValueBox<[ObjectIdentifier: any Channel]>,
    tls: NIOLockedValueBox<NIOSSLContext>, port: Int
  ) {
    self.channel = channel
    self.children = children
    self.tls = tls
    self.port = port
  }

  /// - Parameter onConnection: called for each peer that was admitted; the connection closes when it returns.
  /// - Throws: `TransportError`: addressInUse, badAddress.
  public static func start(
    host: String, port: Int, identity: TransportIdentity, verifier: @escaping PeerVerifier,
    group: any EventLoopGroup, logger: Logger, onConnection: @escaping @Sendable (PeerConnection) async -> Void
  ) async throws -> PeerListener {
    let tls = NIOLockedValueBox(try NIOSSLContext(configuration: identity.configuration(isServer: true)))
    let children = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        let id = ObjectIdentifier(channel)
        let isFull = children.withLockedValue { children in
          if children.count >= TransportLimits.connectionsMax { return true }
          children[id] = channel
          return false
        }
        if isFull { return channel.eventLoop.makeFailedFuture(TransportError(.tooManyConnections)) }
        channel.closeFuture.whenComplete { _ in children.withLockedValue { $0[id] = nil } }
        return channel.eventLoop.makeCompletedFuture {
          let pending = try PeerConnection.prepare(channel, tls: tls.withLockedValue { $0 }, isServer: true, verifier: verifier)
          Task {
            do {
              let connection = try await pending.connection()
              await onConnection(connection)
              await connection.close()
            } catch {
              logger.info("peer refused", metadata: ["reason": "\(error)"])
            }
          }
        }
      }
    do {
      let channel = try await bootstrap.bind(host: host, port: port).get()
      return PeerListener(channel: channel, children: children, tls: tls, port: channel.localAddress?.port ?? port)
    } catch let error as IOError {
      throw TransportError(
        error.errnoCode == EADDRINUSE ? .addressInUse : .badAddress, cause: "\(host):\(port), \(error.description)")
    } catch {
      throw TransportError(.badAddress, cause: "\(host):\(port), \(error)")
    }
  }

  /// Shows another certificate to whoever calls from now on; open connections go on.
  /// - Throws: what the TLS library throws for an unusable key.
  public func present(_ identity: TransportIdentity) throws {
    let context = try NIOSSLContext(configuration: identity.configuration(isServer: true))
    tls.withLockedValue { $0 = context }
  }

  /// Stops listening and ends the connections.
  public func close() async {
    try? await channel.close()
    let open = children.withLockedValue { Array($0.values) }
    for child in open { try? await child.close() }
  }
}
