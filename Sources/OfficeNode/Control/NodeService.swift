import Casebook
import Casework
import Foundation
public import Logging
import NIOPosix
import PeerTransport
import Replication
public import ServiceLifecycle

/// `docket serve`: listens for peers and for the desk until it is told to stop.
public struct NodeService: Service {
  private let node: OfficeNode
  private let endpoint: Endpoint
  private let logger: Logger
  private let onReady: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - listen: `host:port`; port 0 takes a free one.
  ///   - onReady: told the port once both sockets listen.
  public init(
    node: OfficeNode, listen: String, logger: Logger, onReady: @escaping @Sendable (Int) -> Void
  ) throws {
    self.node = node
    self.logger = logger
    self.onReady = onReady
    endpoint = try StoreFailures.mapped { try Endpoint(listen) }
  }

  public func run() async throws {
    do {
      try await serve()
    } catch {
      throw StoreFailures.mapped(error)
    }
  }

  private func serve() async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let node = node
    let logger = logger
    let listener = try await PeerListener.start(
      host: endpoint.host, port: endpoint.port, identity: try await node.transportIdentity(),
      verifier: { await node.admitted($0) }, group: group, logger: logger,
      onConnection: { await Self.handle($0, node: node, logger: logger) })
    let path = node.home.socket
    try? FileManager.default.removeItem(atPath: path)
    let control = ControlServer(node: node, logger: logger)
    let local: LocalListener
    do {
      local = try await LocalListener.start(path: path) { await control.handle($0) }
    } catch {
      await listener.close()
      throw error
    }
    await node.setServing(true) { identity in
      do {
        try listener.present(identity)
      } catch {
        logger.error("new transport key not shown", metadata: ["error": "\(error)"])
      }
    }
    onReady(listener.port)
    try? await gracefulShutdown()
    await node.setServing(false)
    await local.close()
    try? FileManager.default.removeItem(atPath: path)
    await listener.close()
  }

  private static func handle(_ connection: PeerConnection, node: OfficeNode, logger: Logger) async {
    do {
      switch connection.admission {
      case .office(let text):
        guard let peer = OfficeCode(text) else { break }
        let view = try await SessionRunner(
          node: node, connection: connection, peer: peer, hangsUp: false
        ).run()
        logger.info(
          "session complete",
          metadata: ["peer": "\(text)", "sent": "\(view.sent)", "received": "\(view.received)"])
      case .enrolling(let id):
        for try await frame in connection.frames {
          let request = try EnrolmentMessage(decoding: frame)
          let reply = try await node.enrol(request, id: id, transportKey: connection.certificate.publicKey)
          try await connection.send(reply.encoded)
          logger.notice("enrolment answered", metadata: ["invitation": "\(id)"])
          break
        }
      }
    } catch {
      logger.warning("session ended", metadata: ["error": "\(DeskFailures.failure(error).message.en)"])
    }
    await connection.close()
  }
}
