import Casebook
import Replication
import SignatureSuites
import Testing

/// A superior's word counts only where everybody can hear it who holds what it is about. A hub that whispers to its own
/// superior would else have the same entries counted differently above and below.
@Suite("Facts in streams that do not reach")
struct FactReachTests {
  /// A county that wrote a name and an act; the city and the province hold both.
  private struct Scene {
    let region: Judged
    let id: RecordID
    let work: Entry

    init() throws {
      region = try Judged()
      let county = region.county
      id = county.newID()
      let act = ActChange(
        file: id, id: county.newID(), parents: [], rule: "evidence", facts: [.init(name: "note", value: .text("甲"))])
      let name = RecordWrite(
        type: RecordType.subject.number, id: id, fields: [.init(number: 2, value: .text("甲"), replaces: [])])
      work = try county.write([.record(name), .act(act)], for: .up)
      try region.city.meet(county)
      try region.province.meet(region.city)
    }

    /// The city says it in one of its streams, and everybody gets what it may hold.
    func say(_ change: Change, for audience: Audience) throws {
      try region.city.write([change], for: audience)
      try region.city.meet(region.county)
      try region.province.meet(region.city)
    }

    var all: [Replica] { [region.county, region.city, region.province] }

    func stamps() -> [UInt64?] { all.map { $0.storage.acts(of: id).first?.stamp.milliseconds } }
  }

  @Test("a receipt in the hub's own report to its superior orders nothing; where it belongs, it orders the same everywhere")
  func receipts() throws {
    for (audience, counts) in [(Audience.up, false), (.own, false), (nil, true), (.down, true)] as [(Audience?, Bool)] {
      let scene = try Scene()
      let county = scene.region.county.context.office
      let head = StreamHead(
        stream: scene.work.header.stream, seq: scene.work.header.seq, hash: scene.work.hash(using: Ed25519Suite()))
      let before = scene.stamps()
      try scene.say(.receipt(Receipt(head: head, clock: 1, position: 1)), for: audience ?? .office(county))
      // A clock of 1970: the act is clamped to it where the receipt counts.
      #expect(scene.stamps() == (counts ? [1, 1, 1] : before), "\(String(describing: audience))")
      #expect(before == [before[0], before[0], before[0]] && before[0] != nil)
      let held = scene.region.city.storage.heldChanges().contains { $0.reason == .receiptRefused }
      #expect(held != counts)
    }
  }

  @Test("a revocation has to reach whoever may hold any stream of the key; one that does not leaves the key in office")
  func revocations() throws {
    for (audience, counts) in [(Audience.up, false), (nil, false), (.down, true)] as [(Audience?, Bool)] {
      let scene = try Scene()
      let county = scene.region.county
      let revocation = Revocation(
        office: county.context.office, key: county.context.key, reason: .compromised, position: 1, cuts: [], text: "耳语")
      // To the county alone is not enough: what the county says `down` is held below it.
      try scene.say(.revocation(revocation), for: audience ?? .office(county.context.office))
      for replica in scene.all {
        #expect(replica.context.tree.isRevoked(county.context.key) == counts)
        #expect(replica.name(of: scene.id) == (counts ? nil : "甲"))
      }
    }
  }

  @Test("a ratification that the county cannot hear brings nothing back")
  func ratifications() throws {
    for (audience, counts) in [(Audience.up, false), (nil, true)] as [(Audience?, Bool)] {
      let scene = try Scene()
      let county = scene.region.county
      let revocation = Revocation(
        office: county.context.office, key: county.context.key, reason: .retired, position: 1, cuts: [], text: "")
      try scene.say(.revocation(revocation), for: .subtree(county.context.office))
      for replica in scene.all { #expect(replica.name(of: scene.id) == nil) }
      let ratification = Ratification(
        stream: scene.work.header.stream, first: 1, last: scene.work.header.seq,
        hash: scene.work.hash(using: Ed25519Suite()))
      try scene.say(.ratification(ratification), for: audience ?? .office(county.context.office))
      for replica in scene.all { #expect(replica.name(of: scene.id) == (counts ? "甲" : nil)) }
    }
  }
}
