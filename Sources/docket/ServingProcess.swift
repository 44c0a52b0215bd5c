import ArgumentParser
import Casebook
import Casework
import Foundation
import Logging
import OfficeNode
import ServiceLifecycle
import UnixSignals

/// Wires a serving node: its log, its metrics, the service manager, and the services in the order they start.
struct ServingProcess {
  let reading: ConfigurationReading
  let home: Home
  /// What opens the keys, where they lie under one.
  let keyPassphrase: Passphrase?

  /// Serves until the process is told to stop.
  /// - Parameter onReady: told the port, `nil` where no calls are taken, once all sockets listen.
  /// - Throws: `DeskFailure`.
  func run(onReady: @escaping @Sendable (Int?) -> Void) async throws {
    // A backup that was being made when the node was told to stop.
    defer { Leftovers.removeAll() }
    ProcessMemory.prepare()
    let configuration = reading.configuration
    let logger = NodeLogHandler.logger(configuration)
    logger.info("starting", metadata: ["version": "\(DocketCommand.configuration.version)"])
    for slip in reading.likelySlips {
      logger.warning("configuration slip", metadata: ["variable": "\(slip.variable)", "meant": "\(slip.meant)"])
    }
    do {
      let registry = NodeRegistry()
      let node = try OfficeNode.open(
        home, effects: .live, logger: logger, configuration: configuration, keyPassphrase: keyPassphrase,
        metrics: configuration.metricsListen == nil ? .none : registry.metrics)
      let readiness = ReadinessService(environment: ProcessInfo.processInfo.environment, logger: logger)
      let service = try NodeService(node: node, plan: configuration.plan, logger: logger) { port in
        logger.info("ready", metadata: port.map { ["port": "\($0)"] } ?? [:])
        readiness?.becameReady(port.map { "端口 \($0) port \($0)" } ?? "不接受连接 takes no calls")
        onReady(port)
      }
      // The last one is stopped first: the service manager hears of the stop before anything is torn down.
      var services = [ServiceGroupConfiguration.ServiceConfiguration(service: service)]
      if let endpoint = configuration.metricsListen {
        services.append(
          .init(service: MetricsService(node: node, endpoint: endpoint, registry: registry, logger: logger)))
      }
      if let readiness { services.append(.init(service: readiness)) }
      // Its own log says what every service holds, and nothing that an administrator needs.
      var quiet = logger
      quiet.logLevel = .critical
      try await ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
      ).run()
      logger.info("stopped")
    } catch {
      throw DeskFailures.failure(error)
    }
  }
}
