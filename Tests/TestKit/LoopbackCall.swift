import Dispatch
import Glibc

/// Bytes to a port of this machine, and what comes back until the other side hangs up.
public enum LoopbackCall {
  public struct Failure: Error {
    /// As `errno` has it; `EAGAIN`: no end of the answer came in time.
    public let code: Int32
  }

  /// The same on a thread of its own: whoever answers in this process needs those that tests run on.
  public static func call(
    _ text: String, to port: Int, seconds: Int = 30, endsSending: Bool = false
  ) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "loopback-call").async {
        continuation.resume(with: Result { try send(text, to: port, seconds: seconds, endsSending: endsSending) })
      }
    }
  }

  /// - Parameters:
  ///   - seconds: how long to wait for more.
  ///   - endsSending: whether the other side is told that nothing more comes.
  /// - Throws: `Failure`, also when nothing more came in time and the other side had not hung up.
  public static func send(
    _ text: String, to port: Int, seconds: Int = 30, endsSending: Bool = false
  ) throws -> String {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(file) }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = in_port_t(UInt16(port).bigEndian)
    target.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard file >= 0, connected == 0 else { throw Failure(code: errno) }
    let bytes = Array(text.utf8)
    // The other side may have hung up before all of it was sent: what it answered is still read.
    _ = Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    if endsSending { shutdown(file, Int32(SHUT_WR)) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(file, &buffer, buffer.count, 0)
      if count < 0 {
        if errno == EINTR { continue }
        // Who hangs up with something unread resets the connection; who says nothing at all has hung.
        guard errno == ECONNRESET else { throw Failure(code: errno) }
      }
      if count <= 0 { return String(decoding: answer, as: UTF8.self) }
      answer += buffer.prefix(count)
    }
  }
}
