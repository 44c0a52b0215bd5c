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

/// A `Desk` over the control socket of the node that is serving.
public struct RemoteDesk: Desk {
  private let connection: LocalConnection

  /// - Returns: `nil` when no node is serving at this home.
  public static func connect(_ home: Home) async -> RemoteDesk? {
    guard FileManager.default.fileExists(atPath: home.socket),
      let connection = try? await LocalConnection.dial(path: home.socket)
    else { return nil }
    return RemoteDesk(connection: connection)
  }

  public func perform(_ request: DeskRequest) async throws -> DeskReply { try await perform(request) { _ in } }

  public func perform(
    _ request: DeskRequest, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> DeskReply {
    try await connection.send(try DeskCodec.encode(request))
    for try await frame in connection.frames {
      switch try DeskCodec.decode(DeskAnswer.self, from: frame) {
      case .progress(let report): progress(report)
      case .reply(let reply): return reply
      case .failure(let failure): throw failure
      }
    }
    throw DeskFailure(
      kind: .io, code: "node-stopped",
      message: Bilingual(zh: "节点在答复前停止。", en: "The node stopped before it answered."),
      remedy: Bilingual(
        zh: "请重新执行；已答复成功的操作都已保存。", en: "Try again; everything acknowledged is stored."))
  }

  public func close() async { await connection.close() }
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
