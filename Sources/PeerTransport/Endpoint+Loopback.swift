import NIOCore

extension Endpoint {
  /// Whether it is an address of this machine itself, written as a number: 127.0.0.0/8 or ::1. A name is none: it could
  /// be made to mean another machine.
  public var isLoopback: Bool { (try? SocketAddress(ipAddress: host, port: port))?.isLoopback ?? false }
}

extension SocketAddress {
  /// 127.0.0.0/8 or ::1.
  var isLoopback: Bool {
    switch self {
    // Written anew from the number, so always in its shortest form.
    case .v4: ipAddress?.hasPrefix("127.") ?? false
    case .v6: ipAddress == "::1"
    case .unixDomainSocket: false
    }
  }
}
