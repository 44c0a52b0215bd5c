import Replication
import SignatureSuites
import Testing

@Suite("A run without what the reader can compute")
struct EntryRunTests {
  /// Entries that differ in everything a header has.
  private func varied(_ author: Author) throws -> [Entry] {
    let seen = Digest([UInt8](repeating: 7, count: Digest.byteCount))
    let kinds: [(schema: UInt64, seen: Digest?, part: EntryHeader.Part?, stamp: UInt64)] = [
      (1, nil, nil, 5_000), (1, seen, nil, 5_001), (1, seen, .init(index: 1, count: 2), 5_002),
      (2, seen, .init(index: 2, count: 2), 5_003), (2, nil, nil, 4_000), (0, nil, nil, UInt64.max),
    ]
    var previous: Entry?
    return try kinds.map { kind in
      let payload = Entry.payload(of: [])
      let entry = try Entry(
        header: EntryHeader(
          suite: author.suite.id, stream: author.stream, seq: (previous?.header.seq ?? 0) + 1,
          previous: previous?.hash(using: author.suite) ?? .zero,
          payloadHash: Entry.payloadHash(payload, using: author.suite), payloadLength: payload.count,
          stamp: HybridTimestamp(rawValue: kind.stamp), schema: kind.schema, seen: kind.seen, part: kind.part),
        payload: payload, signer: author.signer)
      previous = entry
      return entry
    }
  }

  private func carried(_ run: EntryRun) throws -> EntryRun {
    guard case .entries(.spare(let read)) = try SyncFrame(decoding: SyncFrame.entries(.spare(run)).encoded) else {
      throw CBORReader.Failure.unsupported
    }
    return read
  }

  @Test("comes back to the byte, whole and from any entry on", arguments: SuiteID.allCases)
  func roundTrip(suite: SuiteID) throws {
    let author = try Author(suite: suite)
    let entries = try varied(author)
    for start in entries.indices {
      let run = try #require(EntryRun(Array(entries[start...])))
      let rebuilt = try carried(run).rebuilt(suites: author.suites)
      #expect(rebuilt.entries.map(\.encoded) == entries[start...].map(\.encoded))
      #expect(rebuilt.hashes == entries[start...].map { $0.hash(using: author.suite) })
      let head = start == 0 ? nil : try author.verify(Array(entries[..<start]))
      let reached = try ChainCheck.verify(
        rebuilt, continuing: head, of: author.stream, by: author.signer.publicKey, suites: author.suites)
      #expect(reached == (try author.verify(entries)))
    }
  }

  @Test("whatever is altered, the first entry that is not the author's is named")
  func altered() throws {
    let author = try Author()
    let entries = try author.entries(4)
    let run = try #require(EntryRun(entries))
    for index in entries.indices {
      for place in 0..<5 {
        var items = run.items
        switch place {
        case 0: items[index].payload[items[index].payload.count - 1] ^= 1
        case 1: items[index].signature[0] ^= 1
        case 2: items[index].schema += 1
        case 3: items[index].stamp = HybridTimestamp(rawValue: items[index].stamp.rawValue + 1)
        default: items[index].seen = .zero
        }
        let forged = EntryRun(stream: run.stream, first: run.first, previous: run.previous, items: items)
        let rebuilt = try carried(forged).rebuilt(suites: author.suites)
        #expect(throws: ChainFailure.badSignature(seq: UInt64(index + 1))) {
          try ChainCheck.verify(
            rebuilt, continuing: nil, of: author.stream, by: author.signer.publicKey, suites: author.suites)
        }
      }
    }
  }

  @Test("a run of another stream, from another place or on another branch is refused for that reason")
  func misplaced() throws {
    let author = try Author()
    let entries = try author.entries(4)
    func verify(_ entries: [Entry], after head: StreamHead?, of stream: StreamID? = nil) throws {
      let rebuilt = try #require(EntryRun(entries)).rebuilt(suites: author.suites)
      _ = try ChainCheck.verify(
        rebuilt, continuing: head, of: stream ?? author.stream, by: author.signer.publicKey, suites: author.suites)
    }
    let head = try author.verify(Array(entries.prefix(2)))
    #expect(throws: ChainFailure.gap(expected: 3, found: 4)) { try verify(Array(entries.suffix(1)), after: head) }
    #expect(throws: ChainFailure.gap(expected: 1, found: 3)) { try verify(Array(entries.suffix(2)), after: nil) }
    let branch = try author.entries(1, after: entries[0], text: "branch")
    let more = try author.entries(1, after: branch[0])
    #expect(throws: ChainFailure.fork(seq: 3)) { try verify(more, after: head) }
    let other = try Author()
    #expect(throws: ChainFailure.wrongStream(seq: 1)) { try verify(try other.entries(1), after: nil) }
    let run = try #require(EntryRun(try Author(suite: .sm2).entries(1)))
    #expect(throws: ChainFailure.unknownSuite(seq: 1)) { try run.rebuilt(suites: SuiteSet([Ed25519Suite()])) }
  }

  @Test("one encoding: what does not differ must not be said, keys stand in order, a run has an entry")
  func canonical() throws {
    let author = try Author()
    let entry = try author.entries(1)[0]
    func frame(_ first: UInt64, _ items: [(inout CBORWriter) -> Void]) -> [UInt8] {
      var writer = CBORWriter()
      writer.arrayHead(5)
      writer.unsigned(10)
      author.stream.write(to: &writer)
      writer.unsigned(first)
      if first == 1 { writer.null() } else { writer.byteString(Digest.zero.bytes) }
      writer.arrayHead(items.count)
      for item in items { item(&writer) }
      return writer.bytes
    }
    func item(_ differences: [(UInt64, UInt64)], in writer: inout CBORWriter) {
      writer.arrayHead(differences.isEmpty ? 3 : 4)
      writer.integer(0)
      writer.byteString(entry.signature)
      writer.byteString(entry.payload)
      if differences.isEmpty { return }
      writer.mapHead(differences.count)
      for (key, value) in differences {
        writer.unsigned(key)
        writer.unsigned(value)
      }
    }
    func failure(_ bytes: [UInt8]) -> CBORReader.Failure? {
      do throws(CBORReader.Failure) {
        _ = try SyncFrame(decoding: bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(frame(1, [{ item([], in: &$0) }])) == nil)
    #expect(failure(frame(1, [{ item([(1, 2), (8, 3)], in: &$0) }])) == nil)
    #expect(failure(frame(1, [])) == .outOfRange)
    #expect(failure(frame(0, [{ item([], in: &$0) }])) == .outOfRange)
    #expect(failure(frame(UInt64(Int64.max), [{ item([], in: &$0) }])) == .outOfRange)
    #expect(failure(frame(1, [{ item([(1, 1)], in: &$0) }])) == .outOfRange)
    #expect(failure(frame(1, [{ item([(8, 1)], in: &$0) }])) == .outOfRange)
    #expect(failure(frame(1, [{ item([(8, 3), (1, 2)], in: &$0) }])) == .keyOrder)
    #expect(failure(frame(1, [{ item([(11, 3)], in: &$0) }])) == .unknownKey)
    #expect(failure(frame(1, [{ item([(9, 3)], in: &$0) }])) == .unexpectedType)
    // The first entry has nothing before it, and only the first.
    #expect(failure(frame(1, [{ item([], in: &$0) }]).map { $0 == 0xF6 ? 0x40 : $0 }) != nil)
  }

  @Test("an entry's own bytes and some seventy more: signature, stamp, and the heads of both")
  func small() throws {
    let author = try Author()
    let entries = try author.entries(100)
    let run = try #require(EntryRun(entries))
    let payloads = entries.reduce(0) { $0 + $1.payload.count }
    let whole = SyncFrame.entries(.whole(author.stream, entries.map(\.encoded))).encoded.count
    let spare = SyncFrame.entries(.spare(run)).encoded.count
    #expect(spare <= payloads + 100 * 76 + 100)
    #expect(whole >= spare + 100 * 120)
  }
}
