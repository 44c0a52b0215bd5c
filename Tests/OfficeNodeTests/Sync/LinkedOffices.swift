import Casebook
import Logging
import NIOPosix
import PeerTransport
import Replication
import Synchronization
import Testing

@testable import OfficeNode

/// A bureau that takes calls and an office below it, in one process, over TLS.
final class LinkedOffices: Sendable {
  let family: OfficeFamily
  let sub: OfficeNode
  /// The bureau's metrics.
  private let registry = PrometheusRegistry()
  private let held = Mutex<[String]>([])

  var top: OfficeNode { family.top }
  /// The bureau's log.
  var lines: [String] { held.withLock { $0 } }

  init() async throws {
    family = try await OfficeFamily(metrics: NodeMetrics(registry))
    sub = try await family.join("130526", under: family.top)
  }

  /// Takes the sub-office's calls.
  /// - Parameter onConnection: what the bureau does with a call; else what it does when it serves.
  func listen(
    _ limits: TransportLimits = .standard, onConnection: (@Sendable (PeerConnection) async -> Void)? = nil
  ) async throws -> PeerListener {
    let top = top
    let logger = Logger(label: "test") { _ in
      NodeLogHandler(format: .text, level: .info, now: { 0 }) { line in self.held.withLock { $0.append(line) } }
    }
    let listener = try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: try await top.transportIdentity(), verifier: { await top.admitted($0) },
      group: MultiThreadedEventLoopGroup.singleton, logger: BackupHome.logger, limits: limits
    ) { connection in
      if let onConnection { return await onConnection(connection) }
      await NodeService.handle(connection, node: top, logger: logger)
    }
    await sub.calls("127.0.0.1:\(listener.port)")
    return listener
  }

  /// The sub-office calls.
  func exchange(
    _ role: SessionRunner.Role, progress: @escaping @Sendable (DeskProgress) -> Void = { _ in },
    onComplete: @escaping @Sendable () -> Void = {}
  ) -> Task<Bool, any Error> {
    Task {
      try await sub.exchange(with: top.office, role: role, progress: progress, onComplete: { _ in onComplete() })
    }
  }

  /// How many inbound sessions of the bureau ended so.
  func ended(_ end: SessionEnd) -> Double {
    registry.snapshot.reduce(0) { sum, one in
      let isMeant = Set(one.key.labels.map(\.value)) == [SessionDirection.inbound.rawValue, end.rawValue]
      guard case .counter(let value) = one.value, isMeant, one.key.name == MetricName.sessionsEnded.rawValue else {
        return sum
      }
      return sum + value
    }
  }
}

extension OfficeNode {
  fileprivate func calls(_ address: String) { settings.superiorAddress = address }
}

extension Task {
  /// Waits until it has ended, however; not for ever.
  func ends(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let hasEnded = Mutex(false)
    Task<Void, Never> {
      _ = await self.result
      hasEnded.withLock { $0 = true }
    }
    try await Patience.until(what, sourceLocation: sourceLocation) { hasEnded.withLock { $0 } }
  }
}
