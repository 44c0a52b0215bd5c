import Replication

/// A dossier that came whole, to be looked at when the transaction's other entries are projected.
struct ReceivedDossier {
  let dossier: Dossier
  let stream: StreamID
  let seq: UInt64
  let stamp: HybridTimestamp
}

/// Dossiers: entries of streams that this office may not hold, verified one by one and projected under their authors.
extension Projector {
  mutating func project(_ piece: DossierPiece, of entry: Entry, in storage: any ReplicaStorage) throws {
    let (stream, seq) = (entry.header.stream, entry.header.seq)
    switch assemblers[stream, default: DossierAssembler()].add(piece) {
    case .incomplete: return
    case .complete(let dossier):
      dossiers.append(ReceivedDossier(dossier: dossier, stream: stream, seq: seq, stamp: entry.header.stamp))
      // What was taken in has to go again.
      if !isRebuilding, recipient(of: stream) != nil,
        try dossier.withdrawn.contains(where: { try DossierLedger.isTaken($0, in: storage) })
      {
        mustRebuild = true
      }
    case .broken, .unreadable: try refuseDossier(stream, seq, in: storage)
    }
    assemblers[stream] = nil
  }

  /// Runs when every charter of the transaction is admitted: an office with a seat here needs nobody's word, and what
  /// this office may read itself it takes from its own stream.
  mutating func projectDossiers(in storage: any ReplicaStorage) throws {
    let received = dossiers.sorted { ($0.stamp, $0.stream, $0.seq) < ($1.stamp, $1.stream, $1.seq) }
    dossiers = []
    var counting: [ReceivedDossier] = []
    for item in received {
      guard let target = recipient(of: item.stream) else {
        try refuseDossier(item.stream, item.seq, in: storage)
        continue
      }
      for hash in item.dossier.withdrawn { try DossierLedger.withdraw(hash, at: item.stamp, in: storage) }
      if context.tree.office(of: item.stream.author) == context.office {
        try DossierBook.notePublished(item.dossier, at: item.stamp, to: target, context, in: storage)
        context.hasDossiers = true
      }
      touchedFiles.insert(item.dossier.file)
      counting.append(item)
    }
    var handed: [(entry: Entry, changes: [Change])] = []
    for item in counting where try !take(item, to: &handed, in: storage) {
      try refuseDossier(item.stream, item.seq, in: storage)
    }
    // Everything is gone through again then.
    if mustRebuild { return }
    // A dossier may state another time than one before it did: all are heard first.
    for (entry, changes) in handed {
      let clamp = try noteTime(of: entry, in: storage)
      for change in changes { _ = try project(change, of: entry, clamp: clamp, in: storage) }
    }
  }

  /// Admits the guests of a dossier and notes what it states of its entries.
  /// - Parameter handed: gets the entries that are to be projected.
  /// - Returns: whether every guest was admitted and every entry is its author's. Those that are count, whatever the
  ///   others are.
  private mutating func take(
    _ received: ReceivedDossier, to handed: inout [(entry: Entry, changes: [Change])], in storage: any ReplicaStorage
  ) throws -> Bool {
    guard let issuer = context.tree.office(of: received.stream.author) else { return false }
    var isWhole = true
    for guest in received.dossier.guests {
      let before = context.tree.guest(guest.office)
      guard context.tree.admit(guest, from: issuer, suites: context.suites) else {
        isWhole = false
        continue
      }
      guard let known = context.tree.guest(guest.office) else { continue }
      try DossierLedger.keep(known, in: storage)
      if known != before { hasTouchedGuests = true }
    }
    for item in received.dossier.items {
      guard let checked = try? DossierEntry(item.entry, of: received.dossier.file, in: context),
        let suite = context.suites[checked.entry.header.suite]
      else {
        isWhole = false
        continue
      }
      let entry = checked.entry
      let hash = entry.hash(using: suite)
      let isWithdrawn = try DossierLedger.isWithdrawn(hash, from: received.stamp, in: storage)
      // A superior may hand this office's own entries back to it.
      if issuer == context.office || context.isOwn(entry.header.stream.author), !isWithdrawn {
        try noteLost(entry, hash, of: received, in: storage)
      }
      // Content goes where the dossier goes.
      for case .record(let write) in checked.changes where !isWithdrawn {
        try AttachmentLedger.note(write, in: received.stream, storage)
      }
      if isWithdrawn || context.tree.mayRead(context.office, entry.header.stream) { continue }
      try DossierLedger.noteTaken(hash, in: storage)
      try note(item, of: entry, from: issuer, at: received.stamp, in: storage)
      handed.append((entry, checked.changes))
    }
    return isWhole
  }

  /// Notes what this office, set back to an earlier state, finds in a dossier and does not hold any more. An own entry
  /// that nobody else may hold is recorded again. Any other may be held elsewhere, and comes back at its own place; what
  /// does not is looked at when a neighbour was asked (`BranchRecovery.settleMissing`).
  private mutating func noteLost(
    _ entry: Entry, _ hash: Digest, of received: ReceivedDossier, in storage: any ReplicaStorage
  ) throws {
    let (stream, seq) = (entry.header.stream, entry.header.seq)
    if context.isForNobodyElse(stream) {
      guard context.recovers(stream.author), try context.hash(of: stream, at: seq, in: storage) != hash,
        try !BranchRecovery.isRecordedAgain(hash, in: storage)
      else { return }
      try DossierLedger.noteLost(entry, hash, in: storage)
    } else if context.tree.mayRead(context.office, stream),
      try context.place(of: StreamHead(stream: stream, seq: seq, hash: hash), in: storage) == .nowhere
    {
      try DossierLedger.noteMissing(entry, hash, at: received.stamp, in: storage)
      context.hasMissing = true
    }
  }

  /// Keeps what receipts prove of an entry. Where the one that clamped it came not to count, what was ordered by it is
  /// ordered anew.
  private mutating func note(
    _ item: Dossier.Item, of entry: Entry, from issuer: OfficeCode, at stamp: HybridTimestamp,
    in storage: any ReplicaStorage
  ) throws {
    let (stream, seq) = (entry.header.stream, entry.header.seq)
    let before = try DossierLedger.proven(stream, seq, in: storage)?.clamp
    let stated = DossierLedger.Proven(claimed: entry.header.stamp.milliseconds, from: item.from, until: item.until)
    try DossierLedger.state(stated, by: issuer, at: stamp, of: stream, seq, in: storage)
    guard !isRebuilding, let before else { return }
    let now = try DossierLedger.proven(stream, seq, in: storage)?.clamp
    if now.map({ $0 > before }) ?? true { mustRebuild = true }
  }

  /// What the dossiers prove of an entry, as receipts would where its stream is held.
  /// - Returns: the clamp of its stamp.
  private mutating func noteTime(of entry: Entry, in storage: any ReplicaStorage) throws -> HybridTimestamp? {
    let proven = try DossierLedger.proven(entry.header.stream, entry.header.seq, in: storage)
    let clamp = proven?.clamp
    if let clamp { try keep(clamp, of: entry, in: storage) }
    // Of an act that is kept already; one to come is noted with it.
    lastDoubt = proven?.doubt
    try note(lastDoubt, of: entry, in: storage)
    return clamp
  }

  /// Whom the dossiers of a stream are for; `nil` where its author is not above that office.
  private func recipient(of stream: StreamID) -> OfficeCode? {
    guard case .office(let target) = stream.audience, let issuer = context.tree.office(of: stream.author),
      context.tree.isSuperior(issuer, of: target)
    else { return nil }
    return target
  }

  /// A charter came: what was refused for want of it is looked at again.
  mutating func retryDossiers(in storage: any ReplicaStorage) throws {
    for held in try storage.heldChanges() where held.reason == .dossierRefused {
      guard let last = try storage.entries(of: held.stream, from: held.seq, bytesMax: 1).first,
        last.header.seq == held.seq
      else { continue }
      try storage.remove(held)
      var assembler = DossierAssembler()
      var isBroken = false
      let parts = UInt64(last.header.part?.index ?? 1)
      for seq in (held.seq - min(held.seq, parts) + 1)...held.seq {
        guard let entry = try storage.entries(of: held.stream, from: seq, bytesMax: 1).first else { continue }
        for case .dossier(let piece) in (try? entry.changes()) ?? [] {
          switch assembler.add(piece) {
          case .incomplete: continue
          case .complete(let dossier):
            dossiers.append(
              ReceivedDossier(dossier: dossier, stream: held.stream, seq: seq, stamp: entry.header.stamp))
          case .broken, .unreadable: isBroken = true
          }
        }
      }
      if isBroken { try storage.put(held) }
    }
  }

  private func refuseDossier(_ stream: StreamID, _ seq: UInt64, in storage: any ReplicaStorage) throws {
    try storage.put(HeldChange(stream: stream, seq: seq, index: -1, reason: .dossierRefused))
  }
}
