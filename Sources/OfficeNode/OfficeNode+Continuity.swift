import Casebook
import Casework
import Logging
import Replication
import ReplicaStore

/// Whether this machine's log is the one it was: a restored backup, a moved home or a copy must not write on where
/// others may already hold something else.
extension OfficeNode {
  /// No writing until the superior has been asked, or a person has said that no other copy works on.
  var mayNotWrite: Bool { mayNotWrite(in: context) }

  func mayNotWrite(in context: ReplicaContext) -> Bool { isBehindHighWater || isMoved || Self.isUnseated(in: context) }

  /// The keys are newer than the database: it does not know their charter (any more).
  private static func isUnseated(in context: ReplicaContext) -> Bool {
    context.tree.seat(context.office) != nil && context.tree.office(of: context.key) != context.office
  }

  /// Entries of this office's own keys, the earlier ones' too. They are read off the charters, for the tree may be what
  /// is being repaired.
  static func ownEntries(_ context: ReplicaContext, in storage: any ReplicaStorage) throws -> UInt64 {
    let charters = try storage.charters().map(\.charter).filter { $0.office == context.office }
    let keys = Set(
      charters.compactMap { charter in
        context.suites[charter.signingKey.suite].map { charter.signingKey.fingerprint(using: $0) }
      } + [context.key])
    let held = try storage.heads().filter { keys.contains($0.stream.author) }.reduce(UInt64(0)) { $0 + $1.seq }
    let aside = try storage.streamsAside().filter { keys.contains($0.author) }
    return try aside.reduce(held) { $0 + UInt64(try storage.entriesAside(of: $1).count) }
  }

  /// Keeps the high-water mark beside the database. A crash before it is written leaves it lower, which is harmless.
  /// - Parameter written: entries of its own that were added since the last time, where nothing else happened to them;
  ///   `nil` counts them anew, which takes a look at every charter and stream.
  func noteHighWater(written: Int? = nil) throws {
    let context = context
    let own: UInt64
    if let written, written >= 0, let ownCount {
      own = ownCount + UInt64(written)
    } else {
      own = try store.read { try Self.ownEntries(context, in: $0) }
    }
    ownCount = own
    var mark = highWater ?? HighWater.read(home)
    if own > mark {
      do {
        try HighWater.write(own, home, isSynced: false)
        mark = own
      } catch {
        logger.warning("high-water mark not written", metadata: LogCause.of(error))
      }
    }
    highWater = mark
    if isBehindHighWater, own >= mark { isBehindHighWater = false }
  }

  /// After a complete session with the superior, or everything it holds came in a bundle: what it holds of ours is here again. What may still be missing, or may
  /// be written by a copy, is kept apart by a new incarnation.
  func settleContinuity(_ warnings: inout [Bilingual]) throws {
    guard mayNotWrite else { return }
    let wasBehind = isBehindHighWater
    try beginIncarnation()
    warnings.append(
      wasBehind
        ? Bilingual(
          zh: "数据库比本机记载的旧：上级持有的本机构记录已全部取回；恢复之前尚未同步的登记若有缺失，请按纸质材料补录。今后的登记使用新的日志代次。",
          en: "The database was older than this machine remembers: everything the superior holds of it is back. What had not been synchronised before is missing; record it again from paper. Work goes on in a new incarnation.")
        : Bilingual(
          zh: "本机数据曾被移动、复制或恢复：已与上级核对，今后的登记使用新的日志代次。",
          en: "This home had been moved, copied or restored: it agrees with the superior now, and work goes on in a new incarnation."))
  }

  /// After a complete session, or everything a neighbour holds came in a bundle: what dossiers alone hold still is recorded
  /// again, or handed back to the office below that lost it.
  func settleMissing(after peer: OfficeCode, _ warnings: inout [Bilingual]) throws {
    guard context.hasMissing, !mayNotWrite else { return }
    let (before, now) = (context, effects.now())
    let settled = try StoreFailures.mapped {
      try store.transaction { storage in
        try BranchRecovery.settleMissing(before, after: peer, signer: signer, at: now, in: storage)
      }
    }
    guard let settled else { return }
    context = settled.context
    if settled.count > 0 {
      try writeIncarnation()
      warnings.append(Self.recoveredWarning(settled.count))
    }
    try noteHighWater()
    tellSessions()
  }

  /// Goes over to a new incarnation and takes this place for the home's own.
  func beginIncarnation() throws {
    let before = context
    let changed = try StoreFailures.mapped {
      try store.transaction { storage in
        var changed = before
        try BranchRecovery.begin(&changed, in: storage)
        return changed
      }
    }
    context = changed
    try writeIncarnation()
    let own = try StoreFailures.mapped { try store.read { try Self.ownEntries(changed, in: $0) } }
    do {
      try HighWater.write(own, home)
      highWater = own
      try HomeMark.write(home)
    } catch {
      throw NodeFailure.folder(home.path, error)
    }
    isBehindHighWater = false
    isMoved = false
  }

  /// Keeps the incarnation that this node writes in beside the database.
  func writeIncarnation() throws {
    guard settings.incarnation != context.incarnation else { return }
    settings.incarnation = context.incarnation
    try settings.write(home)
  }
}
