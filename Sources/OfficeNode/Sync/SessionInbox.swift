import Replication
import Synchronization

/// What one session waits for, from several sides at once: the peer's frames, news of this node, time, and the wish to
/// end it. Holds one frame: while it is not taken, the peer is not read.
final class SessionInbox: Sendable {
  enum Event: Sendable {
    case hangUp(SyncFrame.CloseCode, String)
    /// Heads that both may hold moved here, superiors' streams first; of each the latest.
    case moved([StreamHead])
    /// Neither side wants content of attachments any more.
    case rested
    /// The exchange of attachments broke off.
    case failed(any Error)
    /// The time between two pings has passed.
    case tick
    case frame([UInt8])
    /// The peer's end; with what broke the connection.
    case ended((any Error)?)
  }

  private struct State {
    var hangUp: (code: SyncFrame.CloseCode, text: String)?
    var moved: [StreamHead] = []
    var hasTicked = false
    var hasRested = false
    var failure: (any Error)?
    var frame: [UInt8]?
    var hasEnded = false
    var error: (any Error)?
    var consumer: CheckedContinuation<Event, Never>?
    var producer: CheckedContinuation<Void, Never>?

    mutating func take() -> Event? {
      if let hangUp {
        self.hangUp = nil
        return .hangUp(hangUp.code, hangUp.text)
      }
      if !moved.isEmpty {
        defer { moved = [] }
        return .moved(moved)
      }
      if let failure {
        self.failure = nil
        return .failed(failure)
      }
      if hasRested {
        hasRested = false
        return .rested
      }
      if hasTicked {
        hasTicked = false
        return .tick
      }
      if let frame {
        self.frame = nil
        return .frame(frame)
      }
      return hasEnded ? .ended(error) : nil
    }
  }

  private let state = Mutex(State())

  /// Whether a frame can be taken without waiting.
  var hasFrame: Bool { state.withLock { $0.frame != nil } }

  /// The next event; for one consumer.
  func next() async -> Event {
    await withCheckedContinuation { consumer in
      let (event, producer) = state.withLock { state -> (Event?, CheckedContinuation<Void, Never>?) in
        guard let event = state.take() else {
          state.consumer = consumer
          return (nil, nil)
        }
        guard case .frame = event else { return (event, nil) }
        defer { state.producer = nil }
        return (event, state.producer)
      }
      producer?.resume()
      if let event { consumer.resume(returning: event) }
    }
  }

  /// Hands a frame over; waits until the one before it is taken. For one producer.
  func deliver(_ frame: [UInt8]) async {
    await withCheckedContinuation { producer in
      let isRoom = state.withLock { state in
        guard state.frame != nil else { return true }
        state.producer = producer
        return false
      }
      if isRoom { producer.resume() }
    }
    change { $0.frame = frame }
  }

  func end(_ error: (any Error)?) {
    change {
      $0.hasEnded = true
      $0.error = error
    }
  }

  func rested() { change { $0.hasRested = true } }
  func failed(_ error: any Error) { change { $0.failure = error } }
  /// - Parameter heads: superiors' streams first.
  func moved(_ heads: [StreamHead]) {
    change { state in
      if !state.moved.isEmpty {
        let streams = Set(heads.map(\.stream))
        state.moved.removeAll { streams.contains($0.stream) }
      }
      state.moved += heads
    }
  }

  func tick() { change { $0.hasTicked = true } }

  /// Ends the session before the next event; the first reason counts.
  func hangUp(_ code: SyncFrame.CloseCode, _ text: String) {
    change { if $0.hangUp == nil { $0.hangUp = (code, text) } }
  }

  private func change(_ body: (inout State) -> Void) {
    let (consumer, event, producer) = state.withLock {
      state -> (CheckedContinuation<Event, Never>?, Event?, CheckedContinuation<Void, Never>?) in
      body(&state)
      guard let consumer = state.consumer, let event = state.take() else { return (nil, nil, nil) }
      state.consumer = nil
      guard case .frame = event else { return (consumer, event, nil) }
      defer { state.producer = nil }
      return (consumer, event, state.producer)
    }
    producer?.resume()
    if let consumer, let event { consumer.resume(returning: event) }
  }
}
