public import Casebook
import Casework
import Foundation
import Logging
import PeerTransport

/// The serving node's desk for other processes of the same user: a socket file of mode 0600 in the home.
struct ControlServer {
  let node: OfficeNode
  let logger: Logger

  func handle(_ connection: LocalConnection) async {
    do {
      for try await frame in connection.frames {
        // Only the newest report counts, so none waits for a slow reader.
        let (reports, reporter) = AsyncStream.makeStream(of: DeskProgress.self, bufferingPolicy: .bufferingNewest(1))
        async let answer = answer(frame, reporter)
        for await report in reports { try await connection.send(try DeskCodec.encode(DeskAnswer.progress(report))) }
        try await connection.send(try DeskCodec.encode(await answer))
      }
    } catch {
      logger.debug("control connection ended", metadata: LogCause.of(error))
    }
  }

  private func answer(_ frame: [UInt8], _ reporter: AsyncStream<DeskProgress>.Continuation) async -> DeskAnswer {
    defer { reporter.finish() }
    do {
      let request = try DeskCodec.decode(DeskRequest.self, from: frame)
      let reply = try await node.perform(request) { reporter.yield($0) }
      await node.worked()
      return .reply(reply)
    } catch {
      await node.worked()
      return .failure(DeskFailures.failure(error))
    }
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
