import Glibc

/// Tells the service manager how the process is: sd_notify's protocol, one datagram a message
/// (freedesktop.org/software/systemd/man/sd_notify.html). Nothing is sent where nobody asked for it.
public struct ServiceManager: Sendable {
  public enum Message: Sendable, Hashable {
    /// Both sockets listen.
    case ready
    case stopping
    /// Still at work.
    case alive
    /// One line for a person.
    case status(String)

    var text: String {
      switch self {
      case .ready: "READY=1"
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      case .status(let line): "STATUS=" + line.map { $0.isNewline ? " " : String($0) }.joined()
      }
    }
  }

  /// As `NOTIFY_SOCKET` has it: a path, or `@` and a name in the kernel's own list.
  private let address: String
  /// How often `alive` is due: half of the time after which the manager gives up. `nil`: it does not watch.
  public let aliveEvery: Duration?

  /// - Parameter process: this one's id unless said otherwise; a watchdog that is meant for another process is none of ours.
  /// - Returns: `nil` where no service manager asked to be told.
  public init?(environment: [String: String], process: Int32? = nil) {
    guard let address = environment["NOTIFY_SOCKET"], address.hasPrefix("/") || address.hasPrefix("@"),
      address.utf8.count > 1
    else { return nil }
    self.address = address
    let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process ?? getpid() } ?? true
    if isMeant, let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 1 {
      aliveEvery = .microseconds(microseconds / 2)
    } else {
      aliveEvery = nil
    }
  }

  /// A manager whose queue is full for longer than this hangs: `ready` must not be lost for a moment's crowd.
  private static let patienceSeconds = 2

  /// Sends messages in one datagram.
  /// - Throws: `TransportError`: badAddress for a name that is too long, else unreachable.
  public func send(_ messages: [Message]) throws(TransportError) {
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    var name = Array(address.utf8)
    // The kernel's own names begin with a zero, and are as long as they are given: no zero ends them.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 } else { name.append(0) }
    let room = MemoryLayout.size(ofValue: target.sun_path)
    guard name.count <= room else { throw TransportError(.badAddress, cause: "NOTIFY_SOCKET") }
    withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t((MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2) + name.count)
    let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw Self.failure() }
    defer { close(file) }
    var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
    setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let bytes = Array(messages.map(\.text).joined(separator: "\n").utf8)
    let sent = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(file, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
    guard sent == bytes.count else { throw Self.failure() }
  }

  private static func failure() -> TransportError {
    TransportError(.unreachable, cause: "NOTIFY_SOCKET, \(String(cString: strerror(errno)))")
  }
}
