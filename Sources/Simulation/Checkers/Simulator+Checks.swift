import Casebook
import Replication

/// Everything that must hold at the end of a run.
extension Simulator {
  func check() throws {
    let inspection = try Inspection(offices, in: suites)
    checkConvergence(inspection)
    try checkAcknowledged(inspection)
    checkScope(inspection)
    checkChains(inspection)
    try checkForks(inspection)
    try checkTwice(inspection)
    try checkClasses(inspection)
    try checkIntervals(inspection)
    try checkProjections(inspection)
    try checkDossiers(inspection)
  }

  /// Offices whose machines keep to the rules.
  var honest: [SimulatedOffice] { offices.filter { !$0.isHostile && $0.isEnrolled } }

  // MARK: Convergence

  /// Every honest office that may hold a stream holds as much of it as any other, and of a fork the same branch.
  private func checkConvergence(_ inspection: Inspection) {
    for stream in Set(inspection.holdings.flatMap { $0.map(\.stream) }).sorted() {
      // What reaches an office through the hostile one may be held back.
      let readers = honest.filter { reader in
        mayHold(reader, stream) && !ancestors(of: reader).contains { $0.isHostile }
      }
      let longest = readers.compactMap { inspection.holding(stream, at: $0.index)?.head }.max { $0.seq < $1.seq }
      guard let longest else { continue }
      for reader in readers {
        let held = inspection.holding(stream, at: reader.index)?.head
        if held != longest {
          find(.convergence, "\(reader.code) holds \(held?.seq ?? 0) of \(longest.seq) entries of \(name(stream))")
        }
      }
    }
  }

  // MARK: Durability

  /// The entry itself, or its content in a later incarnation of its office.
  private func checkAcknowledged(_ inspection: Inspection) throws {
    var contents: [Int: Set<Change>] = [:]
    let evidence = try Set(honest.flatMap { try hashesOfEvidence(at: $0) })
    for work in ledger.acknowledged where !ledger.excused.contains(work.hash) && !offices[work.office].isHostile {
      let author = offices[work.office]
      if evidence.contains(work.hash) { continue }
      for holder in [author] + ancestors(of: author) where !holder.isHostile && mayHold(holder, work.stream) {
        if inspection.has(work.hash, work.stream, work.seq, at: holder.index) { continue }
        let content = contents[holder.index] ?? inspection.contents(at: holder.index)
        contents[holder.index] = content
        if !work.changes.allSatisfy({ content.contains($0) }) {
          find(
            .acknowledged,
            "entry \(work.seq) of \(name(work.stream)), acknowledged to \(author.code), is not at \(holder.code)")
        }
      }
    }
  }

  /// The branch that does not stand of a key that was revoked meanwhile: it stays aside at its author, and is not signed
  /// again by another key.
  private func hashesOfEvidence(at office: SimulatedOffice) throws -> [Digest] {
    let tree = try office.running().tree
    return try office.disk.read { storage in
      try storage.streamsAside().filter { office.keys.contains($0.author) && tree.isRevoked($0.author) }
        .flatMap { try storage.entriesAside(of: $0).map { $0.hash(in: suites) } }
    }
  }

  // MARK: Scope

  private func checkScope(_ inspection: Inspection) {
    for office in offices where office.isEnrolled {
      for holding in inspection.holdings[office.index] where !mayHold(office, holding.stream) {
        find(.scope, "\(office.code) holds \(name(holding.stream))")
      }
    }
  }

  // MARK: Chains

  private func checkChains(_ inspection: Inspection) {
    struct Position: Hashable {
      let stream: StreamID
      let seq: UInt64
    }
    var signed: [Position: Digest] = [:]
    for office in honest {
      for holding in inspection.holdings[office.index] {
        guard let author = author(of: holding.stream) else {
          find(.chains, "\(office.code) holds a stream of nobody")
          continue
        }
        do throws(ChainFailure) {
          let head = try ChainCheck.verify(
            holding.entries, continuing: nil, of: holding.stream, by: author.publicKey(holding.stream.author),
            depth: author.isHostile ? .head : .everyLink, suites: suites)
          if head != holding.head { find(.chains, "\(office.code) records another head of \(name(holding.stream))") }
        } catch {
          find(.chains, "\(name(holding.stream)) at \(office.code): \(error.code) at \(error.seq ?? 0)")
        }
        guard !author.isHostile else { continue }
        for (index, hash) in holding.hashes.enumerated() {
          let position = Position(stream: holding.stream, seq: UInt64(index) + 1)
          if let other = signed.updateValue(hash, forKey: position), other != hash {
            find(.chains, "\(author.code) signed two entries at \(position.seq) of \(name(holding.stream))")
            break
          }
        }
      }
    }
  }

  /// A machine that was never set back signs one entry for each position.
  private func checkTwice(_ inspection: Inspection) throws {
    for office in honest {
      for entry in try office.disk.read({ storage in
        try storage.streamsAside().flatMap { try storage.entriesAside(of: $0) }
      }) {
        guard let author = author(of: entry.header.stream), !author.isHostile, !restored.contains(author.index) else {
          continue
        }
        find(.chains, "\(author.code) signed two entries at \(entry.header.seq) of \(name(entry.header.stream))")
      }
    }
  }

  // MARK: Forks

  /// Where two neighbours hold different branches of a stream, at least one of them knows.
  private func checkForks(_ inspection: Inspection) throws {
    for office in honest {
      let (aside, proven) = try office.disk.read { storage in
        (try storage.streamsAside(), Set(try storage.forkProofs().map(\.proof.stream)))
      }
      for stream in aside where !proven.contains(stream) {
        find(.forks, "\(office.code) holds two branches of \(name(stream)) and no proof")
      }
    }
    for office in honest {
      guard let superior = office.superior.map({ offices[$0] }), !superior.isHostile else { continue }
      for holding in inspection.holdings[office.index] {
        guard let other = inspection.holding(holding.stream, at: superior.index) else { continue }
        let fork = zip(holding.hashes, other.hashes).enumerated().first { $0.element.0 != $0.element.1 }
        guard let fork else { continue }
        if !office.alarms.contains(holding.stream), !superior.alarms.contains(holding.stream) {
          find(
            .forks,
            "neither \(office.code) nor \(superior.code) saw the fork at \(fork.offset + 1) of \(name(holding.stream))")
        }
      }
    }
  }

  // MARK: Intervals

  /// Whether a receipt is over a branch that its author and the receipt's issuer both lost with their disks, further on
  /// than the author has come again. Only the receipt came back, from a third, and as long as its place is empty nothing
  /// tells that it is not over what is held.
  private func isOverLost(_ head: StreamHead, _ holding: Inspection.Holding) -> Bool {
    guard let author = author(of: holding.stream), restored.contains(author.index) else { return false }
    return head.seq > UInt64(holding.hashes.count)
  }

  private func checkIntervals(_ inspection: Inspection) throws {
    let trusted = Set(honest.filter { !$0.hasWrongClock }.flatMap(\.keys))
    for office in honest {
      try office.disk.read { storage in
        let proven = Set(try storage.forkProofs().map(\.proof.stream))
        var issuers: [Digest: KeyFingerprint] = [:]
        for holding in inspection.holdings[office.index] {
          for receipt in try storage.receipts(of: holding.stream) { issuers[receipt.entry] = receipt.issuer }
        }
        for holding in inspection.holdings[office.index] {
          let receipts = try storage.receipts(of: holding.stream)
          guard receipts.allSatisfy({ trusted.contains($0.issuer) }) else { continue }
          if !proven.contains(holding.stream), receipts.contains(where: { isOverLost($0.receipt.head, holding) }) {
            continue
          }
          for (entry, hash) in zip(holding.entries, holding.hashes) {
            guard let signedAt = ledger.signedAt[hash] else { continue }
            let interval = try Witness.interval(of: holding.stream, seq: entry.header.seq, in: storage)
            let isSeenTrusted = entry.header.seen.flatMap { issuers[$0] }.map { trusted.contains($0) } ?? false
            if let from = interval.from, isSeenTrusted, from > signedAt {
              find(
                .intervals,
                "\(office.code): entry \(entry.header.seq) of \(name(holding.stream)) was signed \(from - signedAt) ms before its interval"
              )
            }
            if let until = interval.until, until < signedAt {
              find(
                .intervals,
                "\(office.code): entry \(entry.header.seq) of \(name(holding.stream)) was signed \(signedAt - until) ms after its interval"
              )
            }
          }
        }
      }
    }
  }
}
