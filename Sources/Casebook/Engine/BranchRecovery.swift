public import Replication

/// Brings back what this office wrote on a branch that others do not hold: a restored backup or a copied disk had gone
/// on from an older state. The work is recorded again in a new incarnation; nothing of it is lost, and nobody is ever
/// shown two entries at one position by intent.
public struct BranchRecovery {
  /// Of the small values that name, by hash, the entries recorded again.
  private static let prefix = "recovered."
  private static let incarnationKey = "incarnation"

  /// The incarnation this database went over to, kept in the transaction that did; 0 when it never did.
  public static func incarnation(in storage: any ReplicaStorage) throws -> UInt64 {
    try storage.value(incarnationKey)?.reduce(0) { $0 << 8 | UInt64($1) } ?? 0
  }

  /// Goes over to a new incarnation, beyond every one that this office's keys have been seen in, also in dossiers alone.
  public static func begin(_ context: inout ReplicaContext, in storage: any ReplicaStorage) throws {
    let handedOver = try DossierLedger.lost(in: storage) + DossierLedger.missing(in: storage)
    let seen = try storage.heads().map(\.stream) + storage.streamsAside() + handedOver.map(\.header.stream)
    let last = seen.filter { context.recovers($0.author) }.map(\.incarnation).max() ?? 0
    context.incarnation = max(last, context.incarnation) + 1
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: context.incarnation >> UInt64(56 - 8 * $0)) }
    try storage.setValue(incarnationKey, bytes)
  }

  /// Whether a key of ours writes in an incarnation that this machine never began: another one uses a copy of our keys.
  public static func hasTwin(context: ReplicaContext, in storage: any ReplicaStorage) throws -> Bool {
    try storage.heads().contains { context.recovers($0.stream.author) && $0.stream.incarnation > context.incarnation }
  }

  /// After entries were taken in: records again, in this transaction, what lies aside of our own work, or stands in
  /// dossiers alone. Writing goes over to a new incarnation where the one written in is part of it. A key whose charter
  /// is not held (any more) says nothing: the transaction that brings its charter does.
  /// - Parameters:
  ///   - peer: with whom a session is complete, or whose whole bundle came: what both may hold and dossiers alone do is
  ///     lost there too.
  ///   - isBehind: whether entries of ours may be missing here; then too a new incarnation begins.
  /// - Returns: how many entries were recorded again, and the context then; `nil` when nothing is owed.
  public static func settle(
    _ context: ReplicaContext, signer: any Signer, after peer: OfficeCode? = nil,
    isBehind: @autoclosure () throws -> Bool, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> (count: Int, context: ReplicaContext)? {
    guard context.tree.office(of: context.key) == context.office else { return nil }
    let handedOver = try lostInDossiers(context, after: peer, in: storage)
    let lost = (try lostAside(context, in: storage) + handedOver).sorted { $0.header.stamp < $1.header.stamp }
    guard !lost.isEmpty else { return nil }
    var context = context
    let isForked = lost.contains {
      $0.header.stream.author == context.key && $0.header.stream.incarnation >= context.incarnation
    }
    if try isForked || isBehind() { try begin(&context, in: storage) }
    // What is said again is the later write, as it is after stamps of ours that came back with their entries.
    var clock = HybridClock(last: try Journal.lastStamp(in: storage))
    for entry in handedOver { clock.resume(after: entry.header.stamp) }
    try Journal.keep(clock, in: storage)
    var journal = Journal(context: context, signer: signer)
    try record(lost, in: &journal, at: wallMilliseconds, storage)
    try journal.finish(in: storage)
    return (lost.count, journal.context)
  }

  /// After a complete session: entries that dossiers hold and neither side does. Own ones are recorded again. Those of an
  /// office at or below the peer are handed back to it, which nobody else can record again.
  /// - Returns: how many entries were recorded again, and the context then; `nil` when nothing was to be done.
  public static func settleMissing(
    _ context: ReplicaContext, after peer: OfficeCode, signer: any Signer, at wallMilliseconds: UInt64,
    in storage: any ReplicaStorage
  ) throws -> (count: Int, context: ReplicaContext)? {
    guard context.hasMissing, !context.tree.isRevoked(context.key) else { return nil }
    var context = context
    context.hasMissing = try DossierLedger.hasMissing(in: storage)
    if !context.hasMissing { return (0, context) }
    let settled = try settle(
      context, signer: signer, after: peer, isBehind: false, at: wallMilliseconds, in: storage)
    let now = settled?.context ?? context
    let book = DossierBook(context: now, storage: storage)
    try book.markSaidAgain()
    let returned = try book.returned(through: peer)
    if returned.isEmpty { return settled }
    var journal = Journal(context: now, signer: signer)
    for owed in returned {
      _ = try journal.record(
        owed.dossier.pieces.map { .dossier($0) }, for: .office(owed.target), at: wallMilliseconds, in: storage)
    }
    try journal.finish(in: storage)
    return (settled?.count ?? 0, journal.context)
  }

  /// Records the changes of lost own entries again, in their order, in `journal`'s incarnation.
  private static func record(
    _ lost: [Entry], in journal: inout Journal, at wallMilliseconds: UInt64, _ storage: any ReplicaStorage
  ) throws {
    // A lost write may replace an earlier lost write: its stamp is another one now.
    var renewed: [WriteStamp: WriteStamp] = [:]
    for entry in lost {
      let isEarlier = entry.header.stream.author != journal.context.key
      let changes = ((try? entry.changes()) ?? []).compactMap { renew($0, by: renewed, isEarlier: isEarlier) }
      if changes.isEmpty { continue }
      let written = try journal.record(changes, for: entry.header.stream.audience, at: wallMilliseconds, in: storage)
      if let stamp = written.last?.header.stamp {
        renewed[WriteStamp(time: entry.header.stamp, author: entry.header.stream.author)] =
          WriteStamp(time: stamp, author: journal.context.key)
      }
    }
    for entry in lost {
      if let name = name(of: entry, context: journal.context) { try storage.setValue(name, []) }
    }
    if journal.context.hasDossiers { try DossierLedger.forgetLost(in: storage) }
  }

  /// Own entries aside that were not recorded again. What a revoked key signed is not put under another key: nobody can
  /// tell it from what a thief signed, so it stays aside as evidence, and an ancestor may ratify it.
  private static func lostAside(_ context: ReplicaContext, in storage: any ReplicaStorage) throws -> [Entry] {
    var lost: [Entry] = []
    for stream in try storage.streamsAside() where context.recovers(stream.author) {
      lost += try storage.entriesAside(of: stream).filter { entry in
        try name(of: entry, context: context).map { try storage.value($0) == nil } ?? false
      }
    }
    return lost
  }

  /// Own entries that dossiers alone hold and that were not recorded again; of a revoked key's, none either.
  private static func lostInDossiers(
    _ context: ReplicaContext, after peer: OfficeCode?, in storage: any ReplicaStorage
  ) throws -> [Entry] {
    let lost = context.hasDossiers ? try DossierLedger.lost(in: storage) : []
    guard let peer, context.hasMissing else { return lost }
    let book = DossierBook(context: context, storage: storage)
    return try lost
      + DossierLedger.missing(in: storage).filter { entry in
        let stream = entry.header.stream
        guard context.recovers(stream.author), context.tree.mayRead(peer, stream),
          let name = name(of: entry, context: context)
        else { return false }
        return try storage.value(name) == nil && !book.isSaidAgain(entry)
      }
  }

  private static func name(of entry: Entry, context: ReplicaContext) -> String? {
    context.suites[entry.header.suite].map { name(of: entry.hash(using: $0)) }
  }

  private static func name(of hash: Digest) -> String { prefix + Hexadecimal.string(hash.bytes) }

  /// Whether a lost entry's content was signed again.
  static func isRecordedAgain(_ hash: Digest, in storage: any ReplicaStorage) throws -> Bool {
    try storage.value(name(of: hash)) != nil
  }

  /// Receipts are owed anew and sightings made anew; what an earlier key introduced is not for this one to say; everything
  /// else is said again.
  private static func renew(
    _ change: Change, by renewed: [WriteStamp: WriteStamp], isEarlier: Bool
  ) -> Change? {
    switch change {
    case .receipt, .sighting: return nil
    case .introduction where isEarlier: return nil
    case .record(let write):
      return .record(
        RecordWrite(
          type: write.type, id: write.id,
          fields: write.fields.map { field in
            var stamps = field.replaces
            for stamp in field.replaces { if let now = renewed[stamp] { stamps.append(now) } }
            return .init(
              number: field.number, value: field.value, replaces: Array(stamps.prefix(LogLimits.replacedMax)))
          }))
    default: return change
    }
  }
}
