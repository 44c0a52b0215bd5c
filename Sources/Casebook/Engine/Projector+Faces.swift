import Replication

/// Two faces of one author: what others say of an entry against the one that is held, whichever comes first.
extension Projector {
  mutating func project(_ sighting: Sighting, from entry: Entry, in storage: any ReplicaStorage) throws {
    let header = sighting.face.header
    try storage.put(sighting, by: entry.header.stream.author)
    try ContradictionLedger.noteSaid(sighting, in: entry, context: context, storage: storage)
    if try storage.head(of: header.stream)?.seq ?? 0 >= header.seq {
      try compare(sighting, in: storage)
    } else {
      try SightingLedger.wait(for: sighting, context: context, in: storage)
    }
  }

  /// Two faces shown to two offices: what one of them reports is not what is held here.
  mutating func compare(_ sighting: Sighting, in storage: any ReplicaStorage) throws {
    let face = sighting.face
    guard let ours = try storage.entries(of: face.header.stream, from: face.header.seq, bytesMax: 1).first,
      ours.header.seq == face.header.seq, let proof = ForkProof(face, ForkProof.Face(ours))
    else { return }
    _ = try note(proof, isPublished: false, in: storage)
  }

  /// A receipt over a place at which another entry is held.
  mutating func compare(
    _ receipt: Receipt, by witness: KeyFingerprint, in storage: any ReplicaStorage
  ) throws {
    let head = receipt.head
    guard let held = try context.hash(of: head.stream, at: head.seq, in: storage), held != head.hash else { return }
    try note(Contradiction(head: head, witness: witness), in: storage)
  }

  /// Entries were appended to their stream: what was said of their places before they came is compared with them.
  mutating func meet(_ run: [Entry], in storage: any ReplicaStorage) throws {
    guard let first = run.first, let last = run.last else { return }
    let stream = first.header.stream
    for sighting in try SightingLedger.release(of: stream, through: last.header.seq, in: storage) {
      try compare(sighting, in: storage)
    }
    // Nearly always no receipt is before its entry; of an office that fetches its log back all are.
    let isPlain = !context.contradicted.contains(stream) && context.standing.firstFork(of: stream) == nil
    if isPlain, try !receipts(covering: first, in: storage).contains(where: { differs($0.head, from: run) }) { return }
    var isWithdrawn = false
    for stored in try storage.receipts(of: stream, from: first.header.seq)
    where differs(stored.receipt.head, from: run) {
      isWithdrawn = true
      try note(Contradiction(head: stored.receipt.head, witness: stored.issuer), in: storage)
    }
    guard isWithdrawn else { return }
    lastReceipts = nil
    // Until now it could be over this branch, and ordered the entries before its place (page 3 of the protocol).
    mustRebuild = try mustRebuild || context.hasClamps || !storage.doubtCounts().isEmpty
  }

  private func differs(_ head: StreamHead, from run: [Entry]) -> Bool {
    guard let first = run.first?.header.seq, head.seq >= first, head.seq - first < UInt64(run.count) else { return false }
    let entry = run[Int(head.seq - first)]
    return context.suites[entry.header.suite].map { entry.hash(using: $0) != head.hash } ?? false
  }

  /// What a fork proof explains is no contradiction any more.
  private mutating func note(_ contradiction: Contradiction, in storage: any ReplicaStorage) throws {
    let head = contradiction.head
    if let fork = context.standing.firstFork(of: head.stream), head.seq >= fork { return }
    try ContradictionLedger.put(contradiction, in: storage)
    context.contradicted.insert(head.stream)
  }
}
