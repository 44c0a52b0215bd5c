import Glibc
package import NIOCore

/// Addresses that count as one caller: an IPv4 address, or an IPv6 network of 64 bits, which one machine may fill by
/// itself (RFC 4291, 2.5.4).
package struct AddressGroup: Sendable, Hashable {
  private let bytes: [UInt8]

  package init(_ address: SocketAddress?) {
    guard let text = address?.ipAddress else {
      bytes = []
      return
    }
    var all = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &all) == 1 {
      bytes = Array(all.prefix(4))
    } else {
      _ = inet_pton(AF_INET6, text, &all)
      // A socket that listens for both protocols sees IPv4 callers as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
      let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
      bytes = isMapped ? Array(all.suffix(4)) : Array(all.prefix(8))
    }
  }
}
