import Casebook
import Casework
import Dispatch
import Synchronization

/// Lets few long reads go on at once, on threads of their own.
///
/// A read is a plain call that may take minutes; on the threads of the shared pool two of them would stop a server of two
/// cores. Those that must wait do so in the order they came.
final class DeskReaders: Sendable {
  /// What reads the log as a whole takes minutes: the board does not wait behind it, nor it behind the board.
  enum Lane { case rows, log }

  /// Reads at once in a lane. Each may hold every row of a type, and takes a core from what arrives.
  static let readersMax = 1
  /// Requests that may wait in a lane: more than people ask for, so few that nothing piles up behind a slow one.
  static let waitingMax = 32

  private struct State {
    var running = 0
    var waiting: [Turn] = []
    var nextNumber = 0
  }

  private struct Turn {
    let number: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let rows = LaneState()
  private let log = LaneState()
  private let queue = DispatchQueue(label: "docket.desk", attributes: .concurrent)

  private final class LaneState: Sendable {
    let state = Mutex(State())
  }

  /// Runs `body` when its turn comes.
  /// - Parameter prepare: what is to be had before, once nothing is ahead.
  /// - Throws: `DeskFailure` when too many wait; `CancellationError` when nobody waits for the answer any more; else what
  ///   the closures throw.
  func run<Prepared: Sendable, Value: Sendable>(
    in lane: Lane, prepare: () async throws -> Prepared, _ body: @escaping @Sendable (Prepared) throws -> Value
  ) async throws -> Value {
    let lane = state(of: lane)
    try await enter(lane)
    defer { leave(lane) }
    let prepared = try await prepare()
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body(prepared) }) }
    }
  }

  /// How many wait for their turn.
  func waiting(in lane: Lane) -> Int { state(of: lane).state.withLock(\.waiting.count) }

  private func state(of lane: Lane) -> LaneState {
    switch lane {
    case .rows: rows
    case .log: log
    }
  }

  private func enter(_ lane: LaneState) async throws {
    let number = lane.state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let outcome = lane.state.withLock { state -> Result<Void, any Error>? in
          // Cancelled before it came to wait: nobody would take it out.
          if Task.isCancelled { return .failure(CancellationError()) }
          if state.running < Self.readersMax {
            state.running += 1
            return .success(())
          }
          guard state.waiting.count < Self.waitingMax else { return .failure(NodeFailure.deskBusy) }
          state.waiting.append(Turn(number: number, continuation: continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let turn = lane.state.withLock { state -> Turn? in
        guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
        return state.waiting.remove(at: index)
      }
      turn?.continuation.resume(throwing: CancellationError())
    }
  }

  private func leave(_ lane: LaneState) {
    let next = lane.state.withLock { state -> Turn? in
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume()
  }
}
