import Casebook
import Replication
import SignatureSuites
import TestKit

/// Whole sessions of version 3: a digest tree, a line that breaks, credit that grows, and what comes after everything is
/// exchanged.
extension VectorDraft {
  private typealias Traits = ConversationSide.Traits

  private static let violated = "protocol-violated"
  private static let hangUp = [ConversationPair.Happening.say(0, .close(code: .normal, text: ""))]

  static func stayingConversations() throws -> [VectorDraft] {
    try live() + trees() + brokenLine() + growingCredit()
  }

  // MARK: Staying

  private static func live() throws -> [VectorDraft] {
    var pair = try ConversationPair()
    let district = pair.district.context.office
    let traits = [Traits(version: 3), Traits(version: 3)]
    try pair.district.record([Fixed.record("单位 1", id: 1)], for: .up, at: pair.tick())
    _ = try pair.meet(traits, [hangUp])
    try pair.district.record([Fixed.record("断线时", id: 2)], for: .up, at: pair.tick())
    let agreed = pair.agreed
    let (_, stays) = try pair.meet(
      traits, agreed: [agreed, agreed],
      [
        [.record(0, [[Fixed.record("窗口受理", id: 3)]], .up)],
        // Both at once, and what the other may not hold.
        [
          .record(0, [[Fixed.record("现场检查", id: 4)], [Fixed.record("现场检查", id: 5)]], .up),
          .record(1, [[Fixed.record("督办", id: 6)]], .office(district)),
          .record(0, [[Fixed.record("不外传", id: 7)]], .own),
        ],
        [.say(0, .ping)], [.record(1, [[Fixed.record("通知", id: 8)]], .down)], hangUp,
      ])
    let (_, idle) = try pair.meet(traits, agreed: [pair.agreed, pair.agreed], [[.say(1, .ping)], hangUp])
    return try [
      conversation("live", stays.lines, stays.vectorGiven), conversation("live-idle", idle.lines, idle.vectorGiven),
    ] + late(stays)
  }

  /// What belongs to the beginning, from the district, once everything is exchanged.
  private static func late(_ stays: ConversationPair.Meeting) throws -> [VectorDraft] {
    let frames = try stays.lines.map { try SyncFrame(decoding: $0.frame) }
    guard let place = frames.lastIndex(of: .settled), case .hello = frames[0],
      let positions = frames.first(where: { if case .positions = $0 { true } else { false } }),
      let run = frames.lastIndex(where: { if case .entries = $0 { true } else { false } }),
      case .entries(.spare(let sent)) = frames[run]
    else { throw MalformedVector(what: "live") }
    let late: [(String, SyncFrame)] = [
      ("hello", frames[0]), ("frontier", .frontier(heads: [], isLast: true)), ("positions", positions),
      ("tree", .tree([])), ("done", .done), ("settled", .settled), ("want", .want(stream: sent.stream, from: 1)),
      ("begun", .begun(.init(stream: sent.stream, seq: 9, signature: [], count: 1))),
      ("continuation", .continuation(.init(run: sent, skipped: 1))),
      ("credit", .credit(bytes: UInt64(SessionLimits.creditBytes) + 1)),
    ]
    return late.map { name, frame in
      conversation(
        "live-\(name)", stays.lines.prefix(place + 1) + [.init(by: 0, frame: frame.encoded)], stays.vectorGiven,
        refused: violated)
    }
  }

  // MARK: The digest tree

  /// A town under the district, whose many streams both hold: they differ in a bucket that is divided and in a small one.
  private static func trees() throws -> [VectorDraft] {
    var pair = try ConversationPair()
    let plain = [Traits(version: 3), Traits(version: 3)]
    let town = try Fixed.charter(
      "130526001", "镇所", under: Scenario.district, key: try FixedKeys.signer(.ed25519, 2).publicKey, transport: 3)
    try pair.district.record([.charter(town)], for: .subtree(town.office), at: pair.tick())
    let streams = try townStreams()
    for author in streams { try pair.district.take(try author.chain(1), at: pair.tick()) }
    _ = try pair.meet(plain, [hangUp])
    // In the bucket of many, in the small one, and on the city's side.
    for author in [streams[0], streams[streams.count - 1]] {
      let held = pair.district.storage.entries(of: author.stream, from: 1, bytesMax: .max)
      try pair.district.take(try author.chain(1, after: held.last, text: "later"), at: pair.tick())
    }
    try pair.city.record([Fixed.record("通知", id: 7)], for: .down, at: pair.tick())
    var other = pair.copy()
    let (_, both) = try pair.meet([Traits(version: 3, wholeHeads: 8), Traits(version: 3, wholeHeads: 8)], [hangUp])
    // The district has too few heads for one, it thinks: the city's is void.
    let (_, void) = try other.meet([Traits(version: 3), Traits(version: 3, wholeHeads: 8)], [hangUp])
    return try [
      conversation("tree", both.lines, both.vectorGiven), conversation("tree-void", void.lines, void.vectorGiven),
    ] + wrongTrees(both)
  }

  /// The town's `up` streams of several incarnations: ten in one bucket of level 1, two in another.
  private static func townStreams() throws -> [FixedAuthor] {
    let suite = Ed25519Suite()
    var buckets: [UInt8: [FixedAuthor]] = [:]
    for incarnation in 1...4_000 as ClosedRange<UInt64> {
      let author = try FixedAuthor(.ed25519, 2, audience: .up, incarnation: incarnation)
      let bucket = suite.hash(Array("docket/frontier-key/1\0".utf8) + author.stream.encoded).bytes[0]
      if bucket < 2 { buckets[bucket, default: []].append(author) }
    }
    guard let many = buckets[0], let few = buckets[1], many.count >= 10, few.count >= 2 else {
      throw MalformedVector(what: "buckets")
    }
    return Array(many.prefix(10) + few.prefix(2))
  }

  private static func wrongTrees(_ both: ConversationPair.Meeting) throws -> [VectorDraft] {
    let frames = try both.lines.map { try SyncFrame(decoding: $0.frame) }
    let trees = frames.indices.filter { if case .tree = frames[$0] { true } else { false } }
    guard trees.count == 4, case .tree(let first) = frames[trees[0]], case .tree(let second) = frames[trees[2]],
      let list = frames.firstIndex(where: { if case .frontier = $0 { true } else { false } }),
      case .frontier(let heads, true) = frames[list], !heads.isEmpty
    else { throw MalformedVector(what: "trees") }
    func wrong(_ name: String, at place: Int, _ frame: SyncFrame) -> VectorDraft {
      let line = Conversation.Line(by: both.lines[place].by, frame: frame.encoded)
      return conversation("tree-\(name)", both.lines.prefix(place) + [line], both.vectorGiven, refused: violated)
    }
    func counting(_ nodes: [FrontierTree.Node?], _ change: (Int) -> Int) -> [FrontierTree.Node?] {
      guard let place = nodes.firstIndex(where: { $0 != nil }), var node = nodes[place] else { return nodes }
      var changed = nodes
      node.count = change(node.count)
      changed[place] = node
      return changed
    }
    return [
      wrong("nodes", at: trees[0], .tree(Array(first.dropLast()))),
      wrong("count", at: trees[0], .tree(counting(first) { _ in SessionLimits.headsMax })),
      wrong("sum", at: trees[2], .tree(counting(second) { $0 + 1 })),
      wrong("heads", at: list, .frontier(heads: Array(heads.dropLast()), isLast: true)),
      wrong("early", at: trees[2], .frontier(heads: heads, isLast: true)),
      wrong("late", at: list, .tree(second)),
    ]
  }

  // MARK: A line that breaks

  private static func brokenLine() throws -> [VectorDraft] {
    var pair = try ConversationPair()
    let plain = [Traits(version: 3), Traits(version: 3)]
    for (id, length) in [(1, 10), (2, 1_500), (3, 10)] as [(UInt8, Int)] {
      try pair.district.record(
        [Fixed.record(String(repeating: "单", count: length), id: id)], for: .up, at: pair.tick())
    }
    var cut = pair.copy()
    let (_, whole) = try pair.meet(plain, [hangUp])
    let frames = try whole.lines.map { try SyncFrame(decoding: $0.frame) }
    guard
      let place = frames.indices.first(where: {
        if case .entries(let run) = frames[$0] { whole.lines[$0].by == 0 && run.count == 3 } else { false }
      })
    else { throw MalformedVector(what: "broken line") }
    // Within the payload of the second entry.
    let last = Conversation.Line(by: 0, frame: Array(whole.lines[place].frame.prefix(2_600)))
    var broken = whole
    broken.lines = whole.lines.prefix(place) + [last]
    broken.given["isCut"] = .flag(true)
    // The same once more, to where it broke.
    let sides = try [cut.district, cut.city].map { office in
      try ConversationSide(office.context, office.storage, clock: pair.now, traits: Traits(version: 3)) { _ in
        throw MalformedVector(what: "receipts before the line broke")
      }
    }
    var conversation = try Conversation(sides[0], sides[1])
    try conversation.replay(broken.lines, isCut: true)
    cut.district.context = sides[0].context
    cut.city.context = sides[1].context
    cut.now = pair.now
    guard let begun = sides[1].begun else { throw MalformedVector(what: "nothing begun") }
    let resumed = [Traits(version: 3), Traits(version: 3, begun: begun)]
    let (_, rest) = try cut.meet(resumed, [hangUp])
    return try [
      Self.conversation("cut", broken.lines, broken.vectorGiven), Self.conversation("begun", rest.lines, rest.vectorGiven),
    ] + wrongBeginnings(rest)
  }

  private static func wrongBeginnings(_ rest: ConversationPair.Meeting) throws -> [VectorDraft] {
    let frames = try rest.lines.map { try SyncFrame(decoding: $0.frame) }
    guard let named = frames.firstIndex(where: { if case .begun = $0 { true } else { false } }),
      let told = frames.indices.first(where: {
        if case .frontier = frames[$0] { rest.lines[$0].by == rest.lines[named].by } else { false }
      }),
      let continued = frames.firstIndex(where: { if case .continuation = $0 { true } else { false } }),
      case .continuation(let continuation) = frames[continued]
    else { throw MalformedVector(what: "begun") }
    func wrong(_ name: String, after count: Int, as place: Int, _ said: SyncFrame...) -> VectorDraft {
      let lines = said.map { Conversation.Line(by: rest.lines[place].by, frame: $0.encoded) }
      return conversation("begun-\(name)", rest.lines.prefix(count) + lines, rest.vectorGiven, refused: violated)
    }
    let shorter = SyncFrame.Continuation(run: continuation.run, skipped: continuation.skipped - 1)
    return [
      wrong("early", after: 0, as: named, frames[named]), wrong("twice", after: told, as: named, frames[named]),
      wrong("late", after: told + 1, as: named, frames[named]),
      wrong("other-count", after: continued, as: continued, .continuation(shorter)),
      wrong("again", after: continued, as: continued, frames[continued], frames[continued]),
    ]
  }

  // MARK: Credit

  /// More than the first credit: two entries that take one each, and small ones; then so many at once that a frame of the
  /// first size would not hold them.
  private static func growingCredit() throws -> [VectorDraft] {
    var pair = try ConversationPair()
    func large(_ id: UInt8) -> Change {
      let text = String(repeating: "a", count: 32_700)
      return .record(
        RecordWrite(
          type: 1, id: Fixed.id(id),
          fields: [2, 3].map { .init(number: $0, value: .text(text), replaces: []) }))
    }
    func small(_ id: UInt8) -> Change { Fixed.record(String(repeating: "b", count: 560), id: id) }
    for id in 1...2 as ClosedRange<UInt8> { try pair.district.record([large(id)], for: .up, at: pair.tick()) }
    for id in 3...22 as ClosedRange<UInt8> { try pair.district.record([small(id)], for: .up, at: pair.tick()) }
    let later = (23...36 as ClosedRange<UInt8>).map { [small($0)] }
    let (_, grown) = try pair.meet(
      [Traits(version: 3), Traits(version: 3)], [[.record(0, later, .up)], hangUp])
    let frames = try grown.lines.map { try SyncFrame(decoding: $0.frame) }
    guard frames.contains(where: { if case .entries(let run) = $0 { run.count > 1 && run.bytes > 8_192 } else { false } })
    else { throw MalformedVector(what: "frames that do not grow") }
    return [conversation("credit", grown.lines, grown.vectorGiven)]
  }
}
