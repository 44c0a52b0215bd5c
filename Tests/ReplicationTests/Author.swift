import Replication
import SignatureSuites

/// Writes streams for tests.
struct Author {
  let signer: SoftwareSigner
  let suites = SuiteSet.standard
  let stream: StreamID

  init(suite: SuiteID = .ed25519, audience: Audience = .up) throws {
    signer = try SoftwareSigner.generate(suite: suite)
    let hashing = suites[suite] ?? Ed25519Suite()
    stream = StreamID(author: signer.publicKey.fingerprint(using: hashing), incarnation: 1, audience: audience)
  }

  var suite: any SignatureSuite { suites[signer.publicKey.suite] ?? Ed25519Suite() }

  /// A chain of entries with one change each.
  func entries(_ count: Int, after: Entry? = nil, text: String = "entry") throws -> [Entry] {
    var previous = after
    return try (0..<count).map { _ in
      let seq = (previous?.header.seq ?? 0) + 1
      let id = RecordID(milliseconds: 1_000 + seq, random: [UInt8](repeating: UInt8(truncatingIfNeeded: seq), count: 10)) ?? .zero
      let change = Change.record(
        RecordWrite(
          type: 1, id: id, fields: [.init(number: 2, value: .text("\(text) \(seq)"), replaces: [])]))
      let payload = Entry.payload(of: [change])
      let header = EntryHeader(
        suite: signer.publicKey.suite, stream: stream, seq: seq, previous: previous?.hash(using: suite) ?? .zero,
        payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
        stamp: HybridTimestamp(milliseconds: 1_000 + seq), schema: 1, seen: nil, part: nil)
      let entry = try Entry(header: header, payload: payload, signer: signer)
      previous = entry
      return entry
    }
  }

  func verify(
    _ run: [Entry], after head: StreamHead? = nil, depth: ChainCheck.Depth = .head
  ) throws(ChainFailure) -> StreamHead {
    try ChainCheck.verify(
      run, continuing: head, of: stream, by: signer.publicKey, depth: depth, suites: suites)
  }
}
