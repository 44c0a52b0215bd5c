public import Casebook
import Casework
import Foundation
import PeerTransport

/// A `Desk` over the control socket of the node that is serving. Requests made at the same time are answered one after
/// the other, as the node takes them.
public struct RemoteDesk: Desk {
  private let queue: RequestQueue

  /// - Returns: `nil` when no node is serving at this home.
  public static func connect(_ home: Home) async -> RemoteDesk? {
    guard FileManager.default.fileExists(atPath: home.socket),
      let connection = try? await LocalConnection.dial(path: home.socket)
    else { return nil }
    return RemoteDesk(queue: RequestQueue(connection))
  }

  public func perform(_ request: DeskRequest) async throws -> DeskReply { try await perform(request) { _ in } }

  /// - Throws: `DeskFailure`; `CancellationError` where nobody waits for the answer any more, which does not keep the node
  ///   from carrying the request out.
  public func perform(
    _ request: DeskRequest, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> DeskReply {
    for try await answer in queue.answers(to: try DeskCodec.encode(request)) {
      switch answer {
      case .progress(let report): progress(report)
      case .reply(let reply): return reply
      case .failure(let failure): throw failure
      }
    }
    try Task.checkCancellation()
    throw DeskFailure(
      kind: .io, code: "node-stopped",
      message: Bilingual(zh: "节点在答复前停止。", en: "The node stopped before it answered."),
      remedy: Bilingual(
        zh: "请重新执行；已答复成功的操作都已保存。", en: "Try again; everything acknowledged is stored."))
  }

  /// Requests that are not answered yet end with `node-stopped`.
  public func close() async { await queue.close() }
}

/// The requests of one control connection, in the order made. Answers name no request: one task sends a request and reads
/// all its answers before the next one has its turn, whether anybody still waits for them or not.
private final class RequestQueue: Sendable {
  private struct Request: Sendable {
    let frame: [UInt8]
    let answers: AsyncThrowingStream<DeskAnswer, any Error>.Continuation
  }

  private let connection: LocalConnection
  private let requests: AsyncStream<Request>.Continuation

  init(_ connection: LocalConnection) {
    self.connection = connection
    let (waiting, requests) = AsyncStream<Request>.makeStream()
    self.requests = requests
    Task {
      await Self.serve(waiting, connection)
      await connection.close()
    }
  }

  deinit { requests.finish() }

  /// Reports, and at last a reply or a failure; none where the connection ends before.
  func answers(to frame: [UInt8]) -> AsyncThrowingStream<DeskAnswer, any Error> {
    let (stream, answers) = AsyncThrowingStream<DeskAnswer, any Error>.makeStream()
    if case .terminated = requests.yield(Request(frame: frame, answers: answers)) { answers.finish() }
    return stream
  }

  func close() async {
    requests.finish()
    await connection.close()
  }

  private static func serve(_ waiting: AsyncStream<Request>, _ connection: LocalConnection) async {
    // Of a connection's frames there is one reader, for as long as it lives.
    var frames = connection.frames.makeAsyncIterator()
    var isOver = false
    for await request in waiting {
      do {
        if !isOver { isOver = try await !answer(request, &frames, connection) }
        request.answers.finish()
      } catch let error as TransportError {
        // Too large a request was not sent at all; everything else is the node's end.
        isOver = error.code != .frameTooLarge
        request.answers.finish(throwing: isOver ? nil : error)
      } catch {
        isOver = true
        request.answers.finish(throwing: error)
      }
    }
  }

  /// - Returns: whether the answer came; else the node has ended the connection.
  private static func answer(
    _ request: Request, _ frames: inout FrameSequence.Iterator, _ connection: LocalConnection
  ) async throws -> Bool {
    try await connection.send(request.frame)
    while let frame = try await frames.next() {
      let answer = try DeskCodec.decode(DeskAnswer.self, from: frame)
      request.answers.yield(answer)
      if case .progress = answer { continue }
      return true
    }
    return false
  }
}
