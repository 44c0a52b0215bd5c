import Casebook
import Replication

/// Everything is mended; now the offices must come to agree, or the run says why they do not.
extension Simulator {
  /// Time a round is given: far more than a session over a line without faults takes.
  private static let roundMilliseconds: UInt64 = 600_000

  func heal() throws {
    isHealed = true
    partitioned = []
    log("everything is healed")
    var kept = EventQueue<Event>()
    while let (time, event) = queue.popFirst() {
      switch event {
      case .enrol, .charterNext, .deliver, .hangUp, .unpack:
        kept.schedule(event, at: min(time, now + Self.roundMilliseconds / 2))
      default: break
      }
    }
    queue = kept
    for office in offices {
      office.crashPoint.disarm()
      try start(office)
    }
  }

  /// Every office calls its superior, round after round, until nobody has anything left to exchange.
  func live() throws {
    let depth = offices.map(depth(of:)).max() ?? 0
    // What is new at one end reaches the other in one round for each level, its receipts in as many again, and a late
    // enrolment adds as many.
    let roundsMax = 6 * (depth + 1) + 6
    var roundsAtRest = 0
    for round in 1...roundsMax {
      statistics.rounds = round
      idle = []
      hasWritten = false
      try ratifyCharters()
      for office in offices.dropFirst() where office.nextSigner == nil { try offerKeyIfRevoked(office) }
      for office in offices.dropFirst() { try guarded(office.index, .dial) { try dial(office) } }
      let end = now + Self.roundMilliseconds
      while let next = queue.nextTime, next < end { try step() }
      now = end
      // The hostile office may go on showing its other branch for ever.
      var isAtRest = offices.dropFirst().allSatisfy { office in
        office.isEnrolled && office.nextSigner == nil && (idle.contains(office.index) || office.isHostile)
      }
      if options.isWide, hasWritten { isAtRest = false }
      roundsAtRest = isAtRest ? roundsAtRest + 1 : 0
      if idle.count == offices.count - 1, isAtRest { return }
      // What the hostile one gave its superior in this round travels on in the next.
      if roundsAtRest > 1, round > 2 * (depth + 1) { return }
    }
    for office in offices.dropFirst()
    where !(idle.contains(office.index) || office.isHostile) || office.nextSigner != nil {
      find(
        .convergence,
        "\(office.code) and its superior have not come to rest in \(roundsMax) rounds: \(try reason(office))")
    }
  }

  /// What a hub chartered with a key that was revoked: the root lets it stand once it has asked by telephone, as a
  /// bureau would, or the offices below could hand in nothing.
  private func ratifyCharters() throws {
    let root = offices[0]
    try guarded(root.index, .ratify) {
      let held = try root.disk.read { try $0.heldChanges() }
      for change in held where change.index < 0 && change.rule != nil && !ratified.contains(change) {
        guard case .subtree = change.stream.audience, let issuer = author(of: change.stream),
          let entry = try root.disk.read({ try $0.entries(of: change.stream, from: change.seq, bytesMax: 1).first }),
          isConfirmed(entry)
        else { continue }
        ratified.insert(change)
        log("\(root.code) lets entry \(change.seq) of \(name(change.stream)) stand")
        let ratification = Ratification(
          stream: change.stream, first: change.seq, last: change.seq, hash: entry.hash(in: suites))
        // To the hub's whole subtree: who holds no charter of the addressee yet cannot hold what is addressed to it.
        let entries = try root.record(
          [.ratification(ratification)], for: .subtree(issuer.code), at: root.clock.reading(at: now))
        ledger.sign(entries, at: now, in: suites)
      }
    }
  }

  /// Whether every charter in the entry names the office that has the key.
  private func isConfirmed(_ entry: Entry) -> Bool {
    ((try? entry.changes()) ?? []).allSatisfy { change in
      guard case .charter(let charter) = change else { return true }
      return offices.contains { office in
        office.code == charter.office
          && (office.keys + [office.nextSigner?.fingerprint].compactMap { $0 })
            .contains(charter.signingKey.fingerprint(in: suites))
      }
    }
  }

  private func depth(of office: SimulatedOffice) -> Int {
    var depth = 0
    var next = office.superior
    while let index = next {
      depth += 1
      next = offices[index].superior
    }
    return depth
  }

  /// Why an office and its superior go on exchanging, or do not exchange.
  private func reason(_ office: SimulatedOffice) throws -> String {
    guard let superior = office.superior.map({ offices[$0] }) else { return "it is the root" }
    guard office.isEnrolled else { return "it was never chartered" }
    guard office.isUp, superior.isUp else { return "a machine is down" }
    if office.nextSigner != nil { return "it has not taken its next key into use" }
    if try superior.running().tree.seat(office.code) == nil { return try reasonUnknown(office, to: superior) }
    let ours = try office.sharedHeads(with: superior.code)
    let theirs = Dictionary(uniqueKeysWithValues: try superior.sharedHeads(with: office.code).map { ($0.stream, $0) })
    var differing = ours.compactMap { head -> String? in
      let other = theirs[head.stream]
      return other == head ? nil : "\(name(head.stream)) here \(head.seq) there \(other?.seq ?? 0)"
    }
    let known = Set(ours.map(\.stream))
    differing += theirs.values.filter { !known.contains($0.stream) }.sorted { $0.stream < $1.stream }
      .map { "\(name($0.stream)) here 0 there \($0.seq)" }
    let trouble = lastTrouble[office.index].map { "; last session: \($0)" } ?? ""
    return differing.prefix(4).joined(separator: ", ") + (differing.isEmpty ? "their heads are equal" : "") + trouble
  }

  /// Why a superior holds no charter of an office that counts.
  private func reasonUnknown(_ office: SimulatedOffice, to superior: SimulatedOffice) throws -> String {
    let held = try superior.disk.read { try $0.heldChanges() }.first { change in
      superior.keys.contains(change.stream.author) && change.stream.audience == .subtree(office.code)
    }
    guard let held else { return "\(superior.code) holds no charter of it" }
    return "its charter in entry \(held.seq) of \(name(held.stream)) is \(held.reason.rawValue)"
      + " (\(held.rule?.rawValue ?? "")) at \(superior.code)"
  }
}
