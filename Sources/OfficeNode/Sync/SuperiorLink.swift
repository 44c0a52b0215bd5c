import Casebook
import Casework
import Logging
import Replication
import Synchronization

/// Keeps a serving node in contact with its superior: calls, stays in the session, and calls again when it ends.
final class SuperiorLink: Sendable {
  typealias Answer = CheckedContinuation<SyncView, any Error>

  private enum Phase {
    case idle
    /// Waits for its time; finished early by whoever wants an exchange now.
    case waiting(AsyncStream<Void>.Continuation)
    /// Dials, or exchanges what both sides have.
    case exchanging
    case live
  }

  private struct State {
    var phase = Phase.idle
    /// Who wants to know of an exchange that began after it asked.
    var next: [Answer] = []
    /// Who is told of the exchange under way.
    var present: [Answer] = []
    /// Who is told how far it has come.
    var watchers: [@Sendable (DeskProgress) -> Void] = []
    var isStopped = false
  }

  private let node: OfficeNode
  private let superior: OfficeCode
  private let logger: Logger
  private let schedule: Backoff
  private let onExchange: @Sendable (Result<SyncView, DeskFailure>) -> Void
  private let state = Mutex(State())

  /// Until the superior is called again when its version knows no live sessions.
  private static let pollInterval = Duration.seconds(60)

  /// - Parameter onExchange: told of every exchange and every failure.
  init(
    node: OfficeNode, superior: OfficeCode, schedule: Backoff, logger: Logger,
    onExchange: @escaping @Sendable (Result<SyncView, DeskFailure>) -> Void = { _ in }
  ) {
    self.node = node
    self.superior = superior
    self.schedule = schedule
    self.logger = logger
    self.onExchange = onExchange
  }

  /// Until `stop`.
  func run() async {
    var backoff = schedule
    // What is told once need not fill the log of an office that hands its work in by bundles.
    var told: String?
    while !state.withLock({ $0.isStopped }) {
      let wait: Duration
      // A line that breaks every few seconds must not be taken for one that is down: something gets through each time.
      let hasGained = Mutex(false)
      begin()
      do {
        let isLive = try await node.exchange(
          with: superior, role: .stayingCaller, progress: { self.report($0) },
          onGain: { hasGained.withLock { $0 = true } }
        ) { view in
          hasGained.withLock { $0 = true }
          self.completed(view)
        }
        backoff.succeeded()
        told = nil
        // A session that was ended in order is begun again at once: renewal, or somebody wants an exchange now.
        wait = isLive ? .zero : Self.pollInterval
      } catch is CancellationError {
        break
      } catch {
        let failure = DeskFailures.failure(error)
        if hasGained.withLock({ $0 }) { backoff.succeeded() }
        wait = backoff.failed(node.effects.fraction())
        failed(failure)
        let isKnown = told == failure.code && !hasGained.withLock { $0 }
        told = failure.code
        if isKnown {
          logger.debug(
            "superior not reached", metadata: ["peer": "\(superior)", "reason": "\(failure.code)", "wait": "\(wait)"])
        } else {
          logger.warning(
            "superior not reached", metadata: ["peer": "\(superior)", "reason": "\(failure.code)", "wait": "\(wait)"])
        }
      }
      await rest(wait)
    }
    for answer in drain() { answer.resume(throwing: SyncFailure.stopping()) }
  }

  /// Exchanges now, with everything recorded up to this moment.
  /// - Throws: `DeskFailure`.
  func exchangeNow(progress: @escaping @Sendable (DeskProgress) -> Void) async throws -> SyncView {
    try await withCheckedThrowingContinuation { answer in
      let phase = state.withLock { state -> Phase? in
        if state.isStopped { return nil }
        state.next.append(answer)
        state.watchers.append(progress)
        return state.phase
      }
      switch phase {
      case nil: answer.resume(throwing: SyncFailure.stopping())
      case .waiting(let wake): wake.finish()
      case .live: node.sessions.hangUp(superior, .normal, "exchange now")
      case .idle, .exchanging: break
      }
    }
  }

  /// Ends the session that is open, in order, and begins no other.
  func stop() {
    let phase = state.withLock { state in
      state.isStopped = true
      return state.phase
    }
    if case .waiting(let wake) = phase { wake.finish() }
  }

  private func begin() {
    state.withLock { state in
      state.phase = .exchanging
      state.present += state.next
      state.next = []
    }
  }

  private func completed(_ view: SyncView) {
    let (answers, isWanted) = state.withLock { state in
      state.phase = .live
      defer { state.present = [] }
      if state.next.isEmpty { state.watchers = [] }
      return (state.present, !state.next.isEmpty)
    }
    for answer in answers { answer.resume(returning: view) }
    onExchange(.success(view))
    // Who asked while this exchange was under way may have recorded something after its beginning.
    if isWanted { node.sessions.hangUp(superior, .normal, "exchange now") }
  }

  private func report(_ progress: DeskProgress) {
    for watcher in state.withLock({ $0.watchers }) { watcher(progress) }
  }

  private func failed(_ failure: DeskFailure) {
    for answer in drain() { answer.resume(throwing: failure) }
    onExchange(.failure(failure))
  }

  private func drain() -> [Answer] {
    state.withLock { state in
      defer {
        state.present = []
        state.next = []
        state.watchers = []
      }
      return state.present + state.next
    }
  }

  private func rest(_ wait: Duration) async {
    let (wakes, wake) = AsyncStream<Void>.makeStream()
    let mayRest = state.withLock { state in
      guard wait > .zero, !state.isStopped, state.next.isEmpty else { return false }
      state.phase = .waiting(wake)
      return true
    }
    guard mayRest else { return }
    let timer = Task {
      try? await Task.sleep(for: wait)
      wake.finish()
    }
    for await _ in wakes {}
    timer.cancel()
  }
}
