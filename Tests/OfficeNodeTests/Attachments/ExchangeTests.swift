import Casebook
import Foundation
import Replication
import TestKit
import Testing

@testable import OfficeNode

@Suite("Content between two stores", .timeLimit(.minutes(20)))
struct ExchangeTests {
  private static let chunk = BlobLimits.chunkBytes

  /// A superior and an office below it.
  private static func sides() throws -> (below: ExchangeSide, above: ExchangeSide) {
    let codes = try ["1305", "130526"].map { try #require(OfficeCode($0)) }
    return (try ExchangeSide(peer: codes[0]), try ExchangeSide(peer: codes[1]))
  }

  /// Passes frames on until nobody says anything any more, or one closes.
  private static func talk(_ below: ExchangeSide, _ above: ExchangeSide) throws {
    while below.closed == nil, above.closed == nil {
      let (up, down) = (below.takeOutbox(), above.takeOutbox())
      if up.isEmpty, down.isEmpty { return }
      for frame in up { try above.receive(AttachmentFrame(decoding: frame.encoded)) }
      for frame in down { try below.receive(AttachmentFrame(decoding: frame.encoded)) }
    }
  }

  private static func name(_ named: [AttachmentLedger.Named], _ sides: ExchangeSide...) {
    for side in sides { side.named += named }
  }

  @Test("content of every size comes both ways, each byte once, and both rest")
  func bothWays() throws {
    let (below, above) = try Self.sides()
    let lengths = [0, 1, 40_000, Self.chunk - 1, Self.chunk, Self.chunk + 1, 3 * Self.chunk + 77]
    var total = 0
    for (index, length) in lengths.enumerated() {
      for (side, seed) in [(below, 100), (above, 200)] {
        let one = try side.hold(StoreFixture.content(length, seed: UInt64(seed + index)))
        Self.name([one], below, above)
        total += length + (length > Self.chunk ? BlobManifest.encodedBytes(ofLength: length) : 0)
      }
    }
    // The same content under a second record is fetched once.
    Self.name([below.named[4]], above)
    for side in [below, above] { try side.begin() }
    try Self.talk(below, above)
    for side in [below, above] {
      #expect(side.missing.isEmpty && side.exchange.isResting && side.closed == nil)
      #expect(side.named.allSatisfy { side.store.isSound($0.blob) })
      #expect(!side.fixture.files().contains { $0.hasPrefix("partial/") })
      #expect(side.store.used() == BlobStore(side.fixture.home).used())
    }
    #expect(below.bytesSent + above.bytesSent == total)
  }

  @Test("two sides with nothing to fetch say one frame each")
  func idle() throws {
    let (below, above) = try Self.sides()
    for side in [below, above] {
      try side.begin()
      #expect(side.outbox == [.rest] && side.outbox[0].encoded.count == 2)
    }
    try Self.talk(below, above)
    #expect(below.exchange.isResting && above.exchange.isResting)
  }

  @Test("what a record names later in a session that stays open is fetched then")
  func live() throws {
    let (below, above) = try Self.sides()
    for side in [below, above] { try side.begin() }
    try Self.talk(below, above)
    let one = try below.hold(StoreFixture.content(50_000))
    Self.name([one], below, above)
    try above.changed()
    #expect(!above.exchange.isResting)
    try Self.talk(below, above)
    #expect(above.missing.isEmpty && above.exchange.isResting && below.exchange.isResting)
  }

  @Test("above the eager size nothing comes unasked; asked for, it does; over the quota it is refused with the reason")
  func policy() throws {
    let (below, above) = try Self.sides()
    let small = try below.hold(StoreFixture.content(1_000, seed: 1))
    let large = try below.hold(StoreFixture.content(2 * Self.chunk, seed: 2))
    let huge = try below.hold(StoreFixture.content(4 * Self.chunk, seed: 3))
    Self.name([huge, large, small], above)
    above.policy = BlobPolicy(bytesMax: BlobLimits.bytesMax, quota: 3 * Self.chunk, eagerMax: 10_000)
    for side in [below, above] { try side.begin() }
    try Self.talk(below, above)
    // The huge one is over the quota whoever asks; the large one waits for somebody who does.
    #expect(above.missing == [huge.blob, large.blob] && above.exchange.isResting)
    #expect(above.store.state(of: huge.blob, length: huge.length).state == .refused)
    #expect(above.store.progress(of: huge.blob)?.refusal == .quota)
    #expect(above.store.state(of: large.blob, length: large.length).state == .absent)
    above.asked = [large.blob]
    try above.changed()
    try Self.talk(below, above)
    #expect(above.missing == [huge.blob] && above.exchange.isResting)
    // There is room, and it is asked for: it comes in the next session.
    above.policy = BlobPolicy(bytesMax: BlobLimits.bytesMax, quota: 9 * Self.chunk, eagerMax: 8 * Self.chunk)
    for side in [below, above] {
      try side.restart()
      try side.begin()
    }
    try Self.talk(below, above)
    #expect(above.missing.isEmpty)
  }

  @Test("a session that is cut at any moment costs little: the next goes on at the byte reached", arguments: UInt64(1)...12)
  func cuts(seed: UInt64) async throws {
    let (below, above) = try Self.sides()
    var generator = SeededGenerator(seed: seed)
    var payload = 0
    for index in 0..<6 {
      let length = index == 0 ? 5 * Self.chunk + 1_234 : Int(generator.next() % 200_000)
      let one = try (index % 2 == 0 ? below : above).hold(StoreFixture.content(length, seed: seed * 10 + UInt64(index)))
      Self.name([one], below, above)
      payload += length
    }
    // 64 kbit/s, 300 ms there and back, and a cut about every five seconds.
    var link = SlowLink(bitsPerSecond: 64_000, delay: 150)
    var sessions = 0
    while !below.missing.isEmpty || !above.missing.isEmpty {
      sessions += 1
      try #require(sessions < 1_000)
      // Tests beside this one have limits of seconds.
      await Task.yield()
      let end = link.now + 3_000 + Double(generator.next() % 4_000)
      for side in [below, above] {
        try side.restart()
        try side.begin(at: UInt64(link.now))
      }
      try Self.run(&link, below, above, until: end)
      link.cut(at: end)
      #expect(below.closed == nil && above.closed == nil)
    }
    for side in [below, above] { #expect(side.named.allSatisfy { side.store.isSound($0.blob) }) }
    #expect(sessions > 10)
    #expect(link.contentSent <= 1.1 * Double(payload), "\(link.contentSent / Double(payload))")
  }

  private static func run(
    _ link: inout SlowLink, _ below: ExchangeSide, _ above: ExchangeSide, until end: Double, acts: Double = .infinity
  ) throws {
    var act = link.now + acts
    while true {
      link.put(below.takeOutbox(), isUp: true)
      link.put(above.takeOutbox(), isUp: false)
      guard let (frame, isUp) = link.next(before: end) else { return }
      if link.now >= act {
        link.putAct(isUp: true)
        act = link.now + acts
      }
      guard let frame else { continue }
      try (isUp ? above : below).receive(frame, at: UInt64(link.now))
    }
  }

  @Test(
    "an act recorded meanwhile waits for little on the line, whatever its rate, and the line is used",
    arguments: [
      (64_000.0, 300.0, 1_800.0, 400_000), (1_000_000.0, 50.0, 700.0, 4_000_000), (8_000_000.0, 50.0, 600.0, 30_000_000),
    ])
  func acts(rate: Double, delay: Double, longest: Double, bytes: Int) throws {
    let (below, above) = try Self.sides()
    Self.name([try below.hold(StoreFixture.content(bytes))], above)
    var link = SlowLink(bitsPerSecond: rate, delay: delay)
    for side in [below, above] { try side.begin() }
    try Self.run(&link, below, above, until: .infinity, acts: 500)
    #expect(above.missing.isEmpty && link.waits.count > 20)
    let worst = link.waits.max() ?? 0
    #expect(worst <= longest, "\(worst) ms")
    // At least three quarters of what the line could carry.
    let used = Double(bytes) * 8_000 / rate / link.now
    #expect(used >= 0.75, "\(used)")
  }
}
