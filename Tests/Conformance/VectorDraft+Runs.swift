import Replication
import SignatureSuites
import TestKit
import Testing

/// Runs of protocol version 2: put together again, and verified after a head.
extension VectorDraft {
  static func runs() throws -> [VectorDraft] {
    let page = "5-session.md"
    var drafts: [VectorDraft] = []
    for (suite, name) in [(SuiteID.ed25519, "ed25519"), (.sm2, "sm2")] {
      let author = try FixedAuthor(suite, 2, audience: .up)
      var entries = try author.chain(2)
      let seen = Digest.zero
      entries.append(try author.entry([], after: entries[1], seen: seen, part: .init(index: 1, count: 2)))
      entries.append(try author.entry([], after: entries[2], seen: seen, part: .init(index: 2, count: 2)))
      entries.append(try author.entry([], after: entries[3]))
      func draft(
        _ kind: String, _ run: EntryRun?, head: Entry? = nil, stream: StreamID? = nil, isOfOneSuite: Bool = false,
        refused: String? = nil
      ) -> VectorDraft {
        var given: [String: JSONValue] = [
          "key": Shown.key(author.signer.publicKey), "stream": Shown.hex((stream ?? author.stream).encoded),
        ]
        if isOfOneSuite { given["suites"] = .number(1) }
        if let head {
          given["head"] = .object([
            "seq": Shown.number(head.header.seq), "hash": Shown.hex(head.hash(using: author.suite).bytes),
          ])
        }
        return VectorDraft(
          "run-\(name)\(kind)", page, "run", run.map { SyncFrame.entries(.spare($0)).encoded } ?? [],
          given: .object(given), refused: refused, isReproducible: suite == .ed25519)
      }
      let whole = EntryRun(entries)
      var items = whole?.items ?? []
      items[1].payload[items[1].payload.count - 1] ^= 1
      let forged = EntryRun(stream: author.stream, first: 1, previous: .zero, items: items)
      drafts += [
        draft("", whole), draft("-continued", EntryRun(Array(entries.dropFirst(2))), head: entries[1]),
        draft("-altered", forged, refused: "bad-signature"),
      ]
      if suite == .sm2 {
        drafts.append(draft("-unknown", whole, isOfOneSuite: true, refused: "unknown-suite"))
        continue
      }
      let branch = try author.chain(1, after: entries[0], text: "branch")
      drafts += [
        draft("-gap", EntryRun(Array(entries.dropFirst(2))), head: entries[0], refused: "gap"),
        draft("-fork", EntryRun(try author.chain(1, after: branch[0])), head: entries[1], refused: "fork"),
        draft(
          "-stream", whole, stream: try FixedAuthor(suite, 2, audience: .down).stream, refused: "wrong-stream"),
      ]
    }
    return drafts + (try malformed(page))
  }

  /// Frames of a run that are not the one encoding of it.
  private static func malformed(_ page: String) throws -> [VectorDraft] {
    let author = try FixedAuthor(.ed25519, 2, audience: .up)
    let entry = try author.entry([])
    func frame(_ first: UInt64, _ count: Int = 1, _ differences: [(key: UInt64, value: UInt64)] = []) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.unsigned(10)
        $0.encoded(author.stream.encoded)
        $0.unsigned(first)
        if first == 1 { $0.null() } else { $0.byteString(Digest.zero.bytes) }
        $0.arrayHead(count)
        if count == 0 { return }
        $0.arrayHead(differences.isEmpty ? 3 : 4)
        $0.integer(0)
        $0.byteString(entry.signature)
        $0.byteString(entry.payload)
        if differences.isEmpty { return }
        $0.mapHead(differences.count)
        for (key, value) in differences {
          $0.unsigned(key)
          $0.unsigned(value)
        }
      }
    }
    let name = BegunEntry.Name(stream: author.stream, seq: 2, signature: entry.signature, count: 40_000)
    let held = SyncFrame.begun(name).encoded
    func begun(seq: UInt64, count: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.unsigned(16)
        $0.encoded(author.stream.encoded)
        $0.unsigned(seq)
        $0.byteString(entry.signature)
        $0.unsigned(count)
      }
    }
    let rest = SyncFrame.continuation(
      .init(run: try #require(EntryRun(try author.chain(2))), skipped: 40_000)
    ).encoded
    return [
      VectorDraft("frame-begun", page, "frame", held),
      VectorDraft("frame-begun-seq", page, "frame", begun(seq: 0, count: 1), refused: "out-of-range"),
      VectorDraft("frame-begun-none", page, "frame", begun(seq: 2, count: 0), refused: "out-of-range"),
      VectorDraft("frame-begun-beyond", page, "frame", begun(seq: 2, count: 65_537), refused: "out-of-range"),
      VectorDraft("frame-continuation", page, "frame", rest),
      VectorDraft("frame-continuation-cut", page, "frame", Array(rest.dropLast()), refused: "truncated"),
      VectorDraft("frame-run", page, "frame", frame(2, 1, [(1, 2), (8, 3)])),
      VectorDraft("frame-run-empty", page, "frame", frame(1, 0), refused: "out-of-range"),
      VectorDraft("frame-run-first", page, "frame", frame(0), refused: "out-of-range"),
      VectorDraft("frame-run-same-suite", page, "frame", frame(1, 1, [(1, 1)]), refused: "out-of-range"),
      VectorDraft("frame-run-same-schema", page, "frame", frame(1, 1, [(8, 1)]), refused: "out-of-range"),
      VectorDraft("frame-run-order", page, "frame", frame(1, 1, [(8, 3), (1, 2)]), refused: "key-order"),
      VectorDraft("frame-run-key", page, "frame", frame(1, 1, [(11, 3)]), refused: "unknown-key"),
    ]
  }
}
