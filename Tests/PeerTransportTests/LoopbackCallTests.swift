import Glibc
import TestKit
import Testing

@Suite("Calls that tests make")
struct LoopbackCallTests {
  @Test("a server that never answers is not taken for one that hangs up")
  func hung() async throws {
    // Takes calls into its queue, and nobody out of it.
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, size) == 0 && listen(file, 8) == 0 && getsockname(file, $0, &size) == 0
      }
    }
    try #require(named)
    let port = Int(UInt16(bigEndian: address.sin_port))
    let failure = await #expect(throws: LoopbackCall.Failure.self) {
      try await LoopbackCall.call("x", to: port, seconds: 1)
    }
    #expect(failure?.code == EAGAIN)
  }
}
