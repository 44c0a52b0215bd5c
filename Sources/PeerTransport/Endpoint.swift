/// A peer's address.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  public let host: String
  public let port: Int

  /// Reads `host:port`, `host`, `[v6]:port` or `[v6]`.
  public init(_ text: String) throws(TransportError) {
    let host: Substring
    let rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { throw TransportError(.badAddress, cause: text) }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<colon]
      rest = text[colon...]
    }
    guard !host.isEmpty, host.utf8.count <= 253 else { throw TransportError(.badAddress, cause: text) }
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
