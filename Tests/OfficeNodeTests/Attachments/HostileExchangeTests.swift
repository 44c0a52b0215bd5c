import Casebook
import Foundation
import Replication
import Testing

@testable import OfficeNode

/// A side alone, opposite whom the test says what it likes.
@Suite("Peers that ask for or send what they should not", .timeLimit(.minutes(20)))
struct HostileExchangeTests {
  private static let chunk = BlobLimits.chunkBytes

  private func side() throws -> ExchangeSide { try ExchangeSide(peer: try #require(OfficeCode("130526"))) }

  private func asks(_ side: ExchangeSide) -> [AttachmentFrame.Ask] {
    side.takeOutbox().compactMap { if case .ask(let ask) = $0 { ask } else { nil } }
  }

  private func piece(_ ask: AttachmentFrame.Ask, of content: [UInt8]) -> AttachmentFrame {
    .piece(ask, bytes: Array(content[ask.offset..<(ask.offset + ask.count)]))
  }

  @Test("who may not have a blob learns not even whether it is here; past its end and damaged content are refused")
  func refusals() throws {
    let side = try side()
    let content = StoreFixture.content(Self.chunk + 10)
    let blob = try side.hold(content).blob
    let unknown = BlobID(Digest.zero)
    func answer(_ blob: BlobID, _ part: AttachmentFrame.Part, _ offset: Int, _ count: Int) throws -> AttachmentFrame? {
      try side.receive(.ask(.init(blob: blob, part: part, offset: offset, count: count)))
      return side.takeOutbox().last
    }
    side.isAllowed = { _ in false }
    #expect(try answer(blob, .content, 0, 5) == .refuse(blob, .none))
    #expect(try answer(unknown, .content, 0, 5) == .refuse(unknown, .none))
    side.isAllowed = { _ in true }
    #expect(try answer(unknown, .content, 0, 5) == .refuse(unknown, .none))
    #expect(try answer(blob, .content, Self.chunk + 5, 6) == .refuse(blob, .length))
    let list = try StoreFixture.manifest(content).encoded
    #expect(try answer(blob, .list, 1, list.count) == .refuse(blob, .length))
    #expect(try answer(blob, .list, 0, list.count) == .piece(.init(blob: blob, part: .list, offset: 0, count: list.count), bytes: list))
    // Across the end of a chunk too, should somebody ask so.
    let ask = AttachmentFrame.Ask(blob: blob, part: .content, offset: Self.chunk - 3, count: 8)
    #expect(try answer(blob, .content, ask.offset, ask.count) == piece(ask, of: content))
    var damaged = content
    damaged[Self.chunk + 1] ^= 1
    try Data(damaged).write(to: URL(fileURLWithPath: side.store.layout.content(of: blob)))
    try side.restart()
    #expect(try answer(blob, .content, 0, 5) == piece(.init(blob: blob, part: .content, offset: 0, count: 5), of: content))
    #expect(try answer(blob, .content, Self.chunk, 5) == .refuse(blob, .altered))
    #expect(side.closed == nil)
  }

  @Test("more asked for at a time than an honest peer may, and refusals without end, are cut off")
  func tooMuch() throws {
    let side = try side()
    // Nothing is answered while the first answer is being read: the machine alone.
    var exchange = AttachmentExchange(peer: try #require(OfficeCode("130526")))
    var closed = false
    for index in 0...(AttachmentLimits.askedBytesMax / AttachmentLimits.pieceBytesMax) {
      let ask = AttachmentFrame.Ask(
        blob: BlobID(.zero), part: .content, offset: index * 7, count: AttachmentLimits.pieceBytesMax)
      for case .close(let code, _) in exchange.received(.ask(ask), at: 0) { closed = code == .tooMuch }
      #expect(closed == (index == AttachmentLimits.askedBytesMax / AttachmentLimits.pieceBytesMax))
    }
    exchange = AttachmentExchange(peer: try #require(OfficeCode("130526")))
    closed = false
    for index in 0...AttachmentLimits.asksMax {
      let ask = AttachmentFrame.Ask(blob: BlobID(.zero), part: .content, offset: index, count: 1)
      for case .close(let code, _) in exchange.received(.ask(ask), at: 0) { closed = code == .tooMuch }
      #expect(closed == (index == AttachmentLimits.asksMax))
    }
    for index in 0...AttachmentLimits.refusalsGivenMax {
      #expect(side.closed == nil)
      try side.receive(.ask(.init(blob: BlobID(.zero), part: .content, offset: index, count: 1)))
    }
    #expect(side.closed == .tooMuch)
  }

  @Test("pieces, refusals and news nobody asked for, twice, or of other places end the session; what came before stays")
  func unasked() throws {
    let content = StoreFixture.content(Self.chunk, seed: 5)
    let blob = try StoreFixture.manifest(content).id(using: ExchangeSide(peer: try #require(OfficeCode("1"))).store.suite)
    let strangers: [AttachmentFrame] = [
      .piece(.init(blob: BlobID(.zero), part: .content, offset: 0, count: 1), bytes: [1]), .refuse(BlobID(.zero), .none),
      .refuse(blob, .held),
    ]
    for stranger in strangers {
      let side = try side()
      side.named = [.init(blob: blob, length: content.count)]
      try side.begin()
      let first = try #require(asks(side).first)
      try side.receive(piece(first, of: content))
      #expect(side.closed == nil)
      try side.receive(stranger)
      #expect(side.closed == .protocolViolated)
      try side.restart()
      try side.begin()
      #expect(asks(side).first?.offset == first.count)
    }
    let side = try side()
    side.named = [.init(blob: blob, length: content.count)]
    try side.begin()
    let open = asks(side)
    try side.receive(piece(open[0], of: content))
    try side.receive(piece(open[0], of: content))
    #expect(side.closed == .protocolViolated)
    for wrong in [piece(open[0], of: content), .piece(open[1], bytes: [1, 2, 3])] {
      try side.restart()
      try side.begin()
      _ = asks(side)
      try side.receive(wrong)
      #expect(side.closed == .protocolViolated)
    }
    let resting = try self.side()
    try resting.receive(.rest)
    try resting.receive(.rest)
    #expect(resting.closed == .protocolViolated)
  }

  @Test("records that say lengths their content has not: refused, and nobody waits for them")
  func wrongLengths() throws {
    let side = try side()
    let content = StoreFixture.content(Self.chunk + 9)
    let manifest = try StoreFixture.manifest(content)
    let blob = manifest.id(using: side.store.suite)
    for length in [0, 10, 3 * Self.chunk, 2 * Self.chunk] {
      side.named = [.init(blob: blob, length: length)]
      try side.restart()
      try side.begin()
      var isResting = false
      while !isResting, side.closed == nil {
        let frames = side.takeOutbox()
        try #require(!frames.isEmpty)
        for frame in frames {
          guard case .ask(let ask) = frame else {
            isResting = frame == .rest
            continue
          }
          // As an honest peer answers.
          let have = ask.part == .list ? manifest.encoded : content
          let isThere = ask.offset + ask.count <= have.count
          try side.receive(isThere ? piece(ask, of: have) : .refuse(blob, .length))
        }
      }
      #expect(!side.store.isPresent(blob) && !side.store.isClaimed(blob) && side.closed == nil)
    }
    #expect(side.store.progress(of: blob)?.refusal == .otherLength)
  }

  @Test("a peer that never answers does not keep content from others for ever")
  func silent() throws {
    let side = try side()
    let blob = try StoreFixture.manifest(StoreFixture.content(10)).id(using: side.store.suite)
    side.named = [.init(blob: blob, length: 10)]
    try side.tick(at: AttachmentLimits.answerMilliseconds * 9)
    try side.begin(at: 5)
    try side.tick(at: AttachmentLimits.answerMilliseconds)
    #expect(side.closed == nil && side.store.isClaimed(blob))
    try side.tick(at: AttachmentLimits.answerMilliseconds + 6)
    #expect(side.closed == .tooMuch)
    try side.restart()
    #expect(!side.store.isClaimed(blob))
    // Nor does one that neither asks nor rests keep a caller.
    side.named = []
    for isResting in [true, false] {
      try side.restart()
      try side.begin(at: 5)
      if isResting { try side.receive(.rest, at: 6) }
      try side.tick(at: AttachmentLimits.answerMilliseconds + 7)
      #expect(side.closed == (isResting ? nil : .tooMuch))
    }
  }

  /// Answers everything a side asks, with other bytes than the blob's.
  private func deceive(_ side: ExchangeSide) throws {
    while side.closed == nil {
      let open = asks(side)
      if open.isEmpty { return }
      for ask in open where side.closed == nil {
        try side.receive(.piece(ask, bytes: [UInt8](repeating: 7, count: ask.count)))
      }
    }
  }

  @Test("other bytes than the hash are thrown away, that blob is left, and a peer that goes on with it is cut off")
  func altered() throws {
    let side = try side()
    for index in 0..<AttachmentLimits.alteredMax {
      let length = index % 2 == 0 ? 1_000 : Self.chunk + 1
      let blob = try StoreFixture.manifest(StoreFixture.content(length, seed: UInt64(index))).id(using: side.store.suite)
      side.named.append(.init(blob: blob, length: length))
    }
    try side.begin()
    try deceive(side)
    #expect(side.closed == nil && side.missing.count == AttachmentLimits.alteredMax)
    #expect(side.dropped.count == AttachmentLimits.alteredMax)
    let content = StoreFixture.content(99, seed: 99)
    let last = AttachmentLedger.Named(
      blob: try StoreFixture.manifest(content).id(using: side.store.suite), length: content.count)
    side.named.append(last)
    try side.changed()
    try deceive(side)
    #expect(side.closed == .invalidEntry)
    // From an honest peer everything comes.
    try side.restart()
    side.named = [last]
    try side.begin()
    for ask in asks(side) { try side.receive(piece(ask, of: content)) }
    #expect(side.missing.isEmpty && side.store.isSound(last.blob))
  }

  @Test("a chunk that a hostile peer began is asked for again from an honest one, which is not blamed")
  func poisoned() throws {
    let side = try side()
    let content = StoreFixture.content(2 * Self.chunk, seed: 8)
    let manifest = try StoreFixture.manifest(content)
    side.named = [.init(blob: manifest.id(using: side.store.suite), length: content.count)]
    try side.begin()
    for ask in asks(side) where ask.part == .list { try side.receive(piece(ask, of: manifest.encoded)) }
    let first = try #require(asks(side).first)
    try side.receive(.piece(first, bytes: [UInt8](repeating: 7, count: first.count)))
    #expect(side.closed == nil)
    try side.restart()
    try side.begin()
    var received = 0
    while side.closed == nil {
      let open = asks(side)
      if open.isEmpty { break }
      for ask in open {
        received += ask.count
        try side.receive(piece(ask, of: content))
      }
    }
    #expect(side.closed == nil && side.missing.isEmpty && side.exchange.blobsReceived == 1)
    // The poisoned chunk came once more, the list and the rest once.
    #expect(received == content.count - first.count + Self.chunk)
  }

  @Test("what the peer will have later is asked for again when it says so, and not before")
  func later() throws {
    let side = try side()
    let content = StoreFixture.content(500, seed: 4)
    let blob = try StoreFixture.manifest(content).id(using: side.store.suite)
    side.named = [.init(blob: blob, length: content.count)]
    try side.begin()
    #expect(asks(side).count == 1)
    try side.receive(.refuse(blob, .later))
    #expect(side.takeOutbox() == [.rest])
    try side.changed()
    #expect(side.takeOutbox().isEmpty)
    try side.receive(.refuse(blob, .held))
    let again = try #require(asks(side).first)
    try side.receive(piece(again, of: content))
    #expect(side.missing.isEmpty && side.takeOutbox() == [.rest])

    let relay = try self.side()
    relay.relays = true
    relay.named = [.init(blob: blob, length: content.count)]
    try relay.receive(.ask(again))
    #expect(relay.takeOutbox() == [.refuse(blob, .later)])
    try relay.arrived(BlobID(.zero))
    #expect(relay.takeOutbox().isEmpty)
    _ = try relay.hold(content)
    for _ in 0..<2 { try relay.arrived(blob) }
    #expect(relay.takeOutbox() == [.refuse(blob, .held)])
  }
}
