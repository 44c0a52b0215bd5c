import Casebook
import Replication
import SignatureSuites
import TestKit

/// A city's bureau and its district, from the first contact on: makes the conversations that vectors record.
struct ConversationPair {
  /// What an office is at one moment.
  struct Office {
    var context: ReplicaContext
    var storage: MemoryStorage
    let signer: SoftwareSigner
    /// Given at enrolment.
    let charters: [StoredCharter]

    mutating func record(_ changes: [Change], for audience: Audience, at now: UInt64) throws {
      context = try signed(changes, for: audience, at: now, context: context, storage: storage)
    }

    func signed(
      _ changes: [Change], for audience: Audience, at now: UInt64, context: ReplicaContext, storage: MemoryStorage
    ) throws -> ReplicaContext {
      var journal = Journal(context: context, signer: signer)
      _ = try journal.record(changes, for: audience, at: now, in: storage)
      try journal.finish(in: storage)
      return journal.context
    }

    /// Another office's entries.
    mutating func take(_ entries: [Entry], at now: UInt64) throws {
      guard let stream = entries.first?.header.stream else { return }
      var admission = Admission(context: context)
      _ = try admission.admit(entries.map(\.encoded), of: stream, at: now, in: storage)
      try admission.finish(in: storage)
      context = admission.context
    }
  }

  /// What happens in a session that stays.
  enum Happening {
    /// Transactions of one office.
    case record(Int, [[Change]], Audience)
    case say(Int, SyncFrame)
  }

  /// A session that was held, and what a vector gives its reader.
  struct Meeting {
    var lines: [Conversation.Line]
    var given: [String: JSONValue]
    var vectorGiven: JSONValue { .object(given) }
  }

  var city: Office
  var district: Office
  /// What each of them knew of the other when they last agreed.
  var agreed: [StreamHead]?
  var now = FixedAuthor.start

  init() throws {
    let root = SampleLog.Node(
      try Fixed.office(Scenario.root), signer: try FixedKeys.signer(.ed25519, 0),
      root: try FixedKeys.signer(.ed25519, 0).fingerprint)
    let below = SampleLog.Node(
      try Fixed.office(Scenario.district), signer: try FixedKeys.signer(.ed25519, 1), root: root.context.key)
    let own = try Fixed.charter(Scenario.root, "市局", under: nil, key: root.signer.publicKey, transport: 1)
    let seat = try Fixed.charter(
      Scenario.district, "县局", under: Scenario.root, key: below.signer.publicKey, transport: 2)
    let charters = [own, seat].map { StoredCharter(charter: $0, issuer: root.context.key) }
    root.storage.put(charters[0])
    for charter in charters { below.storage.put(charter) }
    for node in [root, below] {
      // Later releases know more types; entries' headers name the version.
      node.context.schema = RecordSchema(types: RecordType.all, version: 1)
      try node.context.refresh(from: node.storage)
    }
    city = Office(context: root.context, storage: root.storage, signer: root.signer, charters: [charters[0]])
    district = Office(context: below.context, storage: below.storage, signer: below.signer, charters: charters)
    try city.record([.charter(own)], for: .down, at: tick())
    try city.record([.charter(seat)], for: .subtree(district.context.office), at: tick())
  }

  mutating func tick() -> UInt64 {
    now += 1_000
    return now
  }

  /// The two as they are now, so that one course can be taken twice.
  func copy() -> ConversationPair {
    var copy = self
    copy.city.storage = city.storage.copy()
    copy.district.storage = district.storage.copy()
    return copy
  }

  /// The district calls, in version 2.
  mutating func meet(rememberedByDistrict other: [StreamHead]?) throws -> (Conversation, JSONValue) {
    let (conversation, meeting) = try meet([ConversationSide.Traits(), ConversationSide.Traits()], agreed: [other, agreed])
    return (conversation, meeting.vectorGiven)
  }

  /// The district calls.
  /// - Parameters:
  ///   - traits: how each side talks, the district first.
  ///   - agreed: what each remembers.
  ///   - happenings: what happens once everything is exchanged, all of one list at once.
  mutating func meet(
    _ traits: [ConversationSide.Traits], agreed agreements: [[StreamHead]?] = [nil, nil],
    _ happenings: [[Happening]] = []
  ) throws -> (Conversation, Meeting) {
    now += 60_000
    let offices = [district, city], clock = now
    var given = try zip(offices, agreements).map { try Self.given($0, agreed: $1, clock: clock) }
    var receipts: [[[Entry]]] = [[], []]
    var records: [[JSONValue]] = [[], []]
    /// What `body` signs.
    func entries(by side: ConversationSide, _ body: () throws -> ReplicaContext) rethrows -> (ReplicaContext, [Entry]) {
      let before = side.storage.heads()
      let context = try body()
      let entries = side.storage.heads().filter { $0.stream.author == context.key && !before.contains($0) }
        .flatMap { head in
          let known = before.first { $0.stream == head.stream }?.seq ?? 0
          return side.storage.entries(of: head.stream, from: known + 1, bytesMax: .max)
        }
      return (context, entries)
    }
    let sides = try offices.indices.map { index in
      try ConversationSide(
        offices[index].context, offices[index].storage, clock: clock, agreed: agreements[index], traits: traits[index]
      ) { side in
        let (context, signed) = try entries(by: side) { try Self.sign(side, by: offices[index].signer) }
        receipts[index].append(signed)
        return context
      }
    }
    let events = happenings.map { together in
      together.map { happening in
        switch happening {
        case .say(let side, let frame): Conversation.Event(side: side, deed: .say(frame))
        case .record(let index, let transactions, let audience):
          Conversation.Event(
            side: index,
            deed: .record { side, after in
              let (context, signed) = try entries(by: side) {
                try transactions.reduce(side.context) { context, changes in
                  try offices[index].signed(
                    changes, for: audience, at: side.clock, context: context, storage: side.storage)
                }
              }
              records[index].append(
                .object(["after": Shown.number(after), "entries": .list(signed.map { Self.run($0.header.stream, [$0]) })]))
              return context
            })
        }
      }
    }
    var conversation = try Conversation(sides[0], sides[1])
    try conversation.run(events)
    district.context = sides[0].context
    city.context = sides[1].context
    agreed = try sides[0].shared(with: city.context.office)
    for index in given.indices {
      if traits[index].version < 3 {
        given[index]["signs"] = .list(receipts[index].flatMap { $0 }.map { Self.run($0.header.stream, [$0]) })
        continue
      }
      given[index]["receipts"] = .list(
        receipts[index].map { entries in .list(entries.map { Self.run($0.header.stream, [$0]) }) })
      if !records[index].isEmpty { given[index]["records"] = .list(records[index]) }
      if traits[index].wholeHeads != SessionLimits.wholeHeadsMax {
        given[index]["wholeHeads"] = Shown.number(traits[index].wholeHeads)
      }
      if let begun = traits[index].begun { given[index]["begun"] = VectorReading.begun(begun) }
    }
    let root = Shown.hex(city.context.tree.rootKey.bytes)
    var whole: [String: JSONValue] = ["root": root, "sides": .list(given.map { .object($0) })]
    if traits[0].version >= 3 { whole["version"] = Shown.number(traits[0].version) }
    return (conversation, Meeting(lines: conversation.lines, given: whole))
  }

  /// Work of a lost branch is recorded again; then receipts and whatever else is owed.
  private static func sign(_ side: ConversationSide, by signer: SoftwareSigner) throws -> ReplicaContext {
    let settled = try BranchRecovery.settle(
      side.context, signer: signer, isBehind: false, at: side.clock, in: side.storage)
    var journal = Journal(context: settled?.context ?? side.context, signer: signer)
    for (audience, changes) in try Witness.owed(context: journal.context, at: side.clock, in: side.storage) {
      _ = try journal.record(changes, for: audience, at: side.clock, in: side.storage)
    }
    try journal.finish(in: side.storage)
    return journal.context
  }

  private static func run(_ stream: StreamID, _ entries: [Entry]) -> JSONValue {
    .object(["stream": Shown.hex(stream.encoded), "entries": .list(entries.map { Shown.hex($0.encoded) })])
  }

  private static func given(_ office: Office, agreed: [StreamHead]?, clock: UInt64) throws -> [String: JSONValue] {
    let charters = Fixed.bytes {
      $0.arrayHead(office.charters.count)
      for stored in office.charters {
        $0.arrayHead(2)
        $0.byteString(stored.issuer.bytes)
        $0.byteString(Entry.payload(of: [.charter(stored.charter)]))
      }
    }
    let held = office.context.tree.inSendingOrder(office.storage.heads()).map { head in
      run(head.stream, office.storage.entries(of: head.stream, from: 1, bytesMax: .max))
    }
    var given: [String: JSONValue] = [
      "office": .text(office.context.office.text), "clock": Shown.number(clock),
      "key": Shown.hex(office.context.key.bytes), "charters": Shown.hex(charters), "held": .list(held),
    ]
    if let agreed {
      given["agreed"] = .list(
        agreed.map { head in
          .object([
            "stream": Shown.hex(head.stream.encoded), "seq": Shown.number(head.seq),
            "hash": Shown.hex(head.hash.bytes),
          ])
        })
    }
    return given
  }
}
