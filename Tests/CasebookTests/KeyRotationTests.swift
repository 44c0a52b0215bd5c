import Casebook
import Replication
import SignatureSuites
import Testing

@Suite("Changing keys in good order")
struct KeyRotationTests {
  private func introduction(of replica: Replica, _ next: SoftwareSigner, transport: UInt8) -> KeyIntroduction {
    KeyIntroduction(
      office: replica.context.office, signingKey: next.publicKey, transportKey: [UInt8](repeating: transport, count: 32))
  }

  @Test("the parent's node answers an introduction with a charter, once, and nobody else does")
  func confirmed() throws {
    let region = try Judged()
    let (province, city, county) = (region.province, region.city, region.county)
    let office = county.context.office
    let next = try SoftwareSigner.generate(suite: .sm2)
    try county.write([.introduction(introduction(of: county, next, transport: 9))], for: .down)
    #expect(try KeyRotation.pending(of: office, in: county.context, county.storage) != nil)
    try city.meet(county)
    try province.meet(city)
    try province.witness()
    #expect(province.context.tree.seat(office)?.key == county.context.key)
    try city.witness()
    let charters = city.storage.charters().filter { $0.charter.office == office }
    #expect(charters.count == 2 && charters.last?.charter.signingKey == next.publicKey)
    #expect(try city.witness() == 0)
    try city.meet(county)
    try province.meet(city)
    let key = next.publicKey.fingerprint(using: SM2Suite())
    for replica in [province, city, county] {
      #expect(replica.context.tree.seat(office)?.key == key)
      #expect(try KeyRotation.pending(of: office, in: replica.context, replica.storage) == nil)
      var reopened = replica.context
      try reopened.refresh(from: replica.storage)
      #expect(reopened.tree.all == replica.context.tree.all && reopened.tree.keys(of: office).count == 2)
    }
    // What the former key introduces now is of no account.
    let other = try SoftwareSigner.generate(suite: .ed25519)
    try county.write([.introduction(introduction(of: county, other, transport: 8))], for: .down)
    try city.meet(county)
    try city.witness()
    #expect(city.context.tree.seat(office)?.key == key)
  }

  @Test("a revoked key vouches for no other")
  func revoked() throws {
    let region = try Judged()
    let (city, county) = (region.city, region.county)
    let office = county.context.office
    try county.write(
      [.introduction(introduction(of: county, try SoftwareSigner.generate(suite: .ed25519), transport: 9))], for: .down)
    try city.write(
      [
        .revocation(
          Revocation(
            office: office, key: county.context.key, reason: .compromised, position: city.storage.entryCount(),
            cuts: city.storage.heads().filter { $0.stream.author == county.context.key }, text: "被盗"))
      ], for: .subtree(office))
    try city.meet(county)
    try city.witness()
    #expect(city.context.tree.seat(office)?.key == county.context.key)
    #expect(city.context.tree.keys(of: office).count == 1)
  }

  @Test("a revoked key answers no introduction: its charter would count for nothing, and be written again each time")
  func answeredByRevoked() throws {
    let region = try Judged()
    let (province, city, county) = (region.province, region.city, region.county)
    let office = county.context.office
    try province.write(
      [
        .revocation(
          Revocation(
            office: city.context.office, key: city.context.key, reason: .retired,
            position: province.storage.entryCount(),
            cuts: province.storage.heads().filter { $0.stream.author == city.context.key }, text: "机器损坏"))
      ], for: .subtree(city.context.office))
    try city.takeAll(province.pieces(of: province.context.stream(.subtree(city.context.office))))
    #expect(city.context.tree.isRevoked(city.context.key))
    try county.write(
      [.introduction(introduction(of: county, try SoftwareSigner.generate(suite: .ed25519), transport: 9))], for: .down)
    try city.meet(county)
    #expect(try KeyRotation.pending(of: office, in: city.context, city.storage) != nil)
    for _ in 0..<2 { try city.witness() }
    let charters = try city.storage.entries(of: city.context.stream(.subtree(office)), from: 1, bytesMax: .max)
      .flatMap { try $0.changes() }.filter { if case .charter = $0 { true } else { false } }
    #expect(charters.count == 1)
  }

  @Test("the root's own rotation is one entry that every office below follows")
  func root() throws {
    let region = try Judged()
    let (province, city) = (region.province, region.city)
    let next = try SoftwareSigner.generate(suite: .ed25519)
    let introduction = introduction(of: province, next, transport: 9)
    // A clock that went back does not put the new charter before the old one.
    let changes = KeyRotation.changes(introduction, in: province.context, at: 0)
    let before = province.storage.entryCount()
    try province.write(changes, for: .down)
    #expect(province.storage.entryCount() == before + 1)
    try province.send(to: city)
    for replica in [province, city] {
      let seat = try #require(replica.context.tree.seat(province.context.office))
      #expect(seat.charter.signingKey == next.publicKey && seat.charter.from > 0)
      #expect(replica.context.tree.charters(of: province.context.office).count == 2)
    }
    // A new office is given the first and the present charter without their entries, in whatever order.
    let charters = city.context.tree.charters(of: province.context.office)
    for order in [charters, charters.reversed()] {
      var tree = OfficeTree(rootKey: province.context.tree.rootKey)
      for charter in order where charter == charters[0] {
        try tree.admit(charter, from: tree.rootKey, suites: .standard)
      }
      for charter in order where charter != charters[0] {
        try tree.admit(charter, from: tree.rootKey, suites: .standard)
      }
      #expect(tree.seat(province.context.office)?.charter == charters[1])
    }
  }

  @Test("transport keys vouch for the next one; an altered, strange or cut chain stops where it breaks")
  func succession() throws {
    let suite = Ed25519Suite()
    let signers = try (0..<4).map { _ in try SoftwareSigner.generate(suite: .ed25519) }
    let keys = signers.map(\.publicKey.bytes)
    let links = try (0..<3).map { index in
      TransportSuccession.Link(
        key: keys[index], signature: try signers[index].sign(TransportSuccession.signedBytes(next: keys[index + 1])))
    }
    func earlier(_ links: [TransportSuccession.Link], of key: [UInt8]) -> [[UInt8]] {
      TransportSuccession.earlierKeys(of: key, vouchedBy: TransportSuccession.encoded(links), using: suite)
    }
    #expect(earlier(links, of: keys[3]) == [keys[2], keys[1], keys[0]])
    #expect(earlier(Array(links.dropFirst()), of: keys[3]) == [keys[2], keys[1]])
    #expect(earlier(links, of: keys[2]).isEmpty)
    #expect(earlier([links[0], links[2]], of: keys[3]) == [keys[2]])
    var altered = links
    altered[1].signature[0] ^= 1
    #expect(earlier(altered, of: keys[3]) == [keys[2]])
    let encoded = TransportSuccession.encoded(links)
    #expect(TransportSuccession.earlierKeys(of: keys[3], vouchedBy: encoded + [0], using: suite).isEmpty)
    #expect(TransportSuccession.earlierKeys(of: keys[3], vouchedBy: [], using: suite).isEmpty)
    // Of a longer history the latest links are carried.
    let many = Array(repeating: links[0], count: TransportSuccession.linksMax) + [links[2]]
    #expect(earlier(many, of: keys[3]) == [keys[2]])
    #expect(TransportSuccession.encoded(many).count < 4_096)
  }
}
