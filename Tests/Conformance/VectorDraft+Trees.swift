import Replication
import SignatureSuites
import TestKit

/// The digest tree of protocol version 3: its frames, and two trees that meet.
extension VectorDraft {
  static func frontierTrees() throws -> [VectorDraft] {
    let page = "5-session.md"
    let digest = [UInt8](repeating: 7, count: FrontierTree.Node.digestBytes)
    func frame(_ digest: [UInt8], _ count: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(2)
        $0.unsigned(18)
        $0.arrayHead(1)
        $0.arrayHead(2)
        $0.byteString(digest)
        $0.unsigned(count)
      }
    }
    let nodes = SyncFrame.tree([.init(digest: digest, count: 3), nil, .init(digest: digest, count: 40_000)]).encoded
    let (one, other) = try sides()
    return [
      VectorDraft("frame-tree", page, "frame", nodes),
      VectorDraft("frame-tree-none", page, "frame", frame(digest, 0), refused: "out-of-range"),
      VectorDraft("frame-tree-beyond", page, "frame", frame(digest, 50_001), refused: "out-of-range"),
      VectorDraft("frame-tree-digest", page, "frame", frame(Array(digest.dropLast()), 1), refused: "out-of-range"),
      VectorDraft("frame-tree-long-digest", page, "frame", frame(digest + [7], 1), refused: "too-long"),
      try VectorDraft("frame-tree-many", page, "frame", hex: "8212992001", refused: "too-long"),
      VectorDraft("frame-tree-cut", page, "frame", Array(nodes.dropLast()), refused: "truncated"),
      VectorDraft(
        "frontier-tree", page, "frontier-tree", SyncFrame.frontier(heads: one, isLast: true).encoded,
        given: .object(["other": Shown.hex(SyncFrame.frontier(heads: other, isLast: true).encoded)])),
    ]
  }

  /// Two sides that differ in streams of three buckets: one that is divided, one that is too small for it, and one that
  /// only one side has anything in.
  private static func sides() throws -> ([StreamHead], [StreamHead]) {
    let suite = Ed25519Suite()
    let author = try FixedAuthor(.ed25519, 2, audience: .up).stream.author
    var byBucket: [UInt8: [StreamHead]] = [:]
    for incarnation in 1...6_000 as ClosedRange<UInt64> {
      let stream = StreamID(author: author, incarnation: incarnation, audience: .up)
      let bucket = suite.hash(Array("docket/frontier-key/1\0".utf8) + stream.encoded).bytes[0]
      guard bucket < 4 else { continue }
      byBucket[bucket, default: []].append(StreamHead(stream: stream, seq: 1, hash: suite.hash(stream.encoded)))
    }
    func heads(_ bucket: UInt8, _ count: Int) throws -> [StreamHead] {
      guard let heads = byBucket[bucket], heads.count >= count else { throw MalformedVector(what: "bucket \(bucket)") }
      return Array(heads.prefix(count))
    }
    let large = try heads(0, 12), small = try heads(1, 3), lone = try heads(2, 1), equal = try heads(3, 2)
    func moved(_ head: StreamHead) -> StreamHead { StreamHead(stream: head.stream, seq: 2, hash: .zero) }
    return (
      large + small + equal,
      [moved(large[0])] + large.dropFirst() + [moved(small[0])] + small.dropFirst() + lone + equal
    )
  }
}
