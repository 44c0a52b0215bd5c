import Casebook
import Replication
import SignatureSuites
import Testing

/// Restored backups, copied disks and authors who sign twice at one position.
@Suite("Forks")
struct ForkTests {
  /// A county's machine and a second one restored from its backup; both went on writing.
  private struct Twins {
    let region: Judged
    let restored: Replica
    let ids: [RecordID]

    init() throws {
      region = try Judged()
      let county = region.county
      ids = (0..<4).map { _ in county.newID() }
      try county.name(ids[0], "备份前")
      restored = try county.restored()
      restored.context.standing = Standing()
      for head in county.storage.heads() {
        try restored.take(county.storage.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try county.name(ids[1], "备份后")
      try region.city.meet(county)
      try region.city.witness()
      restored.now = county.now + 5_000
    }
  }

  @Test("a restored backup that wrote nothing fetches its own entries back")
  func fetchedBack() throws {
    let twins = try Twins()
    try twins.region.city.send(to: twins.restored)
    #expect(twins.restored.name(of: twins.ids[1]) == "备份后")
    #expect(twins.restored.storage.forkProofs().isEmpty)
  }

  @Test("a restored backup that wrote on: the fork is proven, its work is recorded again in a new incarnation")
  func writtenOn() throws {
    let twins = try Twins()
    let (city, restored) = (twins.region.city, twins.restored)
    try restored.name(twins.ids[2], "恢复后一")
    try restored.name(twins.ids[2], "恢复后二")
    try restored.name(twins.ids[3], "恢复后三")
    try restored.exchange(with: city)
    #expect(restored.context.incarnation == 2)
    try city.witness()
    try restored.exchange(with: city)
    try twins.region.province.exchange(with: city)
    for replica in [restored, city, twins.region.province] {
      #expect(twins.ids.map { replica.name(of: $0) } == ["备份前", "备份后", "恢复后二", "恢复后三"])
      #expect(
        !replica.storage.rows(RecordType.subject.number).contains { $0.fields.values.contains(where: \.isInConflict) })
      #expect(replica.storage.forkProofs().count == 1)
    }
    // Nothing is recorded twice.
    try restored.exchange(with: city)
    let again = restored.storage.entries(of: restored.context.stream(.up), from: 1, bytesMax: .max)
    let records = try again.flatMap { try $0.changes() }.filter { if case .record = $0 { true } else { false } }
    #expect(records.count == 3)
  }

  @Test("a copied disk: the second machine goes on in a new incarnation, and the first learns that it has a twin")
  func copied() throws {
    let twins = try Twins()
    let (city, county, copy) = (twins.region.city, twins.region.county, twins.restored)
    try copy.name(twins.ids[2], "副本")
    try copy.exchange(with: city)
    try county.name(twins.ids[3], "原机")
    try county.exchange(with: city)
    #expect(try BranchRecovery.hasTwin(context: county.context, in: county.storage))
    #expect(twins.ids.map { city.name(of: $0) } == ["备份前", "备份后", "副本", "原机"])
  }

  /// The restored machine changes its keys before it hears that its earlier key's stream parted: its introduction and the
  /// superior's charter went by files.
  private func rotated(_ twins: Twins) throws -> Replica {
    let (city, restored) = (twins.region.city, twins.restored)
    let next = try SoftwareSigner.generate(suite: .ed25519)
    try restored.name(twins.ids[2], "恢复后一")
    try restored.name(twins.ids[2], "恢复后二")
    let introduction = KeyIntroduction(
      office: restored.context.office, signingKey: next.publicKey, transportKey: [UInt8](repeating: 9, count: 32))
    try restored.write([.introduction(introduction)], for: .down)
    try city.take(restored.storage.entries(of: restored.context.stream(.down), from: 1, bytesMax: .max))
    try city.witness()
    try restored.take(
      city.storage.entries(of: city.context.stream(.subtree(restored.context.office)), from: 1, bytesMax: .max))
    restored.context.sign(with: next.publicKey)
    restored.signer = next
    #expect(restored.context.tree.seat(restored.context.office)?.key == restored.context.key)
    return restored
  }

  @Test("a branch of an earlier key that others do not hold is recorded again by the present key")
  func earlierKey() throws {
    let twins = try Twins()
    let city = twins.region.city
    let restored = try rotated(twins)
    try restored.name(twins.ids[3], "换钥后")
    try restored.exchange(with: city)
    try city.witness()
    try restored.exchange(with: city)
    for replica in [restored, city] {
      #expect(twins.ids.map { replica.name(of: $0) } == ["备份前", "备份后", "恢复后二", "换钥后"])
      #expect(replica.storage.forkProofs().count == 1)
      #expect(
        !replica.storage.rows(RecordType.subject.number).contains { $0.fields.values.contains(where: \.isInConflict) })
      // The lost branch's introduction is not said again.
      #expect(try KeyRotation.pending(of: restored.context.office, in: replica.context, replica.storage) == nil)
    }
    let owed = try BranchRecovery.settle(
      restored.context, signer: restored.signer, isBehind: false, at: restored.now, in: restored.storage)
    #expect(owed == nil)
  }

  @Test("of an earlier key that was revoked nothing is recorded again: another may have written it")
  func revokedEarlierKey() throws {
    let twins = try Twins()
    let city = twins.region.city
    let old = twins.region.county.context.key
    let restored = try rotated(twins)
    try city.write(
      [
        .revocation(
          Revocation(
            office: restored.context.office, key: old, reason: .compromised, position: city.storage.entryCount(),
            cuts: city.storage.heads().filter { $0.stream.author == old }, text: "被盗"))
      ], for: .subtree(restored.context.office))
    try restored.exchange(with: city)
    try city.witness()
    try restored.exchange(with: city)
    #expect(restored.context.incarnation == 1)
    for replica in [restored, city] { #expect(replica.name(of: twins.ids[2]) == nil) }
  }

  @Test("a fork of a later key of the root office is settled like one of its first")
  func rootsLaterKey() throws {
    let region = try Judged()
    let (province, city) = (region.province, region.city)
    let next = try SoftwareSigner.generate(suite: .ed25519)
    let introduction = KeyIntroduction(
      office: province.context.office, signingKey: next.publicKey, transportKey: [UInt8](repeating: 9, count: 32))
    try province.write(KeyRotation.changes(introduction, in: province.context, at: province.now), for: .down)
    let twin = try province.restored()
    for head in province.storage.heads() {
      try twin.take(province.storage.entries(of: head.stream, from: 1, bytesMax: .max))
    }
    for replica in [province, twin] {
      replica.context.sign(with: next.publicKey)
      replica.signer = next
    }
    let id = province.newID()
    let faces = [try province.name(id, "甲面", for: .down), try twin.name(id, "乙面", for: .down)]
    try province.send(to: city)
    try city.take([faces[1]])
    let proof = try #require(city.storage.forkProofs().first?.proof)
    #expect(proof.stream.author == next.publicKey.fingerprint(using: Ed25519Suite()))
    let standing = try #require(faces.first { ForkProof.Face($0) == proof.lesser })
    #expect(city.name(of: id) == (standing == faces[0] ? "甲面" : "乙面"))
    #expect(!city.storage.heldChanges().contains { $0.rule == .forked })
  }

  @Test("of two branches the one witnessed first stands everywhere; the other is kept aside as evidence")
  func hostile() throws {
    let twins = try Twins()
    let (county, evil) = (twins.region.county, twins.restored)
    let forged = try evil.name(twins.ids[2], "另一面")
    // The province hears of the forged face first, of the witnessed branch and its receipt later.
    let province = twins.region.province
    let stream = county.context.stream(.up)
    let own = county.storage.entries(of: stream, from: 1, bytesMax: .max)
    let trunk = own.filter { $0.header.seq < forged.header.seq }
    try province.take(trunk + [forged])
    #expect(province.name(of: twins.ids[2]) == "另一面")
    try province.exchange(with: twins.region.city)
    #expect(province.name(of: twins.ids[2]) == nil)
    #expect(province.name(of: twins.ids[1]) == "备份后")
    #expect(province.storage.entriesAside(of: stream) == [forged])
    #expect(province.storage.head(of: stream) == twins.region.city.storage.head(of: stream))
    // The proof travels down to everyone who holds the stream.
    try province.witness()
    try province.exchange(with: twins.region.city)
    #expect(twins.region.city.storage.forkProofs().map(\.proof.seq) == [forged.header.seq])
    #expect(twins.region.city.name(of: twins.ids[1]) == "备份后")
  }

  @Test("a stream that forks again on the branch that stands: each fork is decided by its own first witness")
  func twice() throws {
    let twins = try Twins()
    let (county, city, province) = (twins.region.county, twins.region.city, twins.region.province)
    let stream = county.context.stream(.up)
    let first = try twins.restored.name(twins.ids[2], "第一次另一面")
    let evil = try county.restored()
    try evil.take(county.storage.entries(of: stream, from: 1, bytesMax: .max))
    evil.now = county.now + 9_000
    let shown = try county.name(twins.ids[3], "先到的一面")
    let second = try evil.name(twins.ids[3], "第二次另一面")
    // The city knows of the first fork and witnesses each time what the county's own machine wrote.
    try city.take([first])
    try city.take([shown])
    try city.witness()
    // The province holds the second fork's other face before it hears of anything else.
    try province.take(evil.storage.entries(of: stream, from: 1, bytesMax: .max))
    #expect(province.name(of: twins.ids[3]) == "第二次另一面")
    try province.exchange(with: city)
    #expect(province.name(of: twins.ids[3]) == "先到的一面")
    #expect(province.storage.head(of: stream) == city.storage.head(of: stream))
    #expect(province.storage.entriesAside(of: stream).contains(second))
    #expect(Set(province.storage.forkProofs().map(\.proof.seq)) == [first.header.seq, second.header.seq])
    // The same through the file: both lie there, in whatever order the projection is made.
    let before = try Judged.state(of: province)
    var projector = Projector(context: province.context)
    try projector.rebuild(in: province.storage)
    #expect(try Judged.state(of: province) == before)
  }

  @Test("a stream forks once more, unnoticed, where both have settled an earlier fork and hold the same length")
  func onceMore() throws {
    let twins = try Twins()
    let (county, city, province) = (twins.region.county, twins.region.city, twins.region.province)
    let stream = county.context.stream(.up)
    let first = try twins.restored.name(twins.ids[2], "第一次另一面")
    try city.take([first])
    for _ in 0..<3 { try province.exchange(with: city) }
    #expect(province.storage.entriesAside(of: stream) == [first])
    let evil = try county.restored()
    try evil.take(county.storage.entries(of: stream, from: 1, bytesMax: .max))
    evil.now = county.now + 9_000
    try city.take([try county.name(twins.ids[3], "先到的一面")])
    let second = try evil.name(twins.ids[3], "第二次另一面")
    try province.take([second])
    for office in [city, province] { try office.witness() }
    for _ in 0..<2 { try province.exchange(with: city) }
    for office in [city, province] {
      #expect(office.name(of: twins.ids[3]) == "先到的一面")
      #expect(Set(office.storage.entriesAside(of: stream)) == [first, second])
    }
    #expect(province.storage.head(of: stream) == city.storage.head(of: stream))
    // What is kept is not asked for again.
    #expect(try !province.exchange(with: city).carried.contains(stream))
  }

  @Test("the witnessed branch comes piece by piece: it is held once the witnessed head has come")
  func pieces() throws {
    let region = try Judged()
    let (county, city, province) = (region.county, region.city, region.province)
    let machine = try county.restored()
    for head in county.storage.heads() { try machine.takeAll(county.pieces(of: head.stream)) }
    let id = county.newID()
    let other = try county.name(id, "另一面")
    machine.now += 5_000
    let branch = try ["先到的一面", "改一次", "改两次"].map { try machine.name(id, $0) }
    for entry in branch { try city.take([entry]) }
    try city.witness()
    try province.take([other])
    try province.take([branch[0]])
    for head in city.storage.heads() where head.stream.author == city.context.key {
      try province.takeAll(city.pieces(of: head.stream))
    }
    try province.take([branch[1]])
    #expect(province.storage.head(of: other.header.stream)?.hash == other.hash(using: Ed25519Suite()))
    try province.take([branch[2]])
    #expect(province.name(of: id) == "改两次")
    #expect(province.storage.head(of: other.header.stream) == city.storage.head(of: other.header.stream))
  }

  @Test("a superior that shows two faces is found out where two reports meet")
  func twoFaces() throws {
    let province = try Replica.root("13")
    let city = try province.subordinate("1305", salt: 1)
    try province.meet(city)
    let east = try city.subordinate("130526", salt: 2)
    let west = try city.subordinate("130527", salt: 3)
    let evil = try city.restored()
    for head in city.storage.heads() { try evil.take(city.storage.entries(of: head.stream, from: 1, bytesMax: .max)) }
    try city.name(city.newID(), "甲面", for: .down)
    try evil.name(evil.newID(), "乙面", for: .down)
    try city.send(to: east)
    try evil.send(to: west)
    try east.witness()
    try west.witness()
    // Each reports upwards what it was shown; the city passes the reports on, as it cannot alter them.
    for report in [east, west] {
      try province.take(
        city.storage.entries(of: city.context.stream(.subtree(report.context.office)), from: 1, bytesMax: .max))
      try province.take(report.storage.entries(of: report.context.stream(.up), from: 1, bytesMax: .max))
    }
    #expect(province.storage.forkProofs().isEmpty)
    try province.take(city.storage.entries(of: city.context.stream(.down), from: 1, bytesMax: .max))
    #expect(province.storage.forkProofs().map(\.proof.stream.author) == [city.context.key])
  }
}
