/// The digest tree over one side's heads: what differs between two sides is found without either telling all it has.
///
/// Heads are put into buckets by a hash of their streams, so that buckets are even whatever the streams. Level 1 has 256
/// of them; of those that differ, the ones that hold many heads on both sides are divided by 16 in the next level. Both
/// sides see both sides' nodes, so both find the same buckets and neither leads. What lies in no differing bucket is
/// equal on both sides.
///
/// Making one hashes every stream and sorts, O(n log n); level 1 hashes every head once, and each level after it the
/// heads of the buckets that were divided. It keeps its heads and eight bytes for each.
public struct FrontierTree: Sendable {
  /// What is said of a bucket that holds something.
  public struct Node: Sendable, Hashable {
    /// Half a SHA-256: two different sets of heads with one digest cost 2^64 hashes.
    public static let digestBytes = 16
    /// Hash over the bucket's heads in the order of their keys.
    public var digest: [UInt8]
    /// Heads in the bucket, from 1.
    public var count: Int

    public init(digest: [UInt8], count: Int) {
      self.digest = digest
      self.count = count
    }
  }

  private struct Bucket {
    /// Its part of `heads`.
    let place: Range<Int>
    let node: Node?
  }

  /// In the order of their keys, so that every bucket of every level is one piece of it.
  private let heads: [StreamHead]
  private let keys: [UInt64]
  private let suite: any SignatureSuite
  private var level = 1
  /// The buckets of the level, those of one that was divided together.
  private var buckets: [Bucket] = []
  /// What the peer said it holds in each that was divided.
  private var claimed: [Int] = []
  private var leaves: [Range<Int>] = []
  /// Heads that the peer said it holds in the leaves: so many it has to tell.
  public private(set) var claimedInLeaves = 0

  /// - Parameter suite: its hash; both sides use SHA-256, as for the hello's digest.
  public init(_ heads: [StreamHead], using suite: any SignatureSuite) {
    let keyed = heads.map { (key: Self.key(of: $0.stream, using: suite), head: $0) }
      .sorted { $0.key != $1.key ? $0.key < $1.key : $0.head.stream < $1.head.stream }
    self.heads = keyed.map(\.head)
    keys = keyed.map(\.key)
    self.suite = suite
    buckets = parts(of: self.heads.indices, bits: 8, after: 0)
  }

  /// What to tell of this level, `nil` for a bucket without heads; empty when all that differs is found.
  public var nodes: [Node?] { buckets.map(\.node) }

  /// Our heads in the buckets that differ and were not divided, once `nodes` is empty.
  public var differing: [StreamHead] { leaves.flatMap { heads[$0] } }

  /// Compares this level and goes on to the next.
  /// - Parameter theirs: what the peer told of the same level.
  /// - Returns: `false` if that cannot be: another number of nodes, more heads than anybody may tell, or other sums than
  ///   it told of the buckets that were divided.
  public mutating func meet(_ theirs: [Node?]) -> Bool {
    guard theirs.count == buckets.count else { return false }
    let counts = theirs.map { $0?.count ?? 0 }
    if level == 1 {
      guard counts.reduce(0, +) <= SessionLimits.headsMax else { return false }
    } else {
      for (parent, count) in claimed.enumerated() {
        guard counts[(parent * Self.branches)..<((parent + 1) * Self.branches)].reduce(0, +) == count else { return false }
      }
    }
    let different = buckets.indices.filter { buckets[$0].node != theirs[$0] }
    // So many have moved that the next level would differ almost everywhere too.
    let leafMax = different.count < buckets.count ? SessionLimits.leafHeadsMax : SessionLimits.leafHeadsMaxOfMany
    var next: [Bucket] = []
    claimed = []
    for index in different {
      let place = buckets[index].place
      // What one side has and the other has not differs in any case: the lesser count is what dividing may spare.
      if level < SessionLimits.treeLevelsMax, claimed.count < SessionLimits.dividedMax,
        min(place.count, counts[index]) > leafMax
      {
        next += parts(of: place, bits: Self.bitsOfBranch, after: 8 + (level - 1) * Self.bitsOfBranch)
        claimed.append(counts[index])
      } else {
        leaves.append(place)
        claimedInLeaves += counts[index]
      }
    }
    buckets = next
    level += 1
    return true
  }

  static let bitsOfBranch = 4
  static let branches = 1 << bitsOfBranch
  /// In one frame.
  static let nodesMax = branches * SessionLimits.dividedMax

  /// Divides a piece of `heads` by the bits of their keys that follow the first `count`.
  private func parts(of place: Range<Int>, bits: Int, after count: Int) -> [Bucket] {
    var end = place.lowerBound
    return (0..<(1 << bits)).map { part in
      let first = end
      while end < place.upperBound, (keys[end] << count) >> (64 - bits) == part { end += 1 }
      return Bucket(place: first..<end, node: node(first..<end))
    }
  }

  private func node(_ place: Range<Int>) -> Node? {
    if place.isEmpty { return nil }
    let digest = suite.hash(Domain.frontierNode.prefix + SyncFrame.hashed(heads[place]))
    return Node(digest: Array(digest.bytes.prefix(Node.digestBytes)), count: place.count)
  }

  private static func key(of stream: StreamID, using suite: any SignatureSuite) -> UInt64 {
    suite.hash(Domain.frontierKey.prefixed(stream.encoded)).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension FrontierTree.Node {
  static func write(_ nodes: [FrontierTree.Node?], to writer: inout CBORWriter) {
    writer.arrayHead(nodes.count)
    for node in nodes {
      guard let node else {
        writer.null()
        continue
      }
      writer.arrayHead(2)
      writer.byteString(node.digest)
      writer.unsigned(UInt64(node.count))
    }
  }

  static func read(from reader: inout CBORReader) throws(CBORReader.Failure) -> [FrontierTree.Node?] {
    var nodes: [FrontierTree.Node?] = []
    for _ in 0..<(try reader.arrayHead(atMost: FrontierTree.nodesMax)) {
      if reader.isNextNull {
        try reader.null()
        nodes.append(nil)
        continue
      }
      try reader.array(of: 2)
      let digest = try reader.byteString(atMost: digestBytes)
      let count = try reader.count(atMost: SessionLimits.headsMax)
      // A bucket without heads has no digest to tell.
      guard digest.count == digestBytes, count >= 1 else { throw .outOfRange }
      nodes.append(FrontierTree.Node(digest: digest, count: count))
    }
    return nodes
  }
}
