/// A run of entries of one stream in a bundle: `[stream, [entry…]]`, in order and without gaps.
public struct BundleItem: Sendable, Hashable {
  public var stream: StreamID
  /// Encoded entries, at least one.
  public var entries: [[UInt8]]

  public init(stream: StreamID, entries: [[UInt8]]) {
    self.stream = stream
    self.entries = entries
  }

  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(2)
    stream.write(to: &writer)
    writer.arrayHead(entries.count)
    for entry in entries { writer.byteString(entry) }
    return writer.bytes
  }

  /// - Returns: `nil` unless the bytes are one item.
  public init?(decoding bytes: [UInt8]) {
    var reader = CBORReader(bytes)
    do throws(CBORReader.Failure) {
      try reader.array(of: 2)
      try self.init(inside: &reader)
      try reader.finish()
    } catch {
      return nil
    }
  }

  /// What stands inside the item's array.
  init(inside reader: inout CBORReader) throws(CBORReader.Failure) {
    stream = try StreamID(from: &reader)
    let count = try reader.arrayHead(atMost: BundleLimits.itemBytesMax)
    guard count > 0 else { throw .outOfRange }
    entries = []
    for _ in 0..<count { entries.append(try reader.byteString(atMost: BundleLimits.itemBytesMax)) }
  }

  /// Bytes of the item whose entries' encodings have `bytes` in all: an upper bound.
  public static func size(entryBytes bytes: Int, count: Int) -> Int {
    // Stream: 34 bytes of key, 9 of incarnation, kind, 34 of office; 5 for an entry's length.
    96 + bytes + 5 * count
  }
}

/// Writes one part: head, items, end.
public struct BundleWriter: Sendable {
  public private(set) var bytes: [UInt8]
  public private(set) var entryCount = 0

  public init(head: BundleHead) { bytes = head.encoded }

  public mutating func add(_ item: BundleItem) {
    bytes += item.encoded
    entryCount += item.entries.count
  }

  /// The part with its end.
  /// - Parameter suite: suite 1; its hash is SHA-256.
  public consuming func finished(using suite: any SignatureSuite) -> [UInt8] {
    bytes + BundleEnd(entryCount: entryCount, digest: BundleEnd.digest(of: bytes, using: suite)).encoded
  }
}

/// Last item of every part: `["end", entries, H("docket/bundle/1" 00 every byte before this item)]`.
public struct BundleEnd: Sendable, Hashable {
  static let name = "end"

  public var entryCount: Int
  public var digest: Digest

  static func digest(of bytes: [UInt8], using suite: any SignatureSuite) -> Digest {
    suite.hash(Domain.bundle.prefix + bytes)
  }

  var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(3)
    writer.text(Self.name)
    writer.unsigned(UInt64(entryCount))
    writer.byteString(digest.bytes)
    return writer.bytes
  }

  /// Whether the bytes end as a part does: such a file was not cut short.
  static func isAtEnd(of bytes: [UInt8]) -> Bool {
    let opening: [UInt8] = [0x83, 0x63] + Array(name.utf8)
    // The count takes 1, 2, 3, 5 or 9 bytes, the digest 34.
    return [1, 2, 3, 5, 9].contains { width in
      bytes.dropLast(34 + width).suffix(opening.count).elementsEqual(opening)
    }
  }
}
