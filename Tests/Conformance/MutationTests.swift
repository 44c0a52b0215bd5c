import Casebook
import Replication
import SignatureSuites
import TestKit
import Testing

@testable import OfficeNode

/// Changed vectors into every reader of what peers and sticks bring: none may crash, and whatever one takes must be
/// exactly what its writer writes, so that two bytes never mean the same.
@Suite("Mutated inputs")
struct MutationTests {
  /// By hand: how many; a slice otherwise.
  private static let rounds = ProcessEnvironment.value("DOCKET_FUZZ").flatMap { Int($0) } ?? 50_000
  /// By hand: another seed.
  private static let seed = ProcessEnvironment.value("DOCKET_FUZZ_SEED").flatMap { UInt64($0) } ?? 20_261_121
  /// Growth of memory between a tenth of the rounds and their end, in KiB, that a long run by hand does not exceed.
  private static let growthMax = 32 * 1024

  /// What readers made of the inputs.
  private struct Tally {
    var taken: [String: Int] = [:]
    mutating func took(_ reader: String) { taken[reader, default: 0] += 1 }
  }

  private func corpus() throws -> [[UInt8]] {
    let suite = Ed25519Suite()
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let links = try (0..<3 as Range<UInt8>).map { number in
      TransportSuccession.Link(
        key: signer.publicKey.bytes,
        signature: try signer.sign(TransportSuccession.signedBytes(next: [UInt8](repeating: number, count: 32))))
    }
    let code = InvitationCode(
      address: "10.1.2.3:7443", keyHash: [UInt8](repeating: 1, count: 16), id: [UInt8](repeating: 2, count: 8),
      secret: [UInt8](repeating: 3, count: 16))
    return try ProtocolVector.all().compactMap { Hexadecimal.bytes($0.input) }
      + [TransportSuccession.encoded(links), Array(code.text(using: suite).utf8)]
  }

  @Test("no reader crashes, and what is taken is what would be written")
  func readers() throws {
    let corpus = try corpus()
    var whole = Tally()
    for bytes in corpus { #expect(Self.unfaithful(bytes, &whole) == nil) }
    // Every reader has something to start from.
    for reader in ["frame", "header", "entry", "payload", "stream", "value", "enrolment", "bundle"] {
      #expect(whole.taken[reader, default: 0] > 0, "\(reader) took nothing")
    }
    var mutator = ByteMutator(corpus: corpus, bytesMax: SessionLimits.frameBytesMax + 16, seed: Self.seed)
    var tally = Tally()
    var before: Int?
    for round in 0..<Self.rounds {
      if round == Self.rounds / 10 { before = ProcessMemory.residentKibibytes }
      let bytes = mutator.next()
      if let reader = Self.unfaithful(bytes, &tally) {
        Issue.record("seed \(Self.seed), round \(round): \(reader) took \(Hexadecimal.string(bytes.prefix(2_000)))")
        return
      }
    }
    let after = ProcessMemory.residentKibibytes
    // A mutator that breaks everything, or nothing, would show nothing.
    for reader in ["frame", "header", "payload", "stream", "value"] {
      #expect(tally.taken[reader, default: 0] > 0, "\(reader) took nothing")
    }
    #expect(tally.taken["frame", default: 0] < Self.rounds)
    guard ProcessEnvironment.value("DOCKET_FUZZ") != nil, let before, let after else { return }
    print("\(Self.rounds) inputs, resident \(before) KiB, then \(after) KiB; taken \(tally.taken.sorted { $0.key < $1.key })")
    #expect(after - before <= Self.growthMax)
  }

  /// The name of the reader that took what its writer would not write.
  private static func unfaithful(_ bytes: [UInt8], _ tally: inout Tally) -> String? {
    if let frame = try? SyncFrame(decoding: bytes) {
      tally.took("frame")
      if frame.encoded != bytes { return "frame" }
      if case .entries(.spare(let run)) = frame { _ = try? run.rebuilt(suites: .standard) }
      if case .frontier(let heads, _) = frame { _ = SyncFrame.digest(of: heads, using: Ed25519Suite()) }
    }
    if let message = try? EnrolmentMessage(decoding: bytes) {
      tally.took("enrolment")
      if message.encoded != bytes { return "enrolment" }
    }
    if let header = try? EntryHeader(decoding: bytes) {
      tally.took("header")
      if header.encoded != bytes { return "header" }
    }
    if let entry = try? Entry(decoding: bytes) {
      tally.took("entry")
      if entry.encoded != bytes { return "entry" }
    }
    if let changes = try? Entry.changes(ofPayload: bytes) {
      tally.took("payload")
      if Entry.payload(of: changes) != bytes { return "payload" }
    }
    if let item = BundleItem(decoding: bytes) {
      tally.took("bundle item")
      if item.encoded != bytes { return "bundle item" }
    }
    if let bundle = try? BundleReader(bytes) {
      tally.took("bundle")
      let verdict = bundle.verdict(using: Ed25519Suite())
      var reader = bundle
      var items = 0
      while reader.next() != nil { items += 1 }
      if case .cut(let count) = verdict, count != items { return "bundle" }
    }
    return unfaithfulSmall(bytes, &tally)
  }

  private static func unfaithfulSmall(_ bytes: [UInt8], _ tally: inout Tally) -> String? {
    var reader = CBORReader(bytes)
    if let stream = try? StreamID(from: &reader) {
      tally.took("stream")
      var writer = CBORWriter()
      stream.write(to: &writer)
      if !bytes.starts(with: writer.bytes) { return "stream" }
    }
    reader = CBORReader(bytes)
    if let value = try? FieldValue(from: &reader) {
      tally.took("value")
      var writer = CBORWriter()
      value.write(to: &writer)
      if !bytes.starts(with: writer.bytes) { return "value" }
    }
    if !TransportSuccession.earlierKeys(
      of: [UInt8](repeating: 2, count: 32), vouchedBy: bytes, using: Ed25519Suite()
    ).isEmpty {
      tally.took("succession")
    }
    if InvitationCode(String(decoding: bytes, as: UTF8.self), using: Ed25519Suite()) != nil { tally.took("invitation") }
    return nil
  }
}
