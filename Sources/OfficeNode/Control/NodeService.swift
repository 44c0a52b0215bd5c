public import Casebook
import Casework
import Foundation
public import Logging
import NIOPosix
import PeerTransport
import Replication
public import ServiceLifecycle

/// `docket serve`: listens for peers and for the desk, and keeps in contact with the superior, until it is told to stop.
public struct NodeService: Service {
  /// What a serving node does beside answering the desk.
  public struct Plan: Sendable {
    /// `host:port` to take peers' calls at; port 0 takes a free one, `nil` takes none.
    public var listen: String?
    /// Whether it calls its superior by itself.
    public var dials: Bool
    /// Waits between calls that fail.
    public var shortestWait: Duration
    public var longestWait: Duration

    public init(
      listen: String?, dials: Bool = true, shortestWait: Duration = Backoff.standardFirst,
      longestWait: Duration = Backoff.standardLongest
    ) {
      self.listen = listen
      self.dials = dials
      self.shortestWait = shortestWait
      self.longestWait = longestWait
    }
  }

  private let node: OfficeNode
  private let plan: Plan
  private let endpoint: Endpoint?
  private let logger: Logger
  private let onReady: @Sendable (Int?) -> Void
  private let onExchange: @Sendable (Result<SyncView, DeskFailure>) -> Void

  /// A node that is told to stop has stopped after this.
  static let stoppingTime = Duration.seconds(5)
  /// Of it, what sessions have to come to an end in order. A peer that does not read keeps TLS waiting
  /// (`TransportLimits.farewellTime`) after that; the rest is for what is being stored then.
  static let partingTime = Duration.milliseconds(2_500)

  /// - Parameters:
  ///   - onReady: told the port, if any, once the sockets listen.
  ///   - onExchange: told of every exchange with the superior, and of every call that failed.
  public init(
    node: OfficeNode, plan: Plan, logger: Logger, onReady: @escaping @Sendable (Int?) -> Void,
    onExchange: @escaping @Sendable (Result<SyncView, DeskFailure>) -> Void = { _ in }
  ) throws {
    self.node = node
    self.plan = plan
    self.logger = logger
    self.onReady = onReady
    self.onExchange = onExchange
    endpoint = try StoreFailures.mapped { try plan.listen.map { try Endpoint($0) } }
  }

  public func run() async throws {
    do {
      try await serve()
    } catch {
      throw StoreFailures.mapped(error)
    }
  }

  private func serve() async throws {
    let node = node
    let logger = logger
    let listener = try await listen()
    let path = node.home.socket
    try? FileManager.default.removeItem(atPath: path)
    let control = ControlServer(node: node, logger: logger)
    let local: LocalListener
    do {
      local = try await LocalListener.start(path: path) { await control.handle($0) }
    } catch {
      await listener?.close()
      throw error
    }
    let link = await superiorLink()
    await node.setServing(true, link: link) { identity in
      do {
        try listener?.present(identity)
      } catch {
        logger.error("new transport key not shown", metadata: LogCause.of(error))
      }
    }
    let calling = link.map { link in Task { await link.run() } }
    onReady(listener?.port)
    try? await gracefulShutdown()
    // Not waited for: the node may be at work that takes minutes, an import or a rebuild. Whoever asked for that has no
    // answer yet, and its transaction ends with the process as if it had not begun.
    Task { await node.setServing(false, link: nil) }
    link?.stop()
    await part()
    calling?.cancel()
    await local.close()
    try? FileManager.default.removeItem(atPath: path)
    await listener?.close()
  }

  private func listen() async throws -> PeerListener? {
    guard let endpoint else { return nil }
    let node = node
    let logger = logger
    return try await PeerListener.start(
      host: endpoint.host, port: endpoint.port, identity: try await node.transportIdentity(),
      verifier: { await node.admitted($0) }, group: MultiThreadedEventLoopGroup.singleton, logger: logger,
      counters: node.transport, onConnection: { await Self.handle($0, node: node, logger: logger) })
  }

  private func superiorLink() async -> SuperiorLink? {
    guard plan.dials, let superior = await node.settings.superior.flatMap(OfficeCode.init) else { return nil }
    return SuperiorLink(
      node: node, superior: superior, schedule: Backoff(first: plan.shortestWait, longest: plan.longestWait),
      logger: logger, onExchange: onExchange)
  }

  /// Tells every peer that this node stops, and waits until what they had sent is stored; not longer than promised.
  private func part() async {
    let sessions = node.sessions
    sessions.close(.shuttingDown, "stopping")
    let (ends, end) = AsyncStream<Void>.makeStream()
    let waits = [
      Task {
        await sessions.drained()
        end.finish()
      },
      Task {
        try? await Task.sleep(for: Self.partingTime)
        end.finish()
      },
    ]
    for await _ in ends {}
    for wait in waits { wait.cancel() }
  }

  /// Takes one call, until it is over.
  static func handle(_ connection: PeerConnection, node: OfficeNode, logger: Logger) async {
    let who: Logger.Metadata =
      switch connection.admission {
      case .office(let text): ["peer": "\(text)"]
      case .enrolling(let id): ["invitation": "\(id)"]
      }
    do {
      switch connection.admission {
      case .office(let text):
        guard let peer = OfficeCode(text) else { break }
        _ = try await SessionRunner(
          node: node, connection: connection, peer: peer, role: .listener,
          onComplete: { view in
            logger.info(
              "session complete",
              metadata: ["peer": "\(text)", "sent": "\(view.sent)", "received": "\(view.received)"])
          }
        ).run()
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
      logger.warning("session ended", metadata: LogCause.of(StoreFailures.mapped(error), who))
    }
    await connection.close()
  }
}
