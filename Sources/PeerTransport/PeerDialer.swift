public import Logging
public import NIOCore
import NIOPosix
import NIOSSL

/// Calls a peer.
public enum PeerDialer {
  /// Tries the peer's addresses in turn until one answers as the right peer. Of a name all addresses are tried, both
  /// protocols at once (RFC 8305).
  /// - Throws: `TransportError`: unreachable, timeout, notAdmitted, noSuchProtocol, turnedAway; of several failures the
  ///   one that says most, with all as its cause.
  public static func dial(
    _ address: PeerAddress, identity: TransportIdentity, verifier: @escaping PeerVerifier,
    group: any EventLoopGroup, logger: Logger, limits: TransportLimits = .standard,
    counters: TransportCounters = TransportCounters()
  ) async throws -> PeerConnection {
    let making = PeerConnection.Making(
      tls: try NIOSSLContext(configuration: identity.configuration(isServer: false, limits)), verifier: verifier,
      limits: limits, counters: counters)
    var failures: [(endpoint: Endpoint, error: TransportError)] = []
    for endpoint in address.endpoints {
      do {
        return try await dial(endpoint, making, group: group, logger: logger)
      } catch let error as TransportError {
        try Task.checkCancellation()
        logger.debug("not dialled", metadata: ["address": "\(endpoint)", "reason": "\(error)"])
        failures.append((endpoint, error))
      }
    }
    throw telling(failures)
  }

  public static func dial(
    host: String, port: Int, identity: TransportIdentity, verifier: @escaping PeerVerifier,
    group: any EventLoopGroup, logger: Logger, limits: TransportLimits = .standard,
    counters: TransportCounters = TransportCounters()
  ) async throws -> PeerConnection {
    try await dial(
      PeerAddress(Endpoint(host: host, port: port)), identity: identity, verifier: verifier, group: group,
      logger: logger, limits: limits, counters: counters)
  }

  private static func dial(
    _ endpoint: Endpoint, _ making: PeerConnection.Making, group: any EventLoopGroup, logger: Logger
  ) async throws -> PeerConnection {
    let pending: PeerConnection.Pending
    do {
      pending = try await ClientBootstrap(group: group)
        .connectTimeout(making.limits.connectTime)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.unsentBytesMax, value: making.limits.unsentBytesMax)
        .connect(host: endpoint.host, port: endpoint.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try PeerConnection.prepare(channel, making, visitor: nil, endpoint: endpoint)
          }
        }
    } catch let error as NIOConnectionError {
      throw TransportError(.unreachable, cause: "\(endpoint)\(cause(error))")
    } catch let error as TransportError {
      throw error
    } catch {
      throw TransportError(.unreachable, cause: "\(endpoint), \(error)")
    }
    logger.debug("dialled", metadata: ["address": "\(endpoint)"])
    return try await pending.connection()
  }

  private static func cause(_ error: NIOConnectionError) -> String {
    if let first = error.connectionErrors.first { return ", \(first.error)" }
    return error.dnsAError.map { ", \($0)" } ?? ""
  }

  /// Of several failures the one that says most: somebody who answered knows more than silence.
  private static func telling(_ failures: [(endpoint: Endpoint, error: TransportError)]) -> TransportError {
    guard failures.count > 1 else { return failures.first?.error ?? TransportError(.badAddress) }
    let order: [TransportError.Code] = [.notAdmitted, .refusedByPeer, .noSuchProtocol, .turnedAway, .timeout]
    let code = order.first { code in failures.contains { $0.error.code == code } } ?? failures[0].error.code
    let all = failures.map { failure in
      let text = failure.error.description
      return text.contains("\(failure.endpoint)") ? text : "\(failure.endpoint) \(text)"
    }
    return TransportError(code, cause: all.joined(separator: "; "))
  }
}
