import Replication

/// Entries handed over that were lost with disks: in dossiers alone, or said again since.
extension DossierBook {
  /// Entries of offices at or below a neighbour that this office handed over, and that neither side of the session with it
  /// holds: their authors alone can record them again. Each is handed back to its author once; what is beyond
  /// `dossiersMax` follows with the next session.
  func returned(through peer: OfficeCode) throws -> [Owed] {
    var lost: [Digest: (author: OfficeCode, entry: Entry)] = [:]
    for entry in try DossierLedger.missing(in: storage) {
      let key = entry.header.stream.author
      guard let author = context.tree.office(of: key), !context.tree.isRevoked(key),
        context.tree.isSuperior(context.office, of: author), author == peer || context.tree.isSuperior(peer, of: author),
        let suite = context.suites[entry.header.suite], try !isSaidAgain(entry)
      else { continue }
      lost[entry.hash(using: suite)] = (author, entry)
    }
    var given: [RecordID: Set<Digest>] = [:]
    for (file, target, one) in try told(of: Set(lost.keys)) {
      if lost[one.hash]?.author == target, !one.isWithdrawn { lost[one.hash] = nil }
      given[file, default: []].insert(one.hash)
    }
    var returned: [Owed] = []
    for (file, hashes) in given.sorted(by: { $0.key < $1.key }) {
      // A subject's entry may have been handed over with several files: the first takes it back.
      let entries = hashes.compactMap { lost.removeValue(forKey: $0) }
      for (author, own) in Dictionary(grouping: entries, by: \.author).sorted(by: { $0.key < $1.key }) {
        let items = own.map(\.entry).sorted { $0.header.stamp < $1.header.stamp }
          .map { Handed(entry: $0, isAgain: true) }
        returned += try dossiers(of: file, Debt(target: author, items: items), at: nil)
      }
    }
    return Array(returned.prefix(Self.dossiersMax))
  }

  /// Marks the files of what is lost and said again: an entry that holds a subject alone touches no file.
  func markSaidAgain() throws {
    let again = try DossierLedger.missing(in: storage).filter(isSaidAgain).compactMap { entry in
      context.suites[entry.header.suite].map { entry.hash(using: $0) }
    }
    for file in Set(try told(of: Set(again)).map(\.file)).sorted() { try mark(file, context.file(file, in: storage)) }
  }

  /// With which files, and to whom, entries were handed over.
  private func told(
    of hashes: Set<Digest>
  ) throws -> [(file: RecordID, target: OfficeCode, one: DossierLedger.Told)] {
    if hashes.isEmpty { return [] }
    return try DossierLedger.toldFiles(in: storage).sorted().flatMap { file in
      try DossierLedger.targets(of: file, in: storage).flatMap { target in
        try DossierLedger.told(of: file, to: target, in: storage).values
          .filter { hashes.contains($0.hash) }.map { (file, target, $0) }
      }
    }
  }

  /// Whether an entry handed over is held no more, and what it says is; one that just came back is still among the missing.
  func isLostAndSaidAgain(_ told: DossierLedger.Told) throws -> Bool {
    guard context.hasMissing, let missing = try DossierLedger.missing(told.hash, in: storage) else { return false }
    let head = StreamHead(stream: told.stream, seq: told.seq, hash: told.hash)
    return try context.place(of: head, in: storage) == .nowhere && isSaidAgain(missing.entry)
  }

  /// Whether the office that signed an entry, which is not held, said all of it again in entries that count here: each act
  /// as it was, each field in a later write. Who signs is of no matter: were the key a thief's, what it said would go into
  /// quarantine with its revocation, where a superior may ratify it.
  func isSaidAgain(_ entry: Entry) throws -> Bool {
    guard let office = context.tree.office(of: entry.header.stream.author), let changes = try? entry.changes() else {
      return false
    }
    return try changes.allSatisfy { change in
      switch change {
      case .act(let act):
        guard let kept = try storage.act(act.id, of: act.file) else { return false }
        return kept.change == act && context.tree.office(of: kept.stream.author) == office
      case .record(let write):
        let row = try storage.row(write.type, write.id)
        return write.fields.allSatisfy { field in
          let state = row?.fields[field.number]
          return ((state?.versions ?? []) + (state?.replaced ?? [])).contains { version in
            version.stamp.time > entry.header.stamp
              && context.tree.office(ofShortAuthor: version.stamp.author) == office
          }
        }
      default: return false
      }
    }
  }
}
