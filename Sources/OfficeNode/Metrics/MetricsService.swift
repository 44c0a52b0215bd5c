import Foundation
public import Logging
import NIOPosix
public import PeerTransport
import ReplicaStore
public import ServiceLifecycle

/// `/metrics` and `/healthz` of a serving node.
public struct MetricsService: Service {
  private let node: OfficeNode
  private let endpoint: Endpoint
  private let registry: NodeRegistry
  private let logger: Logger
  private let onListening: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - registry: what the node reports to.
  ///   - onListening: told the port.
  public init(
    node: OfficeNode, endpoint: Endpoint, registry: NodeRegistry, logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.node = node
    self.endpoint = endpoint
    self.registry = registry
    self.logger = logger
    self.onListening = onListening
  }

  /// A port that is taken does not stop an office from working: that is logged, and the node goes on without metrics.
  public func run() async throws {
    let listener: MetricsListener
    do {
      listener = try await MetricsListener.start(
        host: endpoint.host, port: endpoint.port, group: MultiThreadedEventLoopGroup.singleton
      ) { [node, registry] in await Self.page($0, node, registry) }
    } catch {
      logger.error("metrics not listening", metadata: LogCause.of(error))
      try? await gracefulShutdown()
      return
    }
    logger.info("metrics listening", metadata: ["host": "\(endpoint.host)", "port": "\(listener.port)"])
    onListening(listener.port)
    try? await gracefulShutdown()
    await listener.close()
  }

  static func page(_ path: String, _ node: OfficeNode, _ registry: NodeRegistry) async -> MetricsListener.Page? {
    switch path {
    case "/metrics":
      do {
        try await node.reportFigures()
      } catch {
        return MetricsListener.Page(isGood: false, text: "the node's figures cannot be read\n")
      }
      return MetricsListener.Page(contentType: PrometheusExposition.contentType, text: registry.exposition)
    case "/healthz":
      // Asks the node itself and the database, so that one that hangs is not called healthy.
      let isHealthy = (try? await node.isHealthy()) ?? false
      return MetricsListener.Page(isGood: isHealthy, text: isHealthy ? "ok\n" : "not serving\n")
    default: return nil
    }
  }
}

/// A node's metrics and their text.
public struct NodeRegistry: Sendable {
  private let registry: PrometheusRegistry
  public let metrics: NodeMetrics

  public init() {
    registry = PrometheusRegistry()
    metrics = NodeMetrics(registry)
  }

  /// Prometheus's text format.
  public var exposition: String { PrometheusExposition.text(registry.snapshot) }
}

extension OfficeNode {
  /// Whether both sockets listen and the database answers.
  func isHealthy() throws -> Bool {
    guard isServing else { return false }
    _ = try StoreFailures.mapped { try store.read { try $0.entryCount() } }
    return true
  }
}
