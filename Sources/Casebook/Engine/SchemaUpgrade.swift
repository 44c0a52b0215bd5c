import Replication

/// What an upgraded program does once with a replica that an older one kept: changes that the older one could not
/// place (`HeldChange.Reason.unknownKind`) are projected. The log is not gone through again: whatever a later version
/// wrote was counted when it came.
public enum SchemaUpgrade {
  /// Key of the small value that keeps the registry's version the projection was made with; absent: 1.
  public static let versionKey = "schema"
  /// Key of the small value that a database's migration leaves when rows were kept in another form before: the
  /// projection is made again from the log once, for nothing in it is truth.
  public static let rebuildKey = "rebuild-owed"

  public static func isRebuildOwed(in storage: any ReplicaStorage) throws -> Bool {
    try storage.value(rebuildKey) != nil
  }

  /// Version of the registry that the projection was made with.
  public static func storedVersion(in storage: any ReplicaStorage) throws -> UInt64 {
    guard let bytes = try storage.value(versionKey) else { return 1 }
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Projects what has become known since; to be called when the replica is opened, in a transaction of its own.
  /// - Parameter progress: told of a rebuild that is owed how many entries are done.
  /// - Returns: the context after it, and how many held changes are projected now.
  /// - Complexity: O(held changes); a rebuild: O(entries).
  public static func run(
    _ context: ReplicaContext, in storage: any ReplicaStorage, progress: (Int) -> Void = { _ in }
  ) throws -> (context: ReplicaContext, projected: Int) {
    var projector = Projector(context: context)
    if try isRebuildOwed(in: storage) {
      try projector.rebuild(in: storage, progress: progress)
      try storage.setValue(rebuildKey, nil)
      try noteCurrent(context.schema, in: storage)
      return (projector.context, 0)
    }
    guard try storedVersion(in: storage) < context.schema.version else { return (context, 0) }
    var count = 0
    for held in try storage.heldChanges() where held.reason == .unknownKind {
      if try projector.projectAgain(held, in: storage) { count += 1 }
    }
    try projector.finish(in: storage)
    try noteCurrent(context.schema, in: storage)
    return (projector.context, count)
  }

  /// The projection is made with this registry.
  public static func noteCurrent(_ schema: RecordSchema, in storage: any ReplicaStorage) throws {
    let version = schema.version
    try storage.setValue(versionKey, (0..<8).map { UInt8(truncatingIfNeeded: version >> UInt64(56 - 8 * $0)) })
  }
}

extension Projector {
  /// Projects a change that was held.
  /// - Returns: whether it is held no more.
  mutating func projectAgain(_ held: HeldChange, in storage: any ReplicaStorage) throws -> Bool {
    guard let entry = try storage.entries(of: held.stream, from: held.seq, bytesMax: 1).first,
      entry.header.seq == held.seq, let changes = try? entry.changes(), changes.indices.contains(held.index)
    else { return false }
    let change = changes[held.index]
    if case .record(let write) = change, write.isStorable { try storage.restore(write.type, write.id) }
    let clamp = try clamp(of: entry, in: storage)
    guard try project(change, of: entry, clamp: clamp, in: storage) == nil else { return false }
    try storage.remove(held)
    return true
  }
}

extension RecordWrite {
  /// Whether a row can hold it: no registry gives numbers beyond these, and a row with more fields
  /// could not be read again.
  var isStorable: Bool {
    type <= UInt64(Int64.max) && fields.allSatisfy { $0.number <= LogLimits.fieldNumberMax }
  }
}

extension Receipt {
  /// Whether its numbers can be stored: no log and no clock reaches further.
  var isStorable: Bool { [head.seq, clock, position].allSatisfy { $0 <= UInt64(Int64.max) } }
}
