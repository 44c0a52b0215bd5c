import Casebook
import Replication

/// Keys that are taken out of office, and keys that follow each other.
extension Simulator {
  func scheduleKeyEvents() {
    for _ in 0..<options.revocations {
      let office = 1 + random.below(offices.count - 1)
      queue.schedule(.revoke(office: office), at: now + time(within: options.safetyMilliseconds))
    }
    for _ in 0..<options.rotations {
      let office = 1 + random.below(offices.count - 1)
      queue.schedule(.rotate(office: office), at: now + time(within: options.safetyMilliseconds))
    }
  }

  /// An ancestor revokes the office's present key; the superior charters the next one.
  func revoke(_ office: SimulatedOffice) throws {
    let above = ancestors(of: office).filter { $0.isUp && !$0.isHostile }
    guard office.isEnrolled, let issuer = random.pick(above), try !issuer.isBehind() else { return }
    try guarded(issuer.index, .keys) {
      let context = try issuer.running()
      guard context.tree.seat(office.code)?.key == office.key, !context.tree.isRevoked(office.key) else { return }
      let isRetired = random.chance(500)
      let wall = issuer.clock.reading(at: now)
      let revocation = try issuer.disk.read { storage in
        var cuts = try storage.heads().filter { $0.stream.author == office.key }
        // Whoever suspects the last days cuts earlier on purpose.
        if !isRetired, random.chance(500) { cuts = try earlier(cuts, in: storage) }
        return Revocation(
          office: office.code, key: office.key, reason: isRetired ? .retired : .compromised,
          position: try storage.entryCount(), cuts: cuts, text: "simulated")
      }
      note(issuer, try issuer.record([.revocation(revocation)], for: .subtree(office.code), at: wall))
      log("\(issuer.code) revokes the key of \(office.code): \(revocation.reason)")
      statistics.revocations += 1
    }
    try offerKeyIfRevoked(office)
  }

  func offerKeyIfRevoked(_ office: SimulatedOffice) throws {
    if try isRevokedAbove(office) { try offerKey(office, isIntroduced: false) }
  }

  private func earlier(_ cuts: [StreamHead], in storage: any ReplicaStorage) throws -> [StreamHead] {
    try cuts.compactMap { cut in
      // What it signed for its subordinates' offices stays: nobody would re-charter a district on a suspicion.
      if case .subtree = cut.stream.audience { return cut }
      let seq = UInt64(random.below(Int(cut.seq) + 1))
      guard seq > 0, let entry = try storage.entries(of: cut.stream, from: seq, bytesMax: 1).first else { return nil }
      return StreamHead(stream: cut.stream, seq: seq, hash: entry.hash(in: suites))
    }
  }

  private func isRevokedAbove(_ office: SimulatedOffice) throws -> Bool {
    let key = office.key
    for office in ancestors(of: office) where office.isUp {
      if try office.running().tree.isRevoked(key) { return true }
    }
    return false
  }

  /// The present key introduces the next one, and the superior charters it, in either order.
  func rotate(_ office: SimulatedOffice) throws {
    guard office.isUp, office.nextSigner == nil, try !office.isBehind() else { return }
    _ = try office.prepareKey(drawSuite())
    statistics.rotations += 1
    try introduceNext(office)
    try offerKey(office, isIntroduced: true)
  }

  private func introduceNext(_ office: SimulatedOffice) throws {
    guard office.isUp, let next = office.nextSigner, try !office.isBehind() else { return }
    try guarded(office.index, .keys) {
      let (context, facts) = (try office.running(), try office.disk.read { try $0.facts() })
      let isIntroduced = facts.contains {
        if case .introduction(let known) = $0.change { known.signingKey == next.publicKey } else { false }
      }
      if isIntroduced || context.tree.isRevoked(office.key) { return }
      let introduction = KeyIntroduction(
        office: office.code, signingKey: next.publicKey, transportKey: transportKey(of: office))
      note(office, try office.record([.introduction(introduction)], for: .down, at: office.clock.reading(at: now)))
      log("\(office.code) introduces its next key")
    }
  }

  /// Plans the superior's charter for the next key.
  private func offerKey(_ office: SimulatedOffice, isIntroduced: Bool) throws {
    if office.nextSigner == nil { _ = try office.prepareKey(drawSuite()) }
    queue.schedule(.charterNext(office: office.index), at: now + time(within: isIntroduced ? 1_800_000 : 3_600_000))
  }

  /// The superior charters the next key, and is asked again until the office has taken it into use.
  func charterNext(_ office: SimulatedOffice) throws {
    guard let next = office.nextSigner, let superior = office.superior.map({ offices[$0] }) else { return }
    queue.schedule(.charterNext(office: office.index), at: now + (isHealed ? 300_000 : 600_000))
    try introduceNext(office)
    guard superior.isUp, try !superior.isBehind(), let seat = try superior.running().tree.seat(office.code) else {
      return
    }
    try guarded(superior.index, .keys) {
      let known = try superior.disk.read { try $0.charters() }
      if known.contains(where: { $0.charter.signingKey == next.publicKey }) { return }
      let wall = superior.clock.reading(at: now)
      var charter = seat.charter
      charter.signingKey = next.publicKey
      charter.from = wall
      note(superior, try superior.record([.charter(charter)], for: .subtree(office.code), at: wall))
      log("\(superior.code) charters the next key of \(office.code)")
    }
  }

  /// An ancestor lets quarantined work stand after all.
  func ratify(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let context = try office.running()
    let held = try office.disk.read { try $0.heldChanges() }.filter { held in
      held.index < 0 && held.reason == .quarantined
        && context.tree.office(of: held.stream.author).map { context.tree.isSuperior(office.code, of: $0) } ?? false
    }
    guard let chosen = random.pick(held), let audience = context.tree.audience(ofFactsAbout: chosen.stream),
      let entry = try office.disk.read({ try $0.entries(of: chosen.stream, from: chosen.seq, bytesMax: 1).first })
    else { return [] }
    log("\(office.code) ratifies \(chosen.seq) of \(name(chosen.stream))")
    let ratification = Ratification(
      stream: chosen.stream, first: chosen.seq, last: chosen.seq, hash: entry.hash(in: suites))
    return try office.record([.ratification(ratification)], for: audience, at: wall)
  }

  func ancestors(of office: SimulatedOffice) -> [SimulatedOffice] {
    var found: [SimulatedOffice] = []
    var next = office.superior
    while let index = next {
      found.append(offices[index])
      next = offices[index].superior
    }
    return found
  }

  func transportKey(of office: SimulatedOffice) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: office.index), count: Self.transportKeyBytes)
  }
}
