import Replication

/// Brings back what this office wrote on a branch that others do not hold: a restored backup or a copied disk had gone
/// on from an older state. The work is recorded again in a new incarnation; nothing of it is lost, and nobody is ever
/// shown two entries at one position by intent.
public struct BranchRecovery {
  private static let key = "recovered"
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

  /// Own entries that lie aside and have not been recorded again.
  public static func isOwed(context: ReplicaContext, in storage: any ReplicaStorage) throws -> Bool {
    try !lost(context: context, in: storage).isEmpty
  }

  /// Records the changes of lost own entries again, in their order, in `journal`'s incarnation.
  /// - Returns: how many entries were recorded again.
  public static func recover(
    _ journal: inout Journal, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Int {
    let lost = try lost(context: journal.context, in: storage)
    guard !lost.isEmpty else { return 0 }
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
    var done = try recovered(in: storage)
    for entry in lost { done[entry.header.stream] = max(done[entry.header.stream] ?? 0, entry.header.seq) }
    try keep(done, in: storage)
    return lost.count
  }

  private static func lost(context: ReplicaContext, in storage: any ReplicaStorage) throws -> [Entry] {
    let done = try recovered(in: storage)
    var lost: [Entry] = []
    for stream in try storage.streamsAside() where context.recovers(stream.author) {
      lost += try storage.entriesAside(of: stream).filter { $0.header.seq > done[stream] ?? 0 }
    }
    return lost.sorted { $0.header.stamp < $1.header.stamp }
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
            return .init(number: field.number, value: field.value, replaces: Array(stamps.prefix(LogLimits.replacedMax)))
          }))
    default: return change
    }
  }

  private static func recovered(in storage: any ReplicaStorage) throws -> [StreamID: UInt64] {
    guard let bytes = try storage.value(key) else { return [:] }
    var reader = CBORReader(bytes)
    var done: [StreamID: UInt64] = [:]
    for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.headsMax)) {
      try reader.array(of: 2)
      let stream = try StreamID(from: &reader)
      done[stream] = try reader.unsigned()
    }
    return done
  }

  private static func keep(_ done: [StreamID: UInt64], in storage: any ReplicaStorage) throws {
    var writer = CBORWriter()
    writer.arrayHead(done.count)
    for (stream, seq) in done.sorted(by: { $0.key < $1.key }) {
      writer.arrayHead(2)
      stream.write(to: &writer)
      writer.unsigned(seq)
    }
    try storage.setValue(key, writer.bytes)
  }
}
