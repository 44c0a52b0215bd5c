/// Reads one part of a bundle that lies in memory.
public struct BundleReader: Sendable {
  /// What a part turned out to be when it was looked through.
  public enum Verdict: Sendable, Hashable {
    /// Every byte is as it was written.
    case whole
    /// The file ends before its end: so many whole items stand before the cut.
    case cut(items: Int)
    /// Bytes are not what was written: nothing of the file is used.
    case altered
  }

  public let head: BundleHead
  private var reader: CBORReader
  private let bytes: [UInt8]

  /// - Throws: when the bytes do not begin as a bundle of this format does.
  public init(_ bytes: [UInt8]) throws(BundleFailure) {
    self.bytes = bytes
    reader = CBORReader(bytes)
    head = try BundleHead(from: &reader)
  }

  /// The next item; `nil` at the end, and where the file was cut.
  public mutating func next() -> BundleItem? {
    var attempt = reader
    guard case .item(let item)? = try? Self.piece(&attempt) else { return nil }
    reader = attempt
    return item
  }

  /// Bytes read so far.
  public var offset: Int { reader.offset }

  /// Looks the part through once.
  /// - Complexity: O(bytes).
  public func verdict(using suite: any SignatureSuite) -> Verdict {
    var reader = reader
    var items = 0
    var entries = 0
    while true {
      let start = reader.offset
      do throws(CBORReader.Failure) {
        switch try Self.piece(&reader) {
        case .item(let item):
          items += 1
          entries += item.entries.count
        case .end(let end):
          let isWhole =
            reader.isAtEnd && end.entryCount == entries
            && end.digest == BundleEnd.digest(of: Array(bytes[..<start]), using: suite)
          return isWhole ? .whole : .altered
        }
      } catch {
        return error == .truncated && !BundleEnd.isAtEnd(of: bytes) ? .cut(items: items) : .altered
      }
    }
  }

  private enum Piece {
    case item(BundleItem)
    case end(BundleEnd)
  }

  private static func piece(_ reader: inout CBORReader) throws(CBORReader.Failure) -> Piece {
    let start = reader.offset
    let count = try reader.arrayHead(atMost: 3)
    if count == 3 {
      guard try reader.text(atMost: BundleEnd.name.utf8.count) == BundleEnd.name else { throw .unexpectedType }
      return .end(
        BundleEnd(entryCount: try reader.count(atMost: BundleLimits.partBytesMax), digest: try reader.digest()))
    }
    guard count == 2 else { throw .unexpectedType }
    let item = try BundleItem(inside: &reader)
    guard reader.offset - start <= BundleLimits.itemBytesMax else { throw .tooLong }
    return .item(item)
  }
}
