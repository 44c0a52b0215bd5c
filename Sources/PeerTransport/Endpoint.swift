/// One address of a peer.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  public let host: String
  public let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`, `host`, `[v6]:port` or `[v6]`.
  /// - Throws: `badAddress`.
  public init(_ text: String) throws(TransportError) {
    let host: Substring
    let rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { throw TransportError(.badAddress, cause: text) }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
      guard host.contains(":") else { throw TransportError(.badAddress, cause: text) }
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<colon]
      rest = text[colon...]
    }
    // No host name or address has white space, brackets or commas; a resolver would ask the network about them.
    let isClean = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"[],/@".utf8.contains($0) }
    guard !host.isEmpty, isClean, host.utf8.count <= 253 else { throw TransportError(.badAddress, cause: text) }
    if rest.isEmpty {
      port = TransportLimits.defaultPort
    } else {
      guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()) else {
        throw TransportError(.badAddress, cause: text)
      }
      port = Int(number)
    }
    self.host = String(host)
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
