import Casebook
import Replication
import SignatureSuites
import Testing

/// Work of this office on a branch that does not stand: recorded again, once, whoever's branch was held meanwhile.
@Suite("Lost branches")
struct BranchRecoveryTests {
  /// A county restored from a backup: the city holds `before`, written after the backup; the machine has written
  /// `after` at the same position.
  private struct Scene {
    let region: Judged
    let machine: Replica
    let before: Entry
    let after: Entry
    let ids: [RecordID]

    init() throws {
      region = try Judged()
      let county = region.county
      machine = try county.restored()
      for head in county.storage.heads() { try machine.takeAll(county.pieces(of: head.stream)) }
      ids = (0..<2).map { _ in county.newID() }
      before = try county.name(ids[0], "恢复前")
      try region.city.meet(county)
      machine.now += 5_000
      after = try machine.name(ids[1], "恢复后")
    }

    /// Names recorded in streams other than the forked one.
    func recordedAgain() throws -> [RecordID] {
      try machine.storage.heads().filter { $0.stream != before.header.stream && $0.stream.audience == .up }
        .flatMap { machine.storage.entries(of: $0.stream, from: 1, bytesMax: .max) }
        .flatMap { try $0.changes() }
        .compactMap { if case .record(let write) = $0 { write.id } else { nil } }
    }
  }

  @Test("the held branch changes back and forth: each branch is recorded again, and only once")
  func backAndForth() throws {
    let scene = try Scene()
    let stream = scene.before.header.stream
    _ = try scene.machine.admitInSession(.whole(stream, [scene.before.encoded]))
    #expect(try scene.recordedAgain() == [scene.ids[1]])
    // Another holder had received the branch that went aside.
    _ = try scene.machine.admitInSession(.whole(stream, [scene.after.encoded]))
    #expect(try scene.recordedAgain() == scene.ids.reversed())
    _ = try scene.machine.admitInSession(.whole(stream, [scene.before.encoded]))
    #expect(try scene.recordedAgain().count == 2)
    #expect(scene.ids.map { scene.machine.name(of: $0) } == ["恢复前", "恢复后"])
    #expect(scene.machine.context.incarnation == 2)
  }

  private enum Change {
    case introduced, revoked
  }

  /// The city charters the next key of the county, and the machine takes it into use before it hears of the fork.
  private func changeKey(_ scene: Scene, _ way: Change) throws -> SoftwareSigner {
    let (machine, city) = (scene.machine, scene.region.city)
    let office = machine.context.office
    let next = try SoftwareSigner.generate(suite: .ed25519)
    let transport = [UInt8](repeating: 9, count: 32)
    // Receipts decide which branch stands.
    try city.witness()
    switch way {
    case .introduced:
      let introduction = try machine.write([
        .introduction(KeyIntroduction(office: office, signingKey: next.publicKey, transportKey: transport))
      ], for: .down)
      try city.take([introduction])
    case .revoked:
      let heads = city.storage.heads().filter { $0.stream.author == machine.context.key }
      try city.write([
        .revocation(
          Revocation(
            office: office, key: machine.context.key, reason: .retired, position: city.storage.entryCount(),
            cuts: heads, text: "更换机器"))
      ], for: .subtree(office))
    }
    try city.write([
      .charter(
        Charter(
          office: office, name: office.text, parent: city.context.office, signingKey: next.publicKey,
          transportKey: transport, powers: [], from: 0, until: nil))
    ], for: .subtree(office))
    for audience in [Audience.subtree(office), .office(office)] {
      try machine.takeAll(city.pieces(of: city.context.stream(audience)))
    }
    let key = next.publicKey.fingerprint(using: Ed25519Suite())
    #expect(machine.context.tree.seat(office)?.key == key)
    machine.context.key = key
    return next
  }

  /// The city's branch comes, and what is owed is recorded again.
  private func settle(_ scene: Scene, signer: SoftwareSigner) throws -> Int? {
    let machine = scene.machine
    try machine.take([scene.before])
    #expect(machine.storage.entriesAside(of: scene.before.header.stream) == [scene.after])
    let settled = try BranchRecovery.settle(
      machine.context, signer: signer, isBehind: false, at: machine.now + 60_000, in: machine.storage)
    if let settled { machine.context = settled.context }
    return settled?.count
  }

  @Test("the key was changed meanwhile: what the former key signed is recorded again with the present one")
  func formerKey() throws {
    let scene = try Scene()
    let machine = scene.machine
    #expect(try settle(scene, signer: try changeKey(scene, .introduced)) == 1)
    #expect(scene.ids.map { machine.name(of: $0) } == ["恢复前", "恢复后"])
    let again = machine.storage.entries(of: machine.context.stream(.up), from: 1, bytesMax: .max)
    #expect(again.count == 1 && machine.context.incarnation == 1)
  }

  @Test("the machine may lack entries of its present key too: it goes on in a new incarnation; without a charter it waits")
  func formerKeyBehind() throws {
    let scene = try Scene()
    let machine = scene.machine
    let signer = try changeKey(scene, .introduced)
    let key = machine.context.key
    machine.context.key = try SoftwareSigner.generate(suite: .ed25519).publicKey.fingerprint(using: Ed25519Suite())
    #expect(try settle(scene, signer: signer) == nil)
    machine.context.key = key
    let settled = try BranchRecovery.settle(
      machine.context, signer: signer, isBehind: true, at: machine.now + 60_000, in: machine.storage)
    #expect(settled?.count == 1 && settled?.context.incarnation == 2)
  }

  @Test("a revoked key: what it signed on the other branch stays aside as evidence, no other key signs it again")
  func revokedKey() throws {
    let scene = try Scene()
    #expect(try settle(scene, signer: try changeKey(scene, .revoked)) == nil)
    #expect(scene.ids.map { scene.machine.name(of: $0) } == ["恢复前", nil])
  }

  @Test("a root's lost branch that a hub keeps aside, with equal heads and the proof: the root asks for it, so often", arguments: 0..<8)
  func keptAside(_ attempt: Int) throws {
    let province = try Replica.root("13")
    let city = try province.subordinate("1305", salt: 1)
    try province.meet(city)
    let machine = try province.restored()
    for head in province.storage.heads() { try machine.takeAll(province.pieces(of: head.stream)) }
    let (lost, kept) = (province.newID(), province.newID())
    let before = try province.name(lost, "恢复前\(attempt)", for: .down)
    machine.now += 5_000
    let after = try machine.name(kept, "恢复后\(attempt)", for: .down)
    // Elsewhere the city was shown what the root has lost; which branch it holds depends on their hashes.
    try city.take([after])
    try city.take([before])
    try #require(city.storage.forkProofs().count == 1)
    let isAside = city.storage.head(of: after.header.stream)?.hash == after.hash(using: Ed25519Suite())
    // So that there is something to exchange, and the proof goes with it.
    try city.name(city.newID(), "其他")
    for _ in 0..<4 { try city.exchange(with: machine) }
    let names = [machine, city].map { [$0.name(of: lost), $0.name(of: kept)] }
    #expect(names == Array(repeating: ["恢复前\(attempt)", "恢复后\(attempt)"], count: 2), "\(isAside)")
    #expect(try LackedBranches(context: machine.context, sharedWith: city.context.office, in: machine.storage).streams.isEmpty)
    if isAside { #expect(machine.context.incarnation == 2) }
  }

  /// The city knows by a proof alone that its district's stream forked.
  private func knownByProofAlone(_ scene: Scene) throws {
    let proof = try #require(ForkProof(ForkProof.Face(scene.before), ForkProof.Face(scene.after)))
    try scene.region.province.write([.forkProof(proof)], for: .subtree(scene.region.city.context.office))
    try scene.region.province.meet(scene.region.city)
  }

  @Test("a branch that nobody has is asked for in four sessions with each who may hold it, and of nobody else")
  func nobodyHas() throws {
    let scene = try Scene()
    let (machine, city, province) = (scene.machine, scene.region.city, scene.region.province)
    try knownByProofAlone(scene)
    func lacked(of peer: Replica) throws -> LackedBranches {
      try LackedBranches(context: city.context, sharedWith: peer.context.office, in: city.storage)
    }
    for asked in 0..<6 {
      #expect(try lacked(of: machine).streams == [scene.before.header.stream])
      #expect(try lacked(of: machine).isOwed(in: city.storage) == (asked < Int(LackedBranches.asksMax)))
      try lacked(of: machine).noteAsked(in: city.storage)
      #expect(try lacked(of: province).isOwed(in: city.storage))
    }
    // A district beside may not hold the stream.
    let beside = try city.subordinate("130581", salt: 9)
    #expect(try lacked(of: beside).streams.isEmpty && !lacked(of: beside).isOwed(in: city.storage))
    // Once it is held there is nothing left to ask for.
    try city.take([scene.after])
    #expect(try lacked(of: province).streams.isEmpty && !lacked(of: province).isOwed(in: city.storage))
  }

  @Test("asking for a branch that nobody has carries no entry of the stream, however long it is")
  func asksForLittle() throws {
    let scene = try Scene()
    let (city, province) = (scene.region.city, scene.region.province)
    for _ in 0..<4 { try city.exchange(with: province) }
    try knownByProofAlone(scene)
    let stream = scene.before.header.stream
    for round in 0..<6 {
      // Something else to exchange, so that the session is none of those that ask for the branch alone.
      try province.name(province.newID(), "另一件\(round)", for: .subtree(city.context.office))
      let side = try city.exchange(with: province)
      #expect(side.carried.allSatisfy { $0 != stream }, "\(round)")
      #expect(side.hasWanted == (round < Int(LackedBranches.asksMax)), "\(round)")
    }
  }

  @Test("a key that forks many streams keeps no other's from being asked for")
  func manyForks() throws {
    let scene = try Scene()
    let (city, province) = (scene.region.city, scene.region.province)
    var proofs: [Replication.Change] = []
    for incarnation in 2..<(2 + UInt64(LackedBranches.streamsMax)) {
      let stream = StreamID(author: scene.machine.context.key, incarnation: incarnation, audience: .up)
      let faces = try [scene.before, scene.after].map { entry in
        var header = entry.header
        (header.stream, header.seq, header.previous) = (stream, 1, .zero)
        return try Entry(header: header, payload: entry.payload, signer: scene.machine.signer)
      }
      try city.take([faces[0]])
      proofs.append(.forkProof(try #require(ForkProof(ForkProof.Face(faces[0]), ForkProof.Face(faces[1])))))
    }
    try province.write(proofs, for: .subtree(city.context.office))
    try knownByProofAlone(scene)
    let lacked = try LackedBranches(context: city.context, sharedWith: province.context.office, in: city.storage)
    #expect(lacked.streams.count == LackedBranches.streamsPerKeyMax)
  }

  @Test("what lies aside is shown a branch at a time, whole in pieces of any size, and each piece is a chain")
  func shownAside() throws {
    let scene = try Scene()
    let (machine, city) = (scene.machine, scene.region.city)
    let stream = scene.before.header.stream
    // A second machine set back to the same state: three branches of one key, the city's held and two aside.
    let other = try machine.restored()
    for head in machine.storage.heads() {
      try other.takeAll(machine.pieces(of: head.stream).filter { $0 != [scene.after] })
    }
    other.now += 90_000
    let branches = [
      [scene.after] + (try (0..<2).map { try machine.name(machine.newID(), "一支\($0)") }),
      try (0..<3).map { try other.name(other.newID(), "又一支\($0)") },
    ]
    try city.witness()
    for branch in branches { try city.take(branch) }
    let aside = Set(branches.flatMap { $0 })
    #expect(Set(city.storage.entriesAside(of: stream)) == aside && city.storage.forkProofs().count >= 1)
    for bytesMax in [1, 400, .max] {
      var shown: [Entry] = []
      while true {
        let piece = try city.context.entriesAside(of: stream, after: shown.count, bytesMax: bytesMax, in: city.storage)
        if piece.isEmpty { break }
        for (entry, next) in zip(piece, piece.dropFirst()) {
          #expect(next.header.previous == entry.hash(using: Ed25519Suite()))
        }
        #expect(piece.count == 1 || piece.reduce(0) { $0 + EntryRun.bytes(of: $1) } <= bytesMax)
        shown += piece
      }
      #expect(shown.count == aside.count && Set(shown) == aside)
    }
  }

  @Test("a restored root whose later branch stands is given its earlier one back, and records it again", arguments: 0..<16)
  func root(_ attempt: Int) throws {
    // Which of the root's branches stands depends on the hashes of their headers, and who asks first on their lengths.
    let province = try Replica.root("13")
    let city = try province.subordinate("1305", salt: 1)
    try province.meet(city)
    let machine = try province.restored()
    for head in province.storage.heads() { try machine.takeAll(province.pieces(of: head.stream)) }
    let ids = (0..<5).map { _ in province.newID() }
    for id in ids[..<3] { try province.name(id, "恢复前\(attempt)", for: .office(city.context.office)) }
    try province.meet(city)
    machine.now += 5_000
    let later = ids[3...(attempt.isMultiple(of: 2) ? 3 : 4)]
    for id in later { try machine.name(id, "恢复后\(attempt)", for: .office(city.context.office)) }
    for _ in 0..<3 {
      if attempt % 4 < 2 { try city.exchange(with: machine) } else { try machine.exchange(with: city) }
    }
    for replica in [machine, city] {
      for id in ids[..<3] { #expect(replica.name(of: id) == "恢复前\(attempt)") }
      for id in later { #expect(replica.name(of: id) == "恢复后\(attempt)") }
    }
  }

  @Test(
    "a root set back behind a revocation and the charter after it charters a further key before it meets anybody: what the key between signed is taken",
    arguments: 0..<8)
  func keyBetween(_ attempt: Int) throws {
    // Which of the root's branches stands depends on the hashes of their headers.
    let province = try Replica.root("13")
    let city = try province.subordinate("1305", salt: 1)
    let office = city.context.office
    try province.meet(city)
    let machine = try province.restored()
    for head in province.storage.heads() { try machine.takeAll(province.pieces(of: head.stream)) }
    let signers = try (0..<2).map { _ in try SoftwareSigner.generate(suite: .ed25519) }
    func charter(_ signer: SoftwareSigner, by root: Replica) throws -> Entry {
      try root.write([
        .charter(
          Charter(
            office: office, name: "恢复\(attempt)", parent: root.context.office, signingKey: signer.publicKey,
            transportKey: [UInt8](repeating: 9, count: 32), powers: [], from: root.now, until: nil))
      ], for: .subtree(office))
    }
    let lost = [
      try province.write([
        .revocation(
          Revocation(
            office: office, key: city.context.key, reason: .retired, position: province.storage.entryCount(), cuts: [],
            text: "机器损坏"))
      ], for: .subtree(office)),
      try charter(signers[0], by: province),
    ]
    try city.take(lost)
    city.signer = signers[0]
    city.context.sign(with: signers[0].publicKey)
    let (key, id) = (city.context.key, city.newID())
    let work = try city.name(id, "其间")
    machine.now += 60_000
    let further = try charter(signers[1], by: machine)

    // The branches meet at both; then the root's next incarnation comes.
    _ = try machine.admitInSession(.whole(further.header.stream, lost.map(\.encoded)))
    try city.take([further])
    for head in machine.storage.heads() where head.stream.incarnation > 1 {
      try city.takeAll(machine.pieces(of: head.stream))
    }
    #expect(try machine.take([work])?.stored == 1)
    for replica in [machine, city] {
      #expect(replica.name(of: id) == "其间")
      #expect(replica.context.tree.office(of: key) == office && !replica.context.tree.isRevoked(key))
    }
    #expect(machine.context.incarnation == 2 && machine.context.tree == city.context.tree)
  }
}
