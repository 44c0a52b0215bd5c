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

  private static let year: Int64 = 365 * 86_400_000

  /// 2026 or so, and a wall that somebody sets wrong by so many years.
  private static func wall(_ years: Int64, seconds: Int64 = 0) -> UInt64 {
    UInt64((56 + years) * year + seconds * 1_000)
  }

  @Test("a wall that jumps decades back and forth: stamps ascend, beyond the greatest wall by a counter alone")
  func jumps() {
    var clock = HybridClock(last: HybridTimestamp(milliseconds: Self.wall(0)))
    var greatest = Self.wall(0)
    var last = clock.last
    for years in [0, -20, -20, 20, 0, -1, 19, -56, 21, 0] as [Int64] {
      let wall = Self.wall(years)
      // The wall as soon as it is beyond every stamp so far, and from there on a counter.
      if wall > greatest {
        greatest = wall
        #expect(clock.tick(wallMilliseconds: wall) == HybridTimestamp(milliseconds: wall))
      }
      for _ in 0..<100 {
        let stamp = clock.tick(wallMilliseconds: wall)
        #expect(stamp > last && stamp.milliseconds == greatest)
        last = stamp
      }
    }
    #expect(clock.last.milliseconds == Self.wall(21))
    #expect(clock.last.rawValue & 0xFFFF == 200)
  }

  @Test("among peers whose walls jump decades nobody gets more than a minute beyond its own greatest wall")
  func jumpsAmongPeers() {
    // Years that each peer's wall is off, step by step; the first one's is right.
    let offsets: [[Int64]] = [[0, 0, 0, 0, 0, 0], [20, -20, 20, 0, -20, 20], [-20, 0, 20, -20, 20, 0]]
    var clocks = offsets.map { _ in HybridClock(last: HybridTimestamp(rawValue: 0)) }
    var greatest = offsets.map { _ in UInt64(0) }
    var stamps = offsets.map { _ in [HybridTimestamp]() }
    for step in offsets[0].indices {
      for peer in offsets.indices {
        let wall = Self.wall(offsets[peer][step], seconds: Int64(step))
        greatest[peer] = max(greatest[peer], wall)
        for other in offsets.indices where other != peer {
          clocks[peer].witness(clocks[other].last, wallMilliseconds: wall)
          stamps[peer].append(clocks[peer].tick(wallMilliseconds: wall))
        }
        #expect(clocks[peer].last.milliseconds <= greatest[peer] + HybridClock.advanceMillisecondsMax)
      }
    }
    for mine in stamps { #expect(zip(mine, mine.dropFirst()).allSatisfy { $0 < $1 }) }
    // The others were decades ahead; who has the time right is a minute ahead of it.
    #expect(clocks[0].last.milliseconds == Self.wall(0, seconds: 5) + HybridClock.advanceMillisecondsMax)
  }

  @Test("foreign stamps never take a clock back that its own wall once put decades ahead")
  func witnessAfterJump() {
    let now = Self.wall(0)
    var clock = HybridClock(last: HybridTimestamp(milliseconds: now))
    let ahead = clock.tick(wallMilliseconds: Self.wall(20))
    // The wall is put right again.
    clock.witness(HybridTimestamp(milliseconds: now), wallMilliseconds: now)
    clock.witness(HybridTimestamp(rawValue: .max), wallMilliseconds: now)
    #expect(clock.last == ahead)
    #expect(clock.tick(wallMilliseconds: now) == ahead.next)
  }
}
