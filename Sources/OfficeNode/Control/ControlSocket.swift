public import Casebook
import Casework
import Foundation
import Logging
import PeerTransport
import Synchronization

/// The serving node's desk for other processes of the same user: a socket file of mode 0600 in the home.
struct ControlServer {
  let node: OfficeNode
  let logger: Logger

  func handle(_ connection: LocalConnection) async {
    let present = PresentQuestion()
    // A question whose asker has hung up gives up its place in the line. What writes is not held up by that: it is
    // carried out in one step.
    connection.onClose { present.giveUp() }
    do {
      for try await frame in connection.frames {
        // Only the newest report counts, so none waits for a slow reader.
        let (reports, reporter) = AsyncStream.makeStream(of: DeskProgress.self, bufferingPolicy: .bufferingNewest(1))
        let answering = Task { await answer(frame, reporter) }
        present.began(answering)
        for await report in reports { try await connection.send(try DeskCodec.encode(DeskAnswer.progress(report))) }
        try await connection.send(try DeskCodec.encode(await answering.value))
      }
    } catch {
      present.giveUp()
      logger.debug("control connection ended", metadata: LogCause.of(error))
    }
  }

  private func answer(_ frame: [UInt8], _ reporter: AsyncStream<DeskProgress>.Continuation) async -> DeskAnswer {
    defer {
      reporter.finish()
      // Beside it: what was read beside the node need not wait until the node is free.
      Task { [node] in await node.worked() }
    }
    do {
      let request = try DeskCodec.decode(DeskRequest.self, from: frame)
      return .reply(try await node.perform(request) { reporter.yield($0) })
    } catch {
      return .failure(DeskFailures.failure(error))
    }
  }
}

/// The question of a connection that is being answered.
private final class PresentQuestion: Sendable {
  private struct State {
    var task: Task<DeskAnswer, Never>?
    var isGivenUp = false
  }

  private let state = Mutex(State())

  func began(_ task: Task<DeskAnswer, Never>) {
    let isGivenUp = state.withLock { state in
      state.task = task
      return state.isGivenUp
    }
    if isGivenUp { task.cancel() }
  }

  /// This one and those that were sent after it: nobody reads their answers.
  func giveUp() {
    let task = state.withLock { state in
      state.isGivenUp = true
      return state.task
    }
    task?.cancel()
  }
}

/// Any error as a person is told.
public enum DeskFailures {
  public static func failure(_ error: any Error) -> DeskFailure {
    if let failure = StoreFailures.mapped(error) as? DeskFailure { return failure }
    return DeskFailure(
      kind: .io, code: "unexpected",
      message: Bilingual(zh: "操作未完成：\(error)", en: "It was not done: \(error)"),
      remedy: Bilingual(zh: "没有改动数据；请重试，仍不行时附上此信息求助。", en: "Nothing was changed; try again, and report this text if it stays."))
  }
}
