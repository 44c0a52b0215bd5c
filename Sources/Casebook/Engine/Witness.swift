public import Replication

/// Receipts (回执): a superior's proof that it holds its subordinates' entries up to a head.
public enum Witness {
  /// Facts this office owes: receipts for every stream of an office below that has grown since the last receipt of ours,
  /// fork proofs that no entry carries yet, sightings of what its superiors showed it and of what a receipt contradicts,
  /// charters for the next keys that subordinates' present keys introduced, and dossiers of transferred files.
  /// - Parameter moves: looks only at streams that moved after this count; `nil`: at all. What a changed tree lets be
  ///   receipted is found only among all.
  /// - Returns: changes by audience: what is said of a stream reaches every holder of that stream. Each is to be recorded
  ///   as a transaction of its own. Nothing while this office's key is revoked.
  public static func owed(
    context: ReplicaContext, movedAfter moves: UInt64? = nil, at wallMilliseconds: UInt64,
    in storage: any ReplicaStorage
  ) throws -> [(audience: Audience, changes: [Change])] {
    // What a revoked key says counts nowhere, so it would be owed for ever: two offices in contact would write without
    // end. The office's next key says it.
    if context.tree.isRevoked(context.key) { return [] }
    var byAudience: [Audience: [Change]] = [:]
    let position = try storage.entryCount()
    for head in try moves.map({ try storage.heads(movedAfter: $0) }) ?? storage.heads() {
      guard let author = context.tree.office(of: head.stream.author) else { continue }
      if context.tree.isSuperior(context.office, of: author) {
        guard let audience = context.tree.audience(ofFactsAbout: head.stream) else { continue }
        let isReceipted = try storage.receipts(of: head.stream, from: head.seq).contains {
          $0.issuer == context.key && $0.receipt.head == head
        }
        if isReceipted { continue }
        let receipt = Receipt(head: head, clock: wallMilliseconds, position: position)
        byAudience[audience, default: []].append(.receipt(receipt))
      } else if head.stream.audience == .down, context.tree.isSuperior(author, of: context.office),
        try storage.sightingSeq(of: head.stream, by: context.key) < head.seq,
        let entry = try storage.entries(of: head.stream, from: head.seq, bytesMax: 1).first
      {
        byAudience[.up, default: []].append(.sighting(Sighting(entry)))
      }
    }
    for stored in try storage.forkProofs() where !stored.isPublished {
      byAudience[audience(ofEvidenceAbout: stored.proof.stream, context), default: []].append(.forkProof(stored.proof))
    }
    for entry in try ContradictionLedger.unsaid(context: context, in: storage) {
      let (audience, sighting) = (audience(ofEvidenceAbout: entry.header.stream, context), Change.sighting(Sighting(entry)))
      if byAudience[audience]?.contains(sighting) != true { byAudience[audience, default: []].append(sighting) }
    }
    for (office, charter) in try KeyRotation.owed(context: context, at: wallMilliseconds, in: storage) {
      byAudience[.subtree(office), default: []].append(.charter(charter))
    }
    let dossiers = try DossierBook(context: context, storage: storage).owed(at: wallMilliseconds)
    return byAudience.sorted { $0.key.order < $1.key.order }.map { (audience: $0.key, changes: $0.value) }
      + dossiers.map { (audience: .office($0.target), changes: $0.dossier.pieces.map { .dossier($0) }) }
  }

  /// A superior's evidence reaches every holder of the stream; another's goes up, to who may pass it on.
  private static func audience(ofEvidenceAbout stream: StreamID, _ context: ReplicaContext) -> Audience {
    let author = context.tree.office(of: stream.author)
    let isAbove = author.map { context.tree.isSuperior(context.office, of: $0) } ?? false
    return isAbove ? context.tree.audience(ofFactsAbout: stream) ?? .up : .up
  }

  /// The provable interval of an entry, Unix milliseconds: not before the receipt its author had seen, not after
  /// the first receipt that covers it. `nil` bounds are open: an unwitnessed act is legal, not an error. `claimed` is
  /// the author's own clock. Of an entry that came in a dossier it is what the superior stated with it.
  public static func interval(
    of stream: StreamID, seq: UInt64, in storage: any ReplicaStorage
  ) throws -> (claimed: UInt64?, from: UInt64?, until: UInt64?) {
    // A receipt over another branch proves nothing of this one.
    let isForked = try storage.forkProofs().contains { $0.proof.stream == stream }
    let contradictions = Set(try ContradictionLedger.of(stream, in: storage).map(\.head))
    let until = try storage.receipts(of: stream, from: seq).filter { stored in
      let head = stored.receipt.head
      if contradictions.contains(head) { return false }
      return try !isForked || storage.head(of: stream) == head || holds(head, in: storage)
    }.map(\.receipt.clock).min()
    let entry = try storage.entries(of: stream, from: seq, bytesMax: 1).first
    if entry == nil, let proven = try DossierLedger.proven(stream, seq, in: storage) {
      return (proven.claimed, proven.from, proven.until)
    }
    var from: UInt64?
    if let seen = entry?.header.seen { from = try storage.receiptClock(ofEntry: seen) }
    return (entry?.header.stamp.milliseconds, from, until)
  }

  /// Whether the chain held goes through the head: the entry after it names its hash.
  private static func holds(_ head: StreamHead, in storage: any ReplicaStorage) throws -> Bool {
    try storage.entries(of: head.stream, from: head.seq + 1, bytesMax: 1).first?.header.previous == head.hash
  }
}
