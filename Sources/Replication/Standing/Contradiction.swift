/// A superior's receipt that names another entry than the one held at its place: the stream's author showed the two
/// offices two faces, or the receipt is false. No proof yet: the other face is not at hand.
public struct Contradiction: Sendable, Hashable, Comparable {
  /// What the receipt names.
  public let head: StreamHead
  /// The key that signed the receipt.
  public let witness: KeyFingerprint

  public init(head: StreamHead, witness: KeyFingerprint) {
    self.head = head
    self.witness = witness
  }

  /// By place, so that the first of a stream is the one nearest to where its faces part.
  public static func < (left: Contradiction, right: Contradiction) -> Bool {
    if left.head.stream != right.head.stream { return left.head.stream < right.head.stream }
    if left.head.seq != right.head.seq { return left.head.seq < right.head.seq }
    return left.witness != right.witness ? left.witness < right.witness : left.head.hash < right.head.hash
  }

  /// `[stream, seq, hash, witness]`.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(4)
    head.stream.write(to: &writer)
    writer.unsigned(head.seq)
    writer.byteString(head.hash.bytes)
    writer.byteString(witness.bytes)
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    try reader.array(of: 4)
    head = StreamHead(
      stream: try StreamID(from: &reader), seq: try reader.unsigned(), hash: try reader.digest())
    witness = KeyFingerprint(try reader.digest())
    try reader.finish()
  }
}
