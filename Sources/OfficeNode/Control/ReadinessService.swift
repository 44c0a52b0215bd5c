public import Logging
import PeerTransport
public import ServiceLifecycle

/// Keeps the service manager told: that the node stops, and, where it watches, that it is still at work. `ready` is sent
/// by whoever knows that both sockets listen.
public struct ReadinessService: Service {
  private let manager: ServiceManager
  private let logger: Logger

  /// - Returns: `nil` where no service manager asked to be told (`NOTIFY_SOCKET`).
  public init?(environment: [String: String], logger: Logger) {
    guard let manager = ServiceManager(environment: environment) else { return nil }
    self.manager = manager
    self.logger = logger
  }

  /// To be told once both sockets listen.
  public func becameReady(_ words: String) { send(.ready, .status(words)) }

  /// The beat shows that tasks still run. It does not ask the database: a rebuild may take it longer than any watchdog's
  /// patience, and being killed in the middle of one would help nobody.
  public func run() async throws {
    if let pause = manager.aliveEvery {
      await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
          send(.alive)
          try? await Task.sleep(for: pause)
        }
      }
    } else {
      try? await gracefulShutdown()
    }
    send(.stopping)
  }

  private func send(_ messages: ServiceManager.Message...) {
    do {
      try manager.send(messages)
    } catch {
      logger.warning("service manager not told", metadata: LogCause.of(error))
    }
  }
}
