import Replication
import SignatureSuites
import Testing

@Suite("A chain of signed entries")
struct ChainTests {
  @Test("verifies whole, in pieces, and at both depths", arguments: SuiteID.allCases)
  func verifies(suite: SuiteID) throws {
    let author = try Author(suite: suite)
    let run = try author.entries(5)
    let whole = try author.verify(run, depth: .everyLink)
    let first = try author.verify(Array(run.prefix(2)))
    #expect(try author.verify(Array(run.dropFirst(2)), after: first) == whole)
    #expect(whole.seq == 5)
    for entry in run { #expect(try Entry(decoding: entry.encoded) == entry) }
  }

  @Test("each fault is refused with its own reason")
  func faults() throws {
    let author = try Author()
    let other = try Author()
    let run = try author.entries(4)
    #expect(throws: ChainFailure.empty) { try author.verify([]) }
    #expect(throws: ChainFailure.gap(expected: 1, found: 2)) { try author.verify(Array(run.dropFirst())) }
    #expect(throws: ChainFailure.gap(expected: 3, found: 4)) { try author.verify([run[0], run[1], run[3]]) }
    #expect(throws: ChainFailure.wrongStream(seq: 1)) { try author.verify(try other.entries(1)) }
    let branch = try author.entries(1, after: run[1], text: "branch")
    let head = try author.verify(Array(run.prefix(3)))
    let more = try author.entries(1, after: branch[0])
    #expect(throws: ChainFailure.fork(seq: 4)) { try author.verify(more, after: head) }
  }

  @Test("an altered payload, header or signature is refused, at the head or behind it")
  func altered() throws {
    let author = try Author()
    let run = try author.entries(3)
    func altered(_ index: Int, _ part: Int) throws -> [Entry] {
      var writer = CBORWriter()
      writer.arrayHead(3)
      var pieces = [run[index].headerBytes, run[index].signature, run[index].payload]
      // The last byte of the payload is text; of the header the schema version.
      pieces[part][pieces[part].count - 1] ^= 1
      for piece in pieces { writer.byteString(piece) }
      var result = run
      result[index] = try Entry(decoding: writer.bytes)
      return result
    }
    #expect(throws: ChainFailure.payloadAltered(seq: 2)) { try author.verify(try altered(1, 2)) }
    #expect(throws: ChainFailure.badSignature(seq: 3)) { try author.verify(try altered(2, 1)) }
    #expect(throws: ChainFailure.badSignature(seq: 3)) { try author.verify(try altered(2, 0)) }
    // Behind the head the hash chain notices, without a second signature.
    #expect(throws: ChainFailure.fork(seq: 3)) { try author.verify(try altered(1, 1)) }
    #expect(throws: ChainFailure.fork(seq: 3)) { try author.verify(try altered(1, 0)) }
    #expect(throws: ChainFailure.badSignature(seq: 2)) { try author.verify(try altered(1, 1), depth: .everyLink) }
  }

  @Test("the bytes under the signature are COSE's Sig_structure")
  func coseStructure() throws {
    let bytes = Entry.signedBytes(headerBytes: [0xA0], suite: .ed25519)
    #expect(Hexadecimal.string(bytes) == "846a5369676e61747572653143a101274041a0")
  }
}

@Suite("Hybrid clock")
struct HybridClockTests {
  @Test("strictly increases when the wall stands still or goes back, and carries a full counter")
  func increases() {
    var clock = HybridClock(last: HybridTimestamp(milliseconds: 5_000, counter: .max))
    let first = clock.tick(wallMilliseconds: 1_000)
    #expect(first == HybridTimestamp(milliseconds: 5_001))
    let second = clock.tick(wallMilliseconds: 1_000)
    #expect(second > first)
    #expect(clock.tick(wallMilliseconds: 9_000) == HybridTimestamp(milliseconds: 9_000))
  }

  @Test("a stamp years ahead pulls it at most a minute beyond the wall")
  func bounded() {
    var clock = HybridClock(last: HybridTimestamp(milliseconds: 1_000))
    clock.witness(HybridTimestamp(milliseconds: 90_000_000_000), wallMilliseconds: 2_000)
    #expect(clock.last == HybridTimestamp(milliseconds: 2_000 + HybridClock.advanceMillisecondsMax))
  }
}
