import Casebook
import Casework
import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  /// A recorded conversation, held once more by the product's session machine with what each side is said to hold.
  func session() throws -> JSONValue {
    guard let sides = vector.given?["sides"]?.list, sides.count == 2 else { throw MalformedVector(what: vector.name) }
    let root = KeyFingerprint(try givenDigest("root"))
    var conversation = try Conversation(side(sides[0], root: root), side(sides[1], root: root))
    let isCut = vector.given?["isCut"] == .flag(true)
    try conversation.replay(try lines(), try sides.enumerated().flatMap(Self.records), isCut: isCut)
    return try Self.shown(conversation, isCut: isCut)
  }

  /// What a side signs of its own while the session stays.
  private static func records(_ side: Int, _ given: JSONValue) throws -> [Conversation.Event] {
    try (given["records"]?.list ?? []).map { record in
      guard let after = record["after"]?.number else { throw MalformedVector(what: "record") }
      let runs = try runs(record["entries"])
      return .init(side: side, after: Int(after), deed: .record { side, _ in try admitted(runs, by: side) })
    }
  }

  private static func admitted(_ runs: [CarriedRun], by side: ConversationSide) throws -> ReplicaContext {
    var admission = Admission(context: side.context)
    for run in runs { _ = try admission.admit(run, at: side.clock, in: side.storage) }
    try admission.finish(in: side.storage)
    return admission.context
  }

  private func traits(_ given: JSONValue) throws -> ConversationSide.Traits {
    var traits = ConversationSide.Traits()
    if let version = vector.given?["version"]?.number { traits.version = UInt64(version) }
    if let heads = given["wholeHeads"]?.number { traits.wholeHeads = Int(heads) }
    if let begun = given["begun"] {
      guard let seq = begun["seq"]?.number, let signature = begun["signature"]?.text.flatMap({ Hexadecimal.bytes($0) }),
        let payload = begun["payload"]?.text.flatMap({ Hexadecimal.bytes($0) })
      else { throw MalformedVector(what: "begun") }
      traits.begun = BegunEntry(
        stream: try Self.stream(begun["stream"]), seq: UInt64(seq), signature: signature, payload: payload)
    }
    return traits
  }

  private func lines() throws -> [Conversation.Line] {
    var reader = CBORReader(bytes)
    var lines: [Conversation.Line] = []
    for _ in 0..<(try reader.arrayHead(atMost: 10_000)) {
      try reader.array(of: 2)
      let by = try reader.unsigned()
      guard by <= 1 else { throw MalformedVector(what: "side \(by)") }
      lines.append(.init(by: Int(by), frame: try reader.byteString(atMost: SessionLimits.frameBytesMax)))
    }
    try reader.finish()
    return lines
  }

  /// An office that holds what the vector gives it, and signs what the vector says it signed.
  private func side(_ given: JSONValue, root: KeyFingerprint) throws -> ConversationSide {
    guard let office = given["office"]?.text.flatMap({ OfficeCode($0) }), let clock = given["clock"]?.number,
      let own = given["key"]?.text.flatMap({ Hexadecimal.bytes($0) }), let key = Digest(own)
    else { throw MalformedVector(what: vector.name) }
    let storage = MemoryStorage()
    var context = ReplicaContext(
      office: office, key: KeyFingerprint(key), suite: .ed25519, incarnation: 1, suites: .standard,
      tree: OfficeTree(rootKey: root), shelf: SampleLog.NoPacks(), calendar: HolidayTable(entries: [], years: []))
    for charter in try Self.charters(given["charters"]) { storage.put(charter) }
    try context.refresh(from: storage)
    var held = try Self.runs(given["held"])
    while !held.isEmpty {
      // What is for an office whose charter comes later among them waits for it.
      var waiting: [CarriedRun] = []
      for run in held {
        var admission = Admission(context: context)
        do {
          _ = try admission.admit(run, at: UInt64(clock), in: storage)
          try admission.finish(in: storage)
          context = admission.context
        } catch Admission.Failure.outOfScope {
          waiting.append(run)
        }
      }
      guard waiting.count < held.count else { throw MalformedVector(what: "held out of scope") }
      held = waiting
    }
    var signs = try given["receipts"]?.list?.map { try Self.runs($0) } ?? [try Self.runs(given["signs"])]
    return try ConversationSide(
      context, storage, clock: UInt64(clock), agreed: try agreed(given["agreed"]), traits: try traits(given)
    ) { side in try Self.admitted(signs.isEmpty ? [] : signs.removeFirst(), by: side) }
  }

  private static func charters(_ given: JSONValue?) throws -> [StoredCharter] {
    var reader = CBORReader(given?.text.flatMap { Hexadecimal.bytes($0) } ?? [0x80])
    return try (0..<(try reader.arrayHead(atMost: 100))).map { _ in
      try reader.array(of: 2)
      let issuer = KeyFingerprint(try reader.digest())
      guard case .charter(let charter) = try Entry.changes(ofPayload: reader.byteString(atMost: 65_536)).first else {
        throw MalformedVector(what: "charter")
      }
      return StoredCharter(charter: charter, issuer: issuer)
    }
  }

  private static func runs(_ given: JSONValue?) throws -> [CarriedRun] {
    try (given?.list ?? []).map { run in
      guard let entries = run["entries"]?.list else { throw MalformedVector(what: "entries") }
      let bytes = entries.compactMap { $0.text.flatMap { Hexadecimal.bytes($0) } }
      return .whole(try Self.stream(run["stream"]), bytes)
    }
  }

  private static func stream(_ given: JSONValue?) throws -> StreamID {
    var reader = CBORReader(given?.text.flatMap { Hexadecimal.bytes($0) } ?? [])
    return try StreamID(from: &reader)
  }

  private func agreed(_ given: JSONValue?) throws -> [StreamHead]? {
    try given?.list?.map { head in
      StreamHead(
        stream: try Self.stream(head["stream"]), seq: UInt64(head["seq"]?.number ?? 0),
        hash: try givenDigest("hash", in: head))
    }
  }

  // MARK: What is shown

  private static func shown(_ conversation: Conversation, isCut: Bool) throws -> JSONValue {
    let offices = conversation.sides.map(\.context.office.text)
    let frames = try conversation.lines.dropLast(isCut ? 1 : 0).map { (by: $0.by, frame: try SyncFrame(decoding: $0.frame)) }
    let isBrief = frames.contains { if case .positions = $0.frame { true } else { false } }
    let digests = frames.compactMap { if case .hello(let hello) = $0.frame { hello.digest } else { nil } }
    var lines = frames.map { JSONValue.text("\(offices[$0.by]) \(words($0.frame))") }
    if isCut, let last = conversation.lines.last { lines.append(.text("\(offices[last.by]) cut \(last.frame.count)")) }
    var members: [String: JSONValue] = [
      "course": .text(Set(digests).count == 1 ? "idle" : isBrief ? "brief" : "whole"),
      "lines": .list(lines),
      "bytes": .list(
        (0...1).map { side in
          Shown.number(conversation.lines.filter { $0.by == side }.reduce(0) { $0 + $1.frame.count })
        }),
      "held": .list(try conversation.sides.map(held)),
    ]
    if isCut { members["begun"] = .list(conversation.sides.map { $0.begun.map(begun) ?? .null }) }
    return .object(members)
  }

  /// As `given` has it for the next session.
  static func begun(_ begun: BegunEntry) -> JSONValue {
    .object([
      "stream": Shown.hex(begun.name.stream.encoded), "seq": Shown.number(begun.name.seq),
      "signature": Shown.hex(begun.name.signature), "payload": Shown.hex(begun.payload),
    ])
  }

  private static func words(_ frame: SyncFrame) -> String {
    switch frame {
    case .hello(let hello): "hello \(hello.version)"
    case .frontier(let heads, let isLast): "frontier \(heads.count)\(isLast ? " last" : "")"
    case .entries(let run):
      switch run {
      case .whole(let stream, let entries): "entries \(Shown.name(stream)) \(entries.count)"
      case .spare(let run): "run \(Shown.name(run.stream)) \(run.first) \(run.items.count)"
      }
    case .credit(let bytes): "credit \(bytes)"
    case .done: "done"
    case .settled: "settled"
    case .want(let stream, let seq): "want \(Shown.name(stream)) \(seq)"
    case .positions(let positions):
      "positions " + positions.map { $0.map { "\($0.seq)" } ?? "none" }.joined(separator: " ")
    case .close(let code, _): "close \(code.rawValue)"
    case .ping: "ping"
    case .begun(let name): "begun \(Shown.name(name.stream)) \(name.seq) \(name.count)"
    case .continuation(let rest):
      "continuation \(Shown.name(rest.run.stream)) \(rest.run.first) \(rest.run.items.count) after \(rest.skipped)"
    case .tree(let nodes): "tree \(nodes.count) \(nodes.compactMap { $0 }.count)"
    case .attachment: "attachment"
    }
  }

  /// Every entry a side holds in the end, of whatever branch, in stream order and by position and hash.
  private static func held(by side: ConversationSide) throws -> JSONValue {
    var entries: [StreamID: [Entry]] = [:]
    for head in side.storage.heads() {
      entries[head.stream] = side.storage.entries(of: head.stream, from: 1, bytesMax: .max)
    }
    for stream in side.storage.streamsAside() { entries[stream, default: []] += side.storage.entriesAside(of: stream) }
    return .list(
      entries.sorted { $0.key < $1.key }.map { stream, entries in
        let places = entries.compactMap { entry in
          SuiteSet.standard[entry.header.suite].map { (seq: entry.header.seq, hash: entry.hash(using: $0).bytes) }
        }.sorted { $0.seq != $1.seq ? $0.seq < $1.seq : $0.hash.lexicographicallyPrecedes($1.hash) }
        return .object(["stream": Shown.stream(stream), "entries": .list(places.map { Shown.hex($0.hash) })])
      })
  }
}
