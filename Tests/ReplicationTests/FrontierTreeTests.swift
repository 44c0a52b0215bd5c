import Replication
import SignatureSuites
import TestKit
import Testing

@Suite("The digest tree over stream heads")
struct FrontierTreeTests {
  private let suite = Ed25519Suite()
  private let a = OfficeCode("a"), b = OfficeCode("b")

  /// The hello's digest says nothing of the heads here: it only has to differ.
  private func session(
    _ office: OfficeCode?, peer: OfficeCode?, _ heads: [StreamHead], wholeHeadsMax: Int = SessionLimits.wholeHeadsMax,
    agreed: Digest? = nil, moved: [StreamHead]? = nil, lacked: Set<StreamID> = [], version: UInt64 = 3
  ) throws -> SyncSession {
    let office = try #require(office)
    let hello = SyncFrame.Hello(
      version: version, office: office, digest: suite.hash(Array(office.text.utf8)), clock: 0, software: "t",
      agreed: agreed)
    return SyncSession(
      hello: hello, peer: try #require(peer), heads: heads, moved: moved, lacked: lacked, hashing: suite,
      wholeHeadsMax: wholeHeadsMax)
  }

  private func exchange(_ draw: HeadDraw, wholeHeadsMax: (Int, Int)) throws -> HeadExchange {
    try HeadExchange(
      try session(a, peer: b, draw.left, wholeHeadsMax: wholeHeadsMax.0),
      try session(b, peer: a, draw.right, wholeHeadsMax: wholeHeadsMax.1))
  }

  /// Where each side goes on in every stream once the session is live.
  private func goingOn(_ exchange: HeadExchange, _ draw: HeadDraw) -> [[HeadExchange.Event]] {
    let later = Set((draw.left + draw.right).map(\.stream)).map { StreamHead(stream: $0, seq: 1_000_000, hash: .zero) }
    return [exchange.left, exchange.right].map { side in
      var side = side
      side.events = []
      _ = side.carryOut(side.session.moved(later))
      return side.events
    }
  }

  private static let draws: [(count: Int, perMille: Int)] = [
    (2, 1_000), (3, 0), (40, 100), (300, 20), (300, 1_000), (1_500, 5), (1_500, 300), (4_000, 10),
  ]

  @Test("finds exactly what whole frontiers find, whoever tells a tree", arguments: draws)
  func same(count: Int, perMille: Int) throws {
    for seed in 0..<3 as Range<UInt64> {
      let draw = HeadDraw(count, differing: perMille, seed: seed)
      let whole = try exchange(draw, wholeHeadsMax: (.max, .max))
      #expect(whole.isComplete && whole.left.trees == 0)
      for limits in [(0, 0), (256, 256), (0, .max), (.max, 0)] {
        let other = try exchange(draw, wholeHeadsMax: limits)
        #expect(other.isComplete && other.left.closed == nil && other.right.closed == nil)
        #expect(other.left.trees > 0 || draw.left.count <= limits.0)
        #expect(other.events == whole.events, "seed \(seed)")
        #expect(other.left.session.entriesExpected == whole.left.session.entriesExpected)
        #expect(other.right.session.entriesExpected == whole.right.session.entriesExpected)
        if count <= 300 { #expect(goingOn(other, draw).map(Set.init) == goingOn(whole, draw).map(Set.init)) }
      }
    }
  }

  @Test("of 20,000 heads three levels find what differs")
  func deep() throws {
    let draw = HeadDraw(20_000, differing: 5, seed: 1)
    let exchange = try exchange(draw, wholeHeadsMax: (256, 256))
    #expect(exchange.isComplete && exchange.left.trees == 3)
    #expect(exchange.left.headsTold < 1_000 && exchange.left.closed == nil)
    #expect(exchange.events.joined().count >= 50)
  }

  @Test("20 of 5,000 streams without an agreement: 4 trips and less than a tenth of what whole frontiers take")
  func bytes() throws {
    var random = SeededGenerator(seed: 20)
    let held = (0..<5_000).map { _ in HeadDraw.head(using: &random) }
    var ahead = held
    for index in stride(from: 0, to: 5_000, by: 250) {
      ahead[index] = HeadDraw.head(held[index].stream, held[index].seq + 1, using: &random)
    }
    let tree = try HeadExchange(try session(a, peer: b, held), try session(b, peer: a, ahead))
    let whole = try HeadExchange(
      try session(a, peer: b, held, wholeHeadsMax: .max), try session(b, peer: a, ahead, wholeHeadsMax: .max))
    #expect(tree.isComplete && tree.events == whole.events && tree.right.events.count == 40)
    #expect(tree.findingBytes <= 26 * 1_024)
    #expect(tree.findingTrips == 3 && whole.findingTrips == 1)
    #expect(whole.findingBytes > 10 * tree.findingBytes)
  }

  @Test("where everything moved, a tree costs little over whole frontiers", arguments: [300, 5_000])
  func everything(count: Int) throws {
    let draw = HeadDraw(count, differing: 1_000, seed: 7)
    let tree = try exchange(draw, wholeHeadsMax: (256, 256)), whole = try exchange(draw, wholeHeadsMax: (.max, .max))
    #expect(tree.findingBytes <= whole.findingBytes + 11 * 1_024)
    #expect(tree.events == whole.events)
  }

  @Test("nothing differs though the digests do: nothing is sent, and what a side lacks is asked for")
  func equal() throws {
    let heads = HeadDraw(600, differing: 0, seed: 3).left
    let lacked = heads[17]
    let exchange = try HeadExchange(
      try session(a, peer: b, heads, lacked: [lacked.stream]), try session(b, peer: a, heads))
    #expect(exchange.isComplete && exchange.left.headsTold == 0)
    #expect(exchange.left.events == [.fork(lacked.stream, at: lacked.seq), .want(lacked.stream, from: lacked.seq + 1)])
  }

  // MARK: Agreements

  @Test("an agreement after which nothing moved, and yet the digests differ: a tree finds what became shared")
  func newlyShared() throws {
    let draw = HeadDraw(600, differing: 10, seed: 4)
    let exchange = try HeadExchange(
      try session(a, peer: b, draw.left, agreed: .zero, moved: []),
      try session(b, peer: a, draw.right, agreed: .zero, moved: []))
    let whole = try self.exchange(draw, wholeHeadsMax: (.max, .max))
    #expect(exchange.isComplete && exchange.left.trees == 1 && exchange.events == whole.events)
  }

  @Test("more moved on one side than is listed at once: the other's list is void", arguments: [256, Int.max])
  func longList(wholeHeadsMax: Int) throws {
    let draw = HeadDraw(2_500, differing: 100, seed: 5)
    let whole = try exchange(draw, wholeHeadsMax: (.max, .max))
    for moved in [(draw.left, Array(draw.right.prefix(3))), (draw.left, []), (draw.left, draw.right)] {
      let exchange = try HeadExchange(
        try session(a, peer: b, draw.left, wholeHeadsMax: wholeHeadsMax, agreed: .zero, moved: moved.0),
        try session(b, peer: a, draw.right, wholeHeadsMax: wholeHeadsMax, agreed: .zero, moved: moved.1))
      #expect(exchange.isComplete && exchange.left.closed == nil && exchange.right.closed == nil)
      #expect(exchange.events == whole.events)
    }
  }

  @Test("earlier versions tell whole frontiers")
  func earlier() throws {
    let draw = HeadDraw(600, differing: 10, seed: 6)
    let exchange = try HeadExchange(try session(a, peer: b, draw.left), try session(b, peer: a, draw.right, version: 2))
    #expect(exchange.isComplete && exchange.left.trees == 0 && exchange.right.trees == 0)
  }

  // MARK: What a peer may not say

  private let draw = HeadDraw(5_000, differing: 10, seed: 8)

  /// A session that has told the first level of a tree, and the peer's honest tree.
  private func told() throws -> (side: HeadExchange.Side, theirs: FrontierTree) {
    var side = HeadExchange.Side(try session(a, peer: b, draw.left))
    _ = side.carryOut(side.session.received(.hello(try hello())))
    return (side, FrontierTree(draw.right, using: suite))
  }

  private func hello(version: UInt64 = 3) throws -> SyncFrame.Hello {
    SyncFrame.Hello(version: version, office: try #require(b), digest: .zero, clock: 0, software: "t")
  }

  private func closes(_ side: HeadExchange.Side, _ frames: [SyncFrame]) -> SyncFrame.CloseCode? {
    var side = side
    for frame in frames { _ = side.carryOut(side.session.received(frame)) }
    return side.closed
  }

  /// The nodes the peer tells of the second level, once it has met ours.
  private func second(_ side: HeadExchange.Side, _ theirs: FrontierTree) throws -> FrontierTree {
    guard case .tree(let ours)? = side.frames.last else { throw MissingTree() }
    var theirs = theirs
    let isMet = theirs.meet(ours)
    try #require(isMet && !theirs.nodes.isEmpty)
    return theirs
  }

  private struct MissingTree: Error {}

  @Test("a tree before the hello, in version 2, after another end of comparing, or once live is a violation")
  func outOfTurn() throws {
    let (side, theirs) = try told()
    let tree = SyncFrame.tree(theirs.nodes), greeting = SyncFrame.hello(try hello())
    #expect(closes(side, [tree]) == nil)
    // Who tells everything hears one tree, and before any head.
    let few = HeadExchange.Side(try session(a, peer: b, []))
    #expect(closes(few, [tree]) == .protocolViolated)
    let early = SyncFrame.hello(try hello(version: 2))
    #expect(closes(few, [early, tree]) == .protocolViolated)
    #expect(closes(few, [greeting, tree]) == nil)
    #expect(closes(few, [greeting, tree, tree]) == .protocolViolated)
    // What was begun is said before.
    let begun = SyncFrame.begun(.init(stream: draw.left[0].stream, seq: 1, signature: [1], count: 1))
    #expect(closes(few, [greeting, begun, tree]) == nil)
    #expect(closes(few, [greeting, tree, begun]) == .protocolViolated)
    let piece = SyncFrame.frontier(heads: [], isLast: false), last = SyncFrame.frontier(heads: [], isLast: true)
    #expect(closes(few, [greeting, piece, tree]) == .protocolViolated)
    #expect(closes(few, [greeting, tree, last, tree]) == .protocolViolated)
    // Who told a tree hears trees or heads, not both, until all that differs is found.
    #expect(closes(side, [piece, tree]) == .protocolViolated)
    #expect(closes(side, [tree, last]) == .protocolViolated)
    #expect(closes(side, [tree, .positions([])]) == .protocolViolated)
    let same = HeadDraw(600, differing: 0, seed: 3)
    let live = try exchange(same, wholeHeadsMax: (256, 256)).left
    #expect(live.session.isLive)
    #expect(closes(live, [tree]) == .protocolViolated)
    // With an agreement, a list of what moved is followed by positions.
    let agreeing = HeadExchange.Side(try session(a, peer: b, same.left, agreed: .zero, moved: [same.left[0]]))
    let agreed = SyncFrame.Hello(
      version: 3, office: try #require(b), digest: suite.hash([1]), clock: 0, software: "t", agreed: .zero)
    #expect(closes(agreeing, [.hello(agreed), last]) == nil)
    #expect(closes(agreeing, [.hello(agreed), last, tree]) == .protocolViolated)
  }

  @Test("another number of nodes, too many heads, and parts that are not the sum of the whole are violations")
  func numbers() throws {
    let (side, theirs) = try told()
    let nodes = theirs.nodes
    for wrong in [[], Array(nodes.dropLast()), nodes + [nil]] { #expect(closes(side, [.tree(wrong)]) == .protocolViolated) }
    let huge = nodes.map { $0.map { FrontierTree.Node(digest: $0.digest, count: SessionLimits.headsMax) } }
    #expect(closes(side, [.tree(huge)]) == .protocolViolated)
    var next = side
    _ = next.carryOut(next.session.received(.tree(nodes)))
    let parts = try second(side, theirs).nodes
    #expect(closes(next, [.tree(parts)]) == nil)
    for wrong in [[], Array(parts.dropLast()), parts + [nil], nodes] {
      #expect(closes(next, [.tree(wrong)]) == .protocolViolated)
    }
    var lying = parts
    let index = try #require(parts.firstIndex { $0 != nil })
    lying[index]?.count += 1
    #expect(closes(next, [.tree(lying)]) == .protocolViolated)
    lying[index] = nil
    #expect(closes(next, [.tree(lying)]) == .protocolViolated)
  }

  @Test("a peer that lists other heads than it counted is cut off; one that lies about digests gets what it asks for")
  func liars() throws {
    let (side, theirs) = try told()
    var next = side, tree = theirs
    while case .tree(let ours)? = next.frames.last {
      let frame = SyncFrame.tree(tree.nodes)
      let isMet = tree.meet(ours)
      try #require(isMet)
      _ = next.carryOut(next.session.received(frame))
    }
    let heads = tree.differing
    #expect(tree.claimedInLeaves == next.headsTold && heads.count > 20)
    #expect(closes(next, [.frontier(heads: heads, isLast: true)]) == nil)
    #expect(closes(next, [.frontier(heads: Array(heads.dropLast()), isLast: true)]) == .protocolViolated)
    #expect(closes(next, [.frontier(heads: heads + [heads[0]], isLast: false)]) == .protocolViolated)
    #expect(closes(next, [.frontier(heads: heads, isLast: false), .frontier(heads: [], isLast: true)]) == nil)
    // Every digest is wrong, and every bucket said to be full: this side tells each of its heads once.
    let few = HeadDraw(3_000, differing: 0, seed: 8).left
    var deceived = HeadExchange.Side(try session(a, peer: b, few))
    _ = deceived.carryOut(deceived.session.received(.hello(try hello())))
    let most = FrontierTree.Node(digest: [UInt8](repeating: 1, count: 16), count: SessionLimits.headsMax / 256)
    _ = deceived.carryOut(deceived.session.received(.tree([FrontierTree.Node?](repeating: most, count: 256))))
    #expect(deceived.trees == 1 && deceived.closed == nil && deceived.headsTold == few.count)
  }

  @Test("the largest tree frame is within the limit of frames")
  func size() throws {
    let node = FrontierTree.Node(digest: [UInt8](repeating: 1, count: 16), count: SessionLimits.headsMax)
    let frame = SyncFrame.tree([FrontierTree.Node?](repeating: node, count: 8_192))
    #expect(frame.encoded.count <= SessionLimits.frameBytesMax)
    #expect(try SyncFrame(decoding: frame.encoded) == frame)
    let longer = SyncFrame.tree([FrontierTree.Node?](repeating: nil, count: 8_193))
    #expect(throws: CBORReader.Failure.tooLong) { try SyncFrame(decoding: longer.encoded) }
  }
}
