/// How a node's transport key came to be: in its TLS certificate each earlier key signs the next one, so that a peer that
/// has not heard of a change of keys still knows with whom it speaks. It gives the new key no more than the earlier one
/// had, and only where a present charter names that one.
///
/// `[[earlier key, signature]…]`, the oldest first; each key signs the one after it, the last one the certificate's.
public enum TransportSuccession {
  /// A change of keys each quarter for eight years; all of them fit a certificate (Protocol/6-transport.md).
  public static let linksMax = 32

  public struct Link: Sendable, Hashable {
    /// Raw Ed25519 key.
    public var key: [UInt8]
    /// By `key`, over `signedBytes(next:)` of the key after it.
    public var signature: [UInt8]

    public init(key: [UInt8], signature: [UInt8]) {
      self.key = key
      self.signature = signature
    }
  }

  public static func signedBytes(next key: [UInt8]) -> [UInt8] { Domain.transport.prefix + key }

  /// - Parameter links: the oldest first; of more than `linksMax` the latest.
  public static func encoded(_ links: [Link]) -> [UInt8] {
    let links = links.suffix(linksMax)
    var writer = CBORWriter()
    writer.arrayHead(links.count)
    for link in links {
      writer.arrayHead(2)
      writer.byteString(link.key)
      writer.byteString(link.signature)
    }
    return writer.bytes
  }

  /// The keys that vouch for `key`, the latest first, as far as the signatures hold.
  /// - Parameter suite: Ed25519's.
  public static func earlierKeys(
    of key: [UInt8], vouchedBy encoded: [UInt8], using suite: any SignatureSuite
  ) -> [[UInt8]] {
    guard let links = try? decoded(encoded) else { return [] }
    var next = key
    var keys: [[UInt8]] = []
    for link in links.reversed() {
      guard suite.isValid(signature: link.signature, of: signedBytes(next: next), by: link.key) else { break }
      keys.append(link.key)
      next = link.key
    }
    return keys
  }

  private static func decoded(_ bytes: [UInt8]) throws(CBORReader.Failure) -> [Link] {
    var reader = CBORReader(bytes)
    var links: [Link] = []
    for _ in 0..<(try reader.arrayHead(atMost: linksMax)) {
      try reader.array(of: 2)
      let key = try reader.byteString(atMost: Charter.transportKeyBytes)
      links.append(Link(key: key, signature: try reader.byteString(atMost: LogLimits.signatureBytesMax)))
    }
    try reader.finish()
    return links
  }
}
