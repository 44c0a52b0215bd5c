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

  /// Goes over to a new incarnation, beyond every one that this office's keys have been seen in.
  public static func begin(_ context: inout ReplicaContext, in storage: any ReplicaStorage) throws {
    let seen = try storage.heads().map(\.stream) + storage.streamsAside()
    let last = seen.filter { context.recovers($0.author) }.map(\.incarnation).max() ?? 0
    context.incarnation = max(last, context.incarnation) + 1
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: context.incarnation >> UInt64(56 - 8 * $0)) }
    try storage.setValue(incarnationKey, bytes)
  }

  /// Whether a key of ours writes in an incarnation that this machine never began: another one uses a copy of our keys.
  public static func hasTwin(context: ReplicaContext, in storage: any ReplicaStorage) throws -> Bool {
    try storage.heads().contains { context.recovers($0.stream.author) && $0.stream.incarnation > context.incarnation }
  }

  /// After entries were taken in: records again, in this transaction, what lies aside of our own work. Writing goes over
  /// to a new incarnation where the one written in is part of the fork. A key whose charter is not held (any more) says
  /// nothing: the transaction that brings its charter does.
  /// - Parameter isBehind: whether entries of ours may be missing here; then too a new incarnation begins.
  /// - Returns: how many entries were recorded again, and the context then; `nil` when nothing is owed.
  public static func settle(
    _ context: ReplicaContext, signer: any Signer, isBehind: @autoclosure () throws -> Bool,
    at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> (count: Int, context: ReplicaContext)? {
    guard context.tree.office(of: context.key) == context.office else { return nil }
    let lost = try lost(context: context, in: storage)
    guard !lost.isEmpty else { return nil }
    var context = context
    let isForked = lost.contains {
      $0.header.stream.author == context.key && $0.header.stream.incarnation >= context.incarnation
    }
    if try isForked || isBehind() { try begin(&context, in: storage) }
    var journal = Journal(context: context, signer: signer)
    try record(lost, in: &journal, at: wallMilliseconds, storage)
    try journal.finish(in: storage)
    return (lost.count, journal.context)
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

  /// Own entries aside, or found in dossiers, that were not recorded again, by stamp. What a revoked key signed is not put
  /// under another key: nobody can tell it from what a thief signed, so it stays aside as evidence, and an ancestor may
  /// ratify it.
  private static func lost(context: ReplicaContext, in storage: any ReplicaStorage) throws -> [Entry] {
    var lost: [Entry] = []
    for stream in try storage.streamsAside() where context.recovers(stream.author) {
      lost += try storage.entriesAside(of: stream).filter { entry in
        try name(of: entry, context: context).map { try storage.value($0) == nil } ?? false
      }
    }
    if context.hasDossiers { lost += try DossierLedger.lost(in: storage) }
    return lost.sorted { $0.header.stamp < $1.header.stamp }
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
