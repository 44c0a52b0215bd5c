public import Logging
public import NIOCore
import NIOPosix
import NIOSSL

/// Calls a peer.
public enum PeerDialer {
  /// - Throws: `TransportError`: unreachable, timeout, notAdmitted, noSuchProtocol.
  public static func dial(
    host: String, port: Int, identity: TransportIdentity, verifier: @escaping PeerVerifier,
    group: any EventLoopGroup, logger: Logger
  ) async throws -> PeerConnection {
    let tls = try NIOSSLContext(configuration: identity.configuration(isServer: false))
    let pending: PeerConnection.Pending
    do {
      pending = try await ClientBootstrap(group: group)
        .connectTimeout(TransportLimits.connectTime)
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try PeerConnection.prepare(channel, tls: tls, isServer: false, verifier: verifier)
          }
        }
    } catch let error as NIOConnectionError {
      throw TransportError(.unreachable, cause: "\(host):\(port)\(cause(error))")
    } catch let error as TransportError {
      throw error
    } catch {
      throw TransportError(.unreachable, cause: "\(host):\(port), \(error)")
    }
    logger.debug("dialled", metadata: ["host": "\(host)", "port": "\(port)"])
    return try await pending.connection()
  }

  private static func cause(_ error: NIOConnectionError) -> String {
    if let first = error.connectionErrors.first { return ", \(first.error)" }
    return error.dnsAError.map { ", \($0)" } ?? ""
  }
}
