import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// What waits for the neighbours, told by heads, receipts and sightings.
@Suite("Outbox")
struct OutboxTests {
  private func items(_ replica: Replica, for peer: Replica? = nil) throws -> [Outgoing] {
    var outbox = Outbox(context: replica.context, storage: replica.storage)
    return try outbox.items().filter { peer == nil || $0.peer == peer?.context.office }
  }

  /// As at the end of a session.
  private func settle(_ one: Replica, _ other: Replica) throws {
    try one.meet(other)
    for (office, peer) in [(one, other), (other, one)] {
      let heads = try office.context.sharedHeads(with: peer.context.office, in: office.storage)
      try Agreement.keep(heads, with: peer.context.office, using: Ed25519Suite(), in: office.storage)
      try PeerHoldings.note(heads, of: peer.context.office, context: office.context, in: office.storage)
    }
  }

  @Test("work goes up: counted in entries and stored bytes from the last receipt on; sealed work never waits")
  func up() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    try settle(county, city)
    #expect(try items(county).isEmpty)
    let first = try county.name(county.newID(), "一")
    let second = try county.name(county.newID(), "二")
    try county.name(county.newID(), "密", for: .own)
    let waiting = try items(county)
    #expect(waiting.map(\.peer) == [city.context.office])
    let item = try #require(waiting.first)
    #expect(item.isUp && !item.isDelivered && item.stream == first.header.stream)
    #expect((item.first, item.last) == (first.header.seq, second.header.seq) && item.entries == 2)
    #expect(item.bytes == first.stored.count + second.stored.count)
    #expect(item.since == first.header.stamp.milliseconds)
    // Held by the city, which has not receipted it yet.
    try settle(county, city)
    #expect(try items(county).map(\.isDelivered) == [true])
    #expect(try items(county).first?.entries == 2)
    try city.witness()
    try settle(county, city)
    #expect(try items(county).isEmpty)
    // A third entry waits alone.
    try county.name(county.newID(), "三")
    #expect(try items(county).map(\.entries) == [1])
  }

  @Test("an office in the middle: what is from below waits for its own superior, what is from above for those below")
  func middle() throws {
    let region = try Judged()
    let (province, city, county) = (region.province, region.city, region.county)
    try settle(province, city)
    try settle(city, county)
    try settle(province, city)
    try county.name(county.newID(), "下")
    try settle(city, county)
    let up = try items(city, for: province)
    #expect(up.contains { $0.isUp && $0.stream.author == county.context.key && !$0.isDelivered })
    try province.name(province.newID(), "上", for: .down)
    try settle(province, city)
    let down = try items(city, for: county)
    #expect(down.map(\.isUp) == [false] && down.first?.stream.author == province.context.key)
    #expect(down.first?.entries == 1)
    // The province has no session with the county.
    #expect(Outbox(context: province.context, storage: province.storage).neighbours == [city.context.office])
    try settle(city, county)
    #expect(try items(city, for: county).allSatisfy { $0.stream.author != province.context.key })
  }

  @Test("what goes down is known to have arrived by a sighting, or by the session; for one office alone it waits for that one")
  func down() throws {
    let region = try Judged()
    let (province, city) = (region.province, region.city)
    let second = try province.subordinate("1306", salt: 3)
    try province.meet(second)
    try settle(province, city)
    try settle(province, second)
    try province.name(province.newID(), "公告", for: .down)
    #expect(try Set(items(province).map(\.peer)) == [city.context.office, second.context.office])
    try province.name(province.newID(), "令", for: .office(city.context.office))
    #expect(try items(province, for: second).count == 1)
    #expect(try items(province, for: city).count == 2)
    // The city took it in, but no session came to its end: it says so itself, in its own log.
    try province.meet(city)
    #expect(try items(province, for: city).count == 2)
    try city.witness()
    try city.send(to: province)
    let left = try items(province, for: city)
    #expect(left.map(\.stream.audience) == [.office(city.context.office)])
    try settle(province, city)
    #expect(try items(province, for: city).isEmpty)
    #expect(try items(province, for: second).count == 1)
    // A position is remembered, not only that nothing moved.
    try province.name(province.newID(), "令二", for: .office(city.context.office))
    #expect(try items(province, for: city).map(\.entries) == [1])
  }

  @Test("a revoked office is not waited for with what goes to all below; its own log's fate still is told")
  func revoked() throws {
    let region = try Judged()
    let (city, county) = (region.city, region.county)
    try settle(city, county)
    let revocation = Revocation(
      office: county.context.office, key: county.context.key, reason: .retired, position: city.storage.entryCount(),
      cuts: county.storage.heads().filter { $0.stream.author == county.context.key }, text: "停用")
    try city.write([.revocation(revocation)], for: .subtree(county.context.office))
    try city.name(city.newID(), "公告", for: .down)
    #expect(try items(city, for: county).map(\.stream.audience) == [.subtree(county.context.office)])
  }

  @Test("the reason of each situation, and the failure of now before the silence of before")
  func reasons() throws {
    let region = try Judged()
    try region.county.name(region.county.newID(), "一")
    let up = try #require(try items(region.county).first)
    var down = up
    down.isUp = false
    var delivered = up
    delivered.isDelivered = true
    let text = Bilingual(zh: "不通", en: "no route")
    func contact(
      _ last: UInt64? = 1, error: Bilingual? = nil, isRefused: Bool = false, isLive: Bool = false, hasAddress: Bool = true,
      isServing: Bool = true
    ) -> PeerContact {
      PeerContact(
        lastContact: last, error: error, isRefused: isRefused, isLive: isLive, hasAddress: hasAddress, isServing: isServing)
    }
    #expect(up.reason(contact()) == .noContact)
    #expect(up.reason(contact(nil)) == .neverMet)
    #expect(up.reason(contact(error: text)) == .failed)
    #expect(up.reason(contact(error: text, isRefused: true)) == .refused)
    #expect(up.reason(contact(error: text, isLive: true)) == .sending)
    #expect(up.reason(contact(hasAddress: false)) == .noAddress)
    #expect(up.reason(contact(isServing: false)) == .noContact)
    #expect(down.reason(contact(isServing: false)) == .notServing)
    #expect(down.reason(contact(hasAddress: false)) == .noContact)
    #expect(delivered.reason(contact(error: text)) == .awaitsReceipt)
    for reason in WaitReason.allCases {
      let message = reason.message(peer: "1305", since: "2026-01-01 08:00", error: text)
      #expect(!message.zh.isEmpty && !message.en.isEmpty && message.zh != message.en)
    }
    #expect(WaitReason.failed.message(peer: "1305", since: nil, error: text).en.contains("no route"))
  }

  @Test("what waits here: a run of a bundle, a stream whose key nobody chartered, entries in quarantine; the oldest first")
  func inbox() throws {
    let region = try Judged()
    let (city, county) = (region.city, region.county)
    try settle(city, county)
    func inbox(_ replica: Replica) throws -> [Incoming] {
      try Inbox(context: replica.context, storage: replica.storage).items()
    }
    #expect(try inbox(city).isEmpty)
    // A run that does not follow what is held.
    for index in 0..<3 { try county.name(county.newID(), "\(index)") }
    let stream = county.context.stream(.up)
    let head = try #require(county.storage.head(of: stream))
    let last = county.storage.entries(of: stream, from: head.seq, bytesMax: 1).map(\.encoded)
    let run = ParkedRun(stream: stream, first: head.seq, last: head.seq, bytes: 1)
    city.storage.park(run, entries: last, receivedAt: 5_000)
    city.storage.park(run, entries: last, receivedAt: 9_000)
    let parked = try #require(try inbox(city).first)
    #expect(parked.reason == .missingEntries && parked.since == 5_000 && parked.entries == 1)
    city.storage.unpark(run)
    // Beyond the cut of a revoked key, without a receipt.
    let revocation = Revocation(
      office: county.context.office, key: county.context.key, reason: .retired, position: city.storage.entryCount(),
      cuts: city.storage.heads().filter { $0.stream.author == county.context.key }, text: "停用")
    try city.write([.revocation(revocation)], for: .subtree(county.context.office))
    try county.send(to: city)
    let held = try inbox(city)
    #expect(held.map(\.reason) == [.quarantined])
    #expect(held.first?.entries == 3 && held.first?.last == head.seq)
  }
}
