import Casebook
import Replication
import SignatureSuites
import Testing

/// The table of revocations (notes on sync, 4.8): judged by log position and receipts, never by the signer's clock.
@Suite("Revoked keys")
struct RevocationTests {
  /// Three entries of a county: within the cut, receipted before the revocation, and never receipted.
  private struct Scene {
    let region: Judged
    let ids: [RecordID]

    init(_ reason: Revocation.Reason) throws {
      region = try Judged()
      let county = region.county, city = region.city
      ids = (0..<3).map { _ in county.newID() }
      let first = try county.name(ids[0], "一")
      try city.meet(county)
      try city.witness()
      try county.name(ids[1], "二")
      try city.meet(county)
      try city.witness()
      try county.name(ids[2], "三")
      let cut = StreamHead(stream: first.header.stream, seq: first.header.seq, hash: first.hash(using: Ed25519Suite()))
      try city.write([
        .revocation(
          Revocation(
            office: county.context.office, key: county.context.key, reason: reason,
            position: city.storage.entryCount(), cuts: [cut], text: "遗失"))
      ], for: .subtree(county.context.office))
      try city.meet(county)
      try region.province.meet(city)
    }

    func names(at replica: Replica) -> [String?] { ids.map { replica.name(of: $0) } }

    func rules(at replica: Replica) -> [ClassRule?] {
      replica.storage.heldChanges().filter { $0.stream.author == region.county.context.key && $0.stream.audience == .up }
        .sorted { $0.seq < $1.seq }.map(\.rule)
    }
  }

  @Test("a retired key: up to the cut and what was receipted before stands, the rest waits in quarantine")
  func retired() throws {
    let scene = try Scene(.retired)
    for replica in [scene.region.county, scene.region.city, scene.region.province] {
      #expect(scene.names(at: replica) == ["一", "二", nil])
      #expect(scene.rules(at: replica) == [.afterRevocation])
    }
  }

  @Test("a compromised key: what was receipted beyond the cut is disputed, the rest in quarantine")
  func compromised() throws {
    let scene = try Scene(.compromised)
    for replica in [scene.region.county, scene.region.city, scene.region.province] {
      #expect(scene.names(at: replica) == ["一", nil, nil])
      #expect(scene.rules(at: replica) == [.afterCompromise, .afterRevocation])
    }
  }

  @Test("a superior ratifies: a range of a retired key, entry by entry of a compromised one; nobody else may")
  func ratification() throws {
    for reason in Revocation.Reason.allCases {
      let scene = try Scene(reason)
      let (county, city) = (scene.region.county, scene.region.city)
      let stream = county.context.stream(.up)
      let head = try #require(city.storage.head(of: stream))
      let whole = Ratification(stream: stream, first: 1, last: head.seq, hash: head.hash)
      // The county cannot ratify its own work.
      try county.write([.ratification(whole)], for: .down)
      #expect(scene.names(at: county).last == .some(nil))
      try city.write([.ratification(whole)], for: .subtree(county.context.office))
      #expect(scene.names(at: city) == (reason == .retired ? ["一", "二", "三"] : ["一", nil, nil]))
      try city.write(
        [.ratification(Ratification(stream: stream, first: head.seq, last: head.seq, hash: head.hash))],
        for: .subtree(county.context.office))
      #expect(scene.names(at: city) == (reason == .retired ? ["一", "二", "三"] : ["一", nil, "三"]))
      try city.meet(county)
      try scene.region.province.meet(city)
      #expect(try Judged.state(of: scene.region.province).filter { $0.hasPrefix("row") }
        == Judged.state(of: city).filter { $0.hasPrefix("row") })
    }
  }

  @Test("a charter that counts by its superior's receipt alone: who begins anew takes the stream with it, a sibling does not")
  func seatByReceipt() throws {
    let region = try Judged()
    let (city, county) = (region.city, region.county)
    let town = try county.subordinate("130526001", salt: 3)
    let sibling = try city.subordinate("130527", salt: 4)
    let office = town.context.office
    let charter = try #require(county.storage.head(of: county.context.stream(.subtree(office))))
    try county.send(to: city)
    // Witnessed in time, and beyond the cut: a superior that was set back in between names none.
    try city.write(
      [.receipt(Receipt(head: charter, clock: city.now, position: city.storage.entryCount()))], for: .subtree(office))
    try city.write(
      [
        .revocation(
          Revocation(
            office: county.context.office, key: county.context.key, reason: .retired,
            position: city.storage.entryCount() + 1, cuts: [], text: "换机"))
      ], for: .subtree(county.context.office))
    let receipts = city.storage.entries(of: city.context.stream(.subtree(office)), from: 1, bytesMax: .max)

    let anew = try county.restored()
    anew.context.tree = OfficeTree(rootKey: county.context.tree.rootKey)
    anew.context.standing = Standing()
    for charter in region.province.storage.charters() where charter.charter.office != office {
      anew.storage.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
    }
    try anew.context.refresh(from: anew.storage)
    func take(_ replica: Replica, _ audience: Audience) throws {
      try anew.take(replica.storage.entries(of: replica.context.stream(audience), from: 1, bytesMax: .max))
    }
    try take(city, .subtree(county.context.office))
    // Nothing of its own names the town yet.
    #expect(try anew.take(receipts) == nil)
    try take(county, .subtree(office))
    #expect(anew.context.tree.seat(office) == nil)
    #expect(try anew.take(receipts)?.stored == receipts.count)
    #expect(anew.context.tree.seat(office)?.key == town.context.key)

    sibling.context.tree = anew.context.tree
    #expect(try sibling.take(receipts) == nil)
  }

  @Test("a revoked key owes nothing: what it says counts nowhere, and would be owed again after each exchange")
  func owesNothing() throws {
    let scene = try Scene(.retired)
    let (county, city) = (scene.region.county, scene.region.city)
    #expect(county.context.tree.isRevoked(county.context.key))
    for index in 0..<3 {
      // A head of the superior's that the county would report as it saw it.
      try city.name(city.newID(), "通知\(index)", for: .down)
      try city.meet(county)
      #expect(try Witness.owed(context: county.context, at: county.now, in: county.storage).isEmpty)
      #expect(try county.witness() == 0)
    }
    // Its superior goes on receipting what it hands in, once.
    try city.witness()
    try city.meet(county)
    #expect(try city.witness() == 0)
  }

  @Test("a revocation counts only from an office above; a forged one is held and told")
  func authority() throws {
    let region = try Judged()
    let city = region.city
    let forged = Revocation(
      office: city.context.office, key: city.context.key, reason: .retired, position: 0, cuts: [], text: "")
    try region.county.write([.revocation(forged)], for: .up)
    try city.meet(region.county)
    let id = city.newID()
    try city.name(id, "x")
    #expect(city.name(of: id) == "x")
    #expect(city.storage.heldChanges().map(\.reason) == [.factRefused])
  }

  @Test("a new key: introduced by the old one and chartered by the superior; either alone waits")
  func rotation() throws {
    for isIntroducedFirst in [true, false] {
      let region = try Judged()
      let (county, city) = (region.county, region.city)
      let next = try SoftwareSigner.generate(suite: .sm2)
      let transport = [UInt8](repeating: 9, count: 32)
      let introduction = Change.introduction(
        KeyIntroduction(office: county.context.office, signingKey: next.publicKey, transportKey: transport))
      let charter = Change.charter(
        Charter(
          office: county.context.office, name: "130526", parent: city.context.office, signingKey: next.publicKey,
          transportKey: transport, powers: [], from: 0, until: nil))
      let old = county.context.key
      if isIntroducedFirst { try county.write([introduction], for: .down) }
      try city.meet(county)
      if !isIntroducedFirst {
        try city.write([charter], for: .subtree(county.context.office))
        #expect(city.context.tree.seat(county.context.office)?.key == old)
        #expect(city.storage.heldChanges().map(\.reason) == [.charterWaiting])
        try city.meet(county)
        try county.write([introduction], for: .down)
      } else {
        #expect(city.context.tree.seat(county.context.office)?.key == old)
        try city.write([charter], for: .subtree(county.context.office))
      }
      try city.meet(county)
      try region.province.meet(city)
      let key = next.publicKey.fingerprint(using: SM2Suite())
      for replica in [county, city, region.province] {
        #expect(replica.context.tree.seat(county.context.office)?.key == key)
        #expect(replica.context.tree.office(of: old) == county.context.office)
        #expect(replica.storage.heldChanges().isEmpty)
      }
      // The tree that a restart reads from storage is the same.
      var reopened = region.province.context
      try reopened.refresh(from: region.province.storage)
      #expect(reopened.tree == region.province.context.tree && reopened.standing == region.province.context.standing)
    }
  }

  @Test("a lost key: with the old one revoked, the superior's charter alone seats the new one")
  func lostKey() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let next = try SoftwareSigner.generate(suite: .ed25519)
    let office = county.context.office
    try city.write([
      .charter(
        Charter(
          office: office, name: "130526", parent: city.context.office, signingKey: next.publicKey,
          transportKey: [UInt8](repeating: 9, count: 32), powers: [], from: 0, until: nil))
    ], for: .subtree(office))
    #expect(city.context.tree.seat(office)?.key == county.context.key)
    try city.write([
      .revocation(
        Revocation(
          office: office, key: county.context.key, reason: .retired, position: city.storage.entryCount(), cuts: [],
          text: "机器损坏"))
    ], for: .subtree(office))
    #expect(city.context.tree.seat(office)?.key == next.publicKey.fingerprint(using: Ed25519Suite()))
  }

  /// The province revokes the city's key, which it has never receipted, and charters the next one.
  private func replaceCity(_ region: Judged) throws -> SoftwareSigner {
    let (province, city) = (region.province, region.city)
    let office = city.context.office
    let next = try SoftwareSigner.generate(suite: .ed25519)
    try province.write([
      .revocation(
        Revocation(
          office: office, key: city.context.key, reason: .retired, position: province.storage.entryCount(), cuts: [],
          text: "机器损坏")),
      .charter(
        Charter(
          office: office, name: office.text, parent: province.context.office, signingKey: next.publicKey,
          transportKey: [UInt8](repeating: 9, count: 32), powers: [], from: 0, until: nil)),
    ], for: .subtree(office))
    return next
  }

  @Test("a county whose charter fell into quarantine with its superior's key: chartered anew, all that was held of it counts")
  func charteredAnew() throws {
    let region = try Judged()
    let (county, city, province) = (region.county, region.city, region.province)
    let id = county.newID()
    try county.name(id, "一")
    try city.meet(county)
    try province.meet(city)
    #expect(province.name(of: id) == "一")
    let charter = try #require(city.context.tree.seat(county.context.office)?.charter)
    let next = try replaceCity(region)
    #expect(province.context.tree.seat(county.context.office) == nil && province.name(of: id) == nil)
    try city.takeAll(province.pieces(of: province.context.stream(.subtree(city.context.office))))
    city.context.key = next.publicKey.fingerprint(using: Ed25519Suite())
    var journal = Journal(context: city.context, signer: next)
    let written = try journal.record([.charter(charter)], for: .subtree(county.context.office), at: city.now, in: city.storage)
    try journal.finish(in: city.storage)
    city.context = journal.context
    try province.take(written)
    for replica in [city, province] {
      #expect(replica.context.tree.seat(county.context.office)?.key == county.context.key)
      #expect(replica.name(of: id) == "一")
    }
  }

  @Test("an office enrolled after its superior's key was changed: the log's own order seats the present key there too")
  func enrolledLater() throws {
    let region = try Judged()
    let (city, province) = (region.city, region.province)
    let office = city.context.office
    let next = try replaceCity(region)
    let chain = [province.context.office, office].compactMap { province.context.tree.seat($0)?.charter }
    let late = try region.county.blank()
    for charter in chain { late.storage.put(StoredCharter(charter: charter, issuer: province.context.key)) }
    late.storage.put(StoredCharter(
      charter: try #require(city.context.tree.seat(region.county.context.office)?.charter),
      issuer: next.publicKey.fingerprint(using: Ed25519Suite())))
    try late.context.refresh(from: late.storage)
    try late.takeAll(province.pieces(of: province.context.stream(.subtree(office))))
    let key = next.publicKey.fingerprint(using: Ed25519Suite())
    #expect(late.context.tree.seat(office)?.key == key)
    #expect(late.context.tree.keys(of: office) == [city.context.key, key])
    #expect(late.storage.heldChanges().isEmpty)
  }
}
