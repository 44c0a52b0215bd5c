import Replication
import SignatureSuites
import Testing

@Suite("Entries that a breaking connection cuts off")
struct BegunEntryTests {
  private let suite = Ed25519Suite()
  private let a = OfficeCode("a"), b = OfficeCode("b")

  private func session(
    _ office: OfficeCode?, peer: OfficeCode?, _ held: [Entry], begun: BegunEntry? = nil,
    version: UInt64 = SessionLimits.protocolVersion
  ) throws -> SyncSession {
    let heads = held.last.map {
      [StreamHead(stream: $0.header.stream, seq: $0.header.seq, hash: $0.hash(using: suite))]
    } ?? []
    let hello = SyncFrame.Hello(
      version: version, office: try #require(office), digest: SyncFrame.digest(of: heads, using: suite), clock: 0,
      software: "t")
    return SyncSession(hello: hello, peer: try #require(peer), heads: heads, begun: begun, hashing: suite)
  }

  /// One connection that carries so many bytes of entries' frames and breaks then.
  private struct Connection {
    var held: [Entry]
    var begun: BegunEntry?
    var carried = 0
    var frames: [SyncFrame] = []
    var closed: SyncFrame.CloseCode?
  }

  /// - Parameter entries: what the sender holds; `held`: the receiver, the first of them.
  private func connect(
    _ entries: [Entry], _ held: [Entry], begun: BegunEntry?, bytes: Int, version: UInt64 = SessionLimits.protocolVersion
  ) throws -> Connection {
    var sender = try session(a, peer: b, entries)
    var receiver = try session(b, peer: a, held, begun: begun, version: version)
    var connection = Connection(held: held)
    var toReceiver = sender.opened(), toSender = receiver.opened()
    while !toReceiver.isEmpty || !toSender.isEmpty {
      if !toSender.isEmpty {
        switch toSender.removeFirst() {
        case .send(let frame):
          connection.frames.append(frame)
          toReceiver += sender.received(try SyncFrame(decoding: frame.encoded))
        case .store(let run): toSender += store(run, &connection, &receiver)
        case .compare(let head): toSender += receiver.compared(head, as: .held)
        case .close(let code, _, _): connection.closed = code
        default: break
        }
      }
      guard !toReceiver.isEmpty else { continue }
      switch toReceiver.removeFirst() {
      case .load(let stream, let seq, let bytesMax):
        var taken: [Entry] = []
        for entry in entries.dropFirst(Int(seq - 1)) {
          if taken.reduce(EntryRun.bytes(of: entry), { $0 + EntryRun.bytes(of: $1) }) > bytesMax, !taken.isEmpty { break }
          taken.append(entry)
        }
        toReceiver += sender.loaded(stream, entries: taken)
      case .compare(let head): toReceiver += sender.compared(head, as: .held)
      case .send(let frame):
        let encoded = frame.encoded
        switch frame {
        case .entries, .continuation:
          guard connection.carried + encoded.count <= bytes else {
            for case .store(let run) in receiver.cutOff(Array(encoded.prefix(bytes - connection.carried))) {
              _ = store(run, &connection, &receiver)
            }
            connection.carried = bytes
            connection.begun = receiver.begun
            return connection
          }
          connection.carried += encoded.count
        default: break
        }
        connection.frames.append(frame)
        toSender += receiver.received(try SyncFrame(decoding: encoded))
      default: break
      }
    }
    return connection
  }

  private func store(_ run: CarriedRun, _ connection: inout Connection, _ session: inout SyncSession) -> [SyncSession.Action] {
    guard case .spare(let spare) = run, spare.first == UInt64(connection.held.count) + 1,
      let entries = try? spare.rebuilt(suites: .standard).entries
    else { return session.storeFailed(.invalidEntry, "gap", isMisbehaviour: true) }
    connection.held += entries
    return session.stored(bytes: run.bytes, count: entries.count)
  }

  /// Entries of all sizes, so that the line breaks within large ones, small ones and their heads.
  private func entries(_ author: Author) throws -> [Entry] {
    var entries: [Entry] = []
    for (count, length) in [(30, 40), (1, 20_000), (3, 700), (2, 19_000), (40, 100), (1, 21_000)] {
      entries += try author.entries(count, after: entries.last, text: String(repeating: "长", count: length))
    }
    return entries
  }

  @Test(
    "a line that breaks long before the largest entry has passed carries everything, and nothing twice",
    arguments: [2_500, 7_001, 20_000, 50_000])
  func resumed(bytes: Int) throws {
    let author = try Author()
    let entries = try entries(author)
    let payload = entries.reduce(0) { $0 + EntryRun.bytes(of: $1) }
    var held: [Entry] = [], begun: BegunEntry?
    var carried = 0, connections = 0
    while held.count < entries.count {
      connections += 1
      try #require(connections < 400)
      let connection = try connect(entries, held, begun: begun, bytes: bytes)
      #expect(connection.closed == nil)
      (held, begun) = (connection.held, connection.begun)
      carried += connection.carried
    }
    #expect(connections > payload / bytes)
    #expect(held.map(\.encoded) == entries.map(\.encoded))
    #expect(try author.verify(held).seq == UInt64(entries.count))
    // Besides the payload a head for each frame, and what is too short to be worth naming.
    #expect(carried <= payload + connections * 2_048)
  }

  @Test("of a frame that was cut off the entries that arrived whole are taken, wherever it was cut, and the next is begun")
  func everywhere() throws {
    let author = try Author()
    let entries = try author.entries(4, text: String(repeating: "长", count: 700))
    let frame = SyncFrame.entries(.spare(try #require(EntryRun(entries)))).encoded
    for length in stride(from: 0, to: frame.count, by: 7) {
      var receiver = try session(b, peer: a, [])
      _ = receiver.received(.hello(try hello(entries)))
      _ = receiver.received(.frontier(heads: heads(entries), isLast: true))
      let actions = receiver.cutOff(Array(frame.prefix(length)))
      var whole = 0
      if case .store(.spare(let run))? = actions.first {
        whole = run.items.count
        #expect(run.items == Array(try #require(EntryRun(entries)).items.prefix(whole)))
      }
      if whole < 3 {
        let next = SyncFrame.entries(.spare(try #require(EntryRun(Array(entries.prefix(whole + 1)))))).encoded
        #expect(length < next.count)
      }
      if let begun = receiver.begun {
        #expect(begun.name.seq == UInt64(whole + 1) && begun.name.signature == entries[whole].signature)
        #expect(begun.payload == Array(entries[whole].payload.prefix(begun.name.count)))
      }
    }
    // What is no run is no entry.
    var receiver = try session(b, peer: a, [])
    _ = receiver.received(.hello(try hello(entries)))
    _ = receiver.received(.frontier(heads: heads(entries), isLast: true))
    for other in [SyncFrame.done, .ping, .entries(.whole(author.stream, entries.map(\.encoded)))] {
      #expect(receiver.cutOff(other.encoded).isEmpty && receiver.begun == nil)
    }
  }

  private func heads(_ entries: [Entry]) -> [StreamHead] {
    entries.last.map { [StreamHead(stream: $0.header.stream, seq: $0.header.seq, hash: $0.hash(using: suite))] } ?? []
  }

  private func hello(_ entries: [Entry]) throws -> SyncFrame.Hello {
    SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: try #require(a),
      digest: SyncFrame.digest(of: heads(entries), using: suite), clock: 0, software: "t")
  }

  @Test("another entry at this place, or an earlier version, comes whole")
  func whole() throws {
    let author = try Author()
    let entries = try author.entries(1, text: String(repeating: "长", count: 9_000))
    let payload = entries[0].payload
    let stranger = BegunEntry(
      stream: author.stream, seq: 1, signature: [UInt8](repeating: 1, count: 64), payload: Array(payload.prefix(5_000)))
    let own = BegunEntry(
      stream: author.stream, seq: 1, signature: entries[0].signature, payload: Array(payload.prefix(5_000)))
    for (begun, version, isContinued) in [(stranger, 3, false), (own, 2, false), (own, 3, true)] {
      let connection = try connect(entries, [], begun: begun, bytes: .max, version: UInt64(version))
      #expect(connection.held.map(\.encoded) == entries.map(\.encoded) && connection.closed == nil)
      let (names, continuations) = (
        connection.frames.count { if case .begun = $0 { true } else { false } },
        connection.frames.count { if case .continuation = $0 { true } else { false } }
      )
      #expect(names == (version == 3 ? 1 : 0) && continuations == (isContinued ? 1 : 0))
    }
  }

  @Test("begun out of turn, and a continuation of what was not begun, end the session")
  func violations() throws {
    let author = try Author()
    let entries = try author.entries(1, text: String(repeating: "长", count: 9_000))
    let name = BegunEntry.Name(stream: author.stream, seq: 1, signature: entries[0].signature, count: 100)
    func closes(_ actions: [SyncSession.Action]) -> Bool {
      actions.contains { if case .close(.protocolViolated, _, true) = $0 { true } else { false } }
    }
    var early = try session(b, peer: a, [])
    #expect(closes(early.received(.begun(name))))
    var twice = try session(b, peer: a, [])
    _ = twice.received(.hello(try hello(entries)))
    #expect(!closes(twice.received(.begun(name))) && closes(twice.received(.begun(name))))
    var items = try #require(EntryRun(entries)).items
    items[0].payload.removeFirst(100)
    let run = EntryRun(stream: author.stream, first: 1, previous: .zero, items: items)
    for skipped in [100, 99] {
      let begun = BegunEntry(
        stream: author.stream, seq: 1, signature: entries[0].signature, payload: Array(entries[0].payload.prefix(100)))
      var session = try session(b, peer: a, [], begun: begun)
      _ = session.received(.hello(try hello(entries)))
      _ = session.received(.frontier(heads: heads(entries), isLast: true))
      #expect(closes(session.received(.continuation(.init(run: run, skipped: skipped)))) == (skipped != 100))
      // Once.
      if skipped == 100 { #expect(closes(session.received(.continuation(.init(run: run, skipped: 100))))) }
    }
  }
}
