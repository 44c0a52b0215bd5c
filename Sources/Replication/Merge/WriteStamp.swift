/// Names one write of one field: the author's clock and the first eight bytes of the author's fingerprint.
///
/// An author's stamps strictly increase, and an entry writes a field of a record at most once, so the pair is
/// unique. Eight bytes suffice: a collision would need 2^64 work against another's key, or 2^32 against one's own.
public struct WriteStamp: Sendable, Hashable, Comparable {
  public let time: HybridTimestamp
  public let author: UInt64

  public init(time: HybridTimestamp, author: UInt64) {
    self.time = time
    self.author = author
  }

  public init(time: HybridTimestamp, author: KeyFingerprint) {
    self.init(time: time, author: Self.short(author))
  }

  public static func short(_ author: KeyFingerprint) -> UInt64 {
    author.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  public static func < (lhs: WriteStamp, rhs: WriteStamp) -> Bool {
    (lhs.time, lhs.author) < (rhs.time, rhs.author)
  }

  package func write(to writer: inout CBORWriter) {
    writer.arrayHead(2)
    writer.unsigned(time.rawValue)
    writer.unsigned(author)
  }

  package init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 2)
    time = HybridTimestamp(rawValue: try reader.unsigned())
    author = try reader.unsigned()
  }
}
