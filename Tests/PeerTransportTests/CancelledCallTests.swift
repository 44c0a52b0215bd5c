import Foundation
import PeerTransport
import Synchronization
import Testing

@Suite("Calls that nobody waits for any more", .timeLimit(.minutes(2)))
struct CancelledCallTests {
  @Test("one that is given up while it opens leaves nothing open: the listener sees its end")
  func cancelled() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("d-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/s"
    let (ends, end) = AsyncStream<Void>.makeStream()
    let listener = try await LocalListener.start(path: path) { connection in
      do { for try await _ in connection.frames {} } catch {}
      end.yield()
    }
    let calls = 20
    var givenUp = 0
    for _ in 0..<calls {
      let calling = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await LocalConnection.dial(path: path)
      }
      switch await calling.result {
      // It was open before anybody looked whether it is still wanted.
      case .success(let connection): await connection.close()
      case .failure: givenUp += 1
      }
    }
    #expect(givenUp > 0)
    var seen = 0
    for await _ in ends {
      seen += 1
      if seen == calls { break }
    }
    #expect(seen == calls)
    await listener.close()
  }
}
