/// Where a peer is reached: its endpoints in the order they are tried, written `host:port,host:port`.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
  /// At least one, at most `TransportLimits.alternatesMax`, none twice.
  public let endpoints: [Endpoint]

  public init(_ endpoint: Endpoint) { endpoints = [endpoint] }

  /// Reads endpoints with commas between them; spaces around them do not matter.
  /// - Throws: `badAddress` with the part that is wrong.
  public init(_ text: String) throws(TransportError) {
    var endpoints: [Endpoint] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let endpoint = try Endpoint(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
      if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
    }
    guard endpoints.count <= TransportLimits.alternatesMax else {
      throw TransportError(.badAddress, cause: "\(endpoints.count) > \(TransportLimits.alternatesMax)")
    }
    self.endpoints = endpoints
  }

  private init(endpoints: [Endpoint]) { self.endpoints = endpoints }

  /// The same with the one first that answered last time, so that a line that is down does not cost its time again.
  public func beginning(with endpoint: Endpoint?) -> PeerAddress {
    guard let endpoint, endpoints.contains(endpoint) else { return self }
    return PeerAddress(endpoints: [endpoint] + endpoints.filter { $0 != endpoint })
  }

  public var description: String { endpoints.map(\.description).joined(separator: ",") }
}
