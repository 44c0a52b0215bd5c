import PeerTransport
import Testing

@Suite("Frames that nobody wants to send any more", .timeLimit(.minutes(2)))
struct CancelledSendTests {
  @Test("giving up a frame is no fault of the connection, which goes on")
  func cancelled() async throws {
    let bureau = try await Bureau.open()
    let connection = try await bureau.dial(try bureau.office())
    let sending = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await connection.send([1])
    }
    await #expect(throws: CancellationError.self) { try await sending.value }
    try await connection.send([2])
    var frames = connection.frames.makeAsyncIterator()
    #expect(try await frames.next() == [2])
    await connection.close()
    await bureau.listener.close()
  }
}
