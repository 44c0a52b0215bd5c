import Casebook
import Replication
import TestKit

/// Whole sessions of version 2 between a city's bureau and its district, from the first contact to a restored backup.
extension VectorDraft {
  private static let page = "5-session.md"

  static func conversation(
    _ name: String, _ lines: [Conversation.Line], _ given: JSONValue, refused: String? = nil
  ) -> VectorDraft {
    let input = Fixed.bytes {
      $0.arrayHead(lines.count)
      for line in lines {
        $0.arrayHead(2)
        $0.unsigned(UInt64(line.by))
        $0.byteString(line.frame)
      }
    }
    return VectorDraft("session-\(name)", page, "session", input, given: given, refused: refused)
  }

  static func conversations() throws -> [VectorDraft] {
    var pair = try ConversationPair()
    let district = pair.district.context.office
    for number in 1...3 as ClosedRange<UInt8> {
      try pair.district.record([Fixed.record("单位 \(number)", id: number)], for: .up, at: pair.tick())
    }
    try pair.district.record([Fixed.record("不外传", id: 9)], for: .own, at: pair.tick())
    try pair.city.record([Fixed.record("致县局", id: 4)], for: .office(district), at: pair.tick())
    let (first, givenFirst) = try pair.meet(rememberedByDistrict: nil)
    var drafts = [conversation("first", first.lines, givenFirst)]
    // The city's receipts and the district's sighting were exchanged; what is owed for those comes with the next work.
    let (idle, givenIdle) = try pair.meet(rememberedByDistrict: pair.agreed)
    drafts.append(conversation("idle", idle.lines, givenIdle))

    let backup = (context: pair.district.context, storage: pair.district.storage.copy(), agreed: pair.agreed)
    try pair.district.record([Fixed.record("备份之后", id: 5)], for: .up, at: pair.tick())
    try pair.district.record([Fixed.record("备份之后", id: 6)], for: .up, at: pair.tick())
    try pair.city.record([Fixed.record("通知", id: 7)], for: .down, at: pair.tick())
    let (brief, givenBrief) = try pair.meet(rememberedByDistrict: pair.agreed)
    drafts.append(conversation("agreed", brief.lines, givenBrief))

    // The district's machine is set back, and works on before it calls.
    pair.district = ConversationPair.Office(
      context: backup.context, storage: backup.storage, signer: pair.district.signer, charters: pair.district.charters)
    try pair.district.record([Fixed.record("恢复之后", id: 8)], for: .up, at: pair.tick())
    let (fork, givenFork) = try pair.meet(rememberedByDistrict: backup.agreed)
    drafts.append(conversation("fork", fork.lines, givenFork))
    return try drafts + broken(first.lines, givenFirst) + late(fork.lines, givenFork)
  }

  /// What comes after the city said that it is settled, while the district still waits for what it wanted.
  private static func late(_ lines: [Conversation.Line], _ given: JSONValue) throws -> [VectorDraft] {
    let frames = try lines.map { try SyncFrame(decoding: $0.frame) }
    guard let place = frames.firstIndex(of: .settled), frames.lastIndex(of: .settled) != place,
      let want = frames.last(where: { if case .want = $0 { true } else { false } })
    else { throw MalformedVector(what: "fork") }
    return [("settled-twice", SyncFrame.settled), ("want-late", want)].map { name, frame in
      let line = Conversation.Line(by: lines[place].by, frame: frame.encoded)
      return conversation(name, lines.prefix(place + 1) + [line], given, refused: "protocol-violated")
    }
  }

  /// The first contact with one thing in it that must not be.
  private static func broken(_ lines: [Conversation.Line], _ given: JSONValue) throws -> [VectorDraft] {
    let frames = try lines.map { try SyncFrame(decoding: $0.frame) }
    /// The lines before a place, and others from there on.
    func draft(_ name: String, at place: Int?, _ said: [SyncFrame], refused: String) throws -> VectorDraft {
      guard let place else { throw MalformedVector(what: name) }
      let rest = said.map { Conversation.Line(by: lines[place].by, frame: $0.encoded) }
      return conversation(name, lines.prefix(place) + rest, given, refused: refused)
    }
    func place(_ isMeant: (SyncFrame) -> Bool) -> Int? { frames.firstIndex(where: isMeant) }
    let frontier = place { if case .frontier = $0 { true } else { false } }
    let run = place { if case .entries = $0 { true } else { false } }
    guard case .hello(var hello) = frames[0], let run, case .entries(.spare(let sent)) = frames[run] else {
      throw MalformedVector(what: "first contact")
    }
    var altered = sent.items
    altered[0].payload[altered[0].payload.count - 1] ^= 1
    let forged = EntryRun(stream: sent.stream, first: sent.first, previous: sent.previous, items: altered)
    hello.version = 0
    let old = SyncFrame.hello(hello)
    hello.version = ConversationSide.Traits().version
    hello.office = try Fixed.office("130527")
    let violated = "protocol-violated"
    let wants = [SyncFrame](repeating: .want(stream: sent.stream, from: 9), count: SessionLimits.wantsMax + 1)
    return [
      try draft("version", at: 0, [old], refused: "unsupported-version"),
      try draft("office", at: 0, [.hello(hello)], refused: "wrong-office"),
      try draft("hello-twice", at: frontier, [frames[0]], refused: violated),
      try draft("done-early", at: frontier, [.done], refused: violated),
      try draft("entries-early", at: frontier, [.entries(.spare(sent))], refused: violated),
      try draft("frontier-late", at: run, [.frontier(heads: [], isLast: true)], refused: violated),
      try draft("positions-unasked", at: run, [.positions([])], refused: violated),
      try draft("credit-large", at: run, [.credit(bytes: UInt64(SessionLimits.creditBytes) + 1)], refused: violated),
      try draft("settled-early", at: run, [.settled], refused: violated),
      try draft("done-twice", at: run, [.done, .done], refused: violated),
      try draft("wants-many", at: run, wants, refused: "too-much"),
      try draft("altered", at: run, [.entries(.spare(forged))], refused: "invalid-entry"),
    ]
  }
}
