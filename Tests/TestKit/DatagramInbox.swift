import Glibc

/// A Unix datagram socket that a test reads from, as a service manager does.
public final class DatagramInbox: Sendable {
  public struct Failure: Error { let code: Int32 }

  /// As `NOTIFY_SOCKET` has it: a path, or `@` and a name of the kernel's.
  public let address: String
  private let file: Int32

  /// - Parameter seconds: how long `next` waits; a test that waits so long has failed.
  public init(_ address: String, seconds: Int = 30) throws {
    self.address = address
    file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    var name = Array(address.utf8)
    if name[0] == UInt8(ascii: "@") { name[0] = 0 } else { name.append(0) }
    withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(2 + name.count)
    let bound = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) }
    }
    guard file >= 0, bound == 0 else { throw Failure(code: errno) }
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(file)
    if !address.hasPrefix("@") { unlink(address) }
  }

  /// The next datagram; `nil` when none came in time.
  public func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = recv(file, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}
