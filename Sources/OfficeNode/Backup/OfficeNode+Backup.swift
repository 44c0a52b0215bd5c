import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication
import SignatureSuites

extension OfficeNode {
  /// Makes a backup while the node works on (`docket backup create`).
  func createBackup(
    _ draft: BackupDraft, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> BackupMadeView {
    if let keep = draft.keep, keep < 1 || !BundleFiles.isFolder(draft.path) { throw BackupProblem.keep(keep) }
    return try await inScratch { scratch in
      var (_, view) = try await make(draft, in: scratch, progress)
      if draft.isAudited {
        let home = Home(scratch.path + "/restored")
        view.audit = try await trial(view.path, draft.passphrase, home, progress).audit
      }
      if let keep = draft.keep {
        let made = view.path
        let (removed, warnings) = try await BackgroundWork.run {
          try BackupFolder.retain(keep, made: made, passphrase: draft.passphrase, progress: progress)
        }
        view.removed = removed
        view.warnings += warnings
      }
      return view
    }
  }

  /// Backs up, restores, and compares (`docket backup drill`).
  /// - Parameter isKept: the file stays.
  func drill(
    _ draft: BackupDraft, isKept: Bool, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> BackupDrillView {
    try await inScratch { scratch in
      var draft = draft
      if !isKept { draft.path = scratch.path + "/drill" + BackupFolder.suffix }
      var (manifest, view) = try await make(draft, in: scratch, progress)
      // Of a file that goes away nobody need be warned.
      if !isKept { view.warnings = [] }
      let home = Home(scratch.path + "/restored")
      let trial = try await trial(view.path, draft.passphrase, home, progress)
      var problems = BackupAudit.differences(heads: trial.heads, tables: trial.tables, from: manifest)
      if !trial.asksFirst {
        problems.append(
          Bilingual(
            zh: "恢复的目录没有要求先与上级核对。", en: "The restored home did not ask to be compared with the superior first."))
      }
      let offices = Dictionary(context.tree.all.map { ($0.key, $0.charter.office.text) }, uniquingKeysWith: { $1 })
      for head in trial.positions where try !holds(head) {
        let office = offices[head.stream.author] ?? "?"
        problems.append(
          Bilingual(
            zh: "备份中 \(office) \(StreamName.of(head.stream)) 第 \(head.seq) 条不在现用数据中。",
            en: "\(office) \(StreamName.of(head.stream)) #\(head.seq) of the backup is not in the home in use."))
      }
      let entries = try StoreFailures.mapped { try store.read { try $0.entryCount() } }
      return BackupDrillView(
        backup: view, isKept: isKept, restoreMilliseconds: trial.restoreMilliseconds,
        openMilliseconds: trial.openMilliseconds, auditMilliseconds: trial.auditMilliseconds,
        databaseBytes: trial.databaseBytes, tables: trial.tables.count, newer: Int(entries) - Int(manifest.entries),
        audit: trial.audit, problems: problems)
    }
  }

  /// One at a time; the folder goes away, however the work ends.
  private func inScratch<Value>(_ body: (BackupScratch) async throws -> Value) async throws -> Value {
    guard !isBackingUp else { throw BackupProblem.running }
    isBackingUp = true
    defer { isBackingUp = false }
    let scratch = try BackupScratch(in: home)
    defer { scratch.remove() }
    return try await body(scratch)
  }

  private func make(
    _ draft: BackupDraft, in scratch: BackupScratch, _ progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> (manifest: BackupManifest, view: BackupMadeView) {
    let source = try takeHold()
    let path = BackupFolder.file(draft.path, office: context.office, at: source.time)
    if BundleFiles.size(path) != nil {
      source.snapshot.close()
      throw BundleProblem.exists(path)
    }
    if path != draft.path { BackupFolder.removeUnfinished(in: draft.path, office: context.office) }
    let passphrase = draft.passphrase
    return try await BackgroundWork.run {
      defer { source.snapshot.close() }
      try scratch.needs(UInt64(try StoreFailures.mapped { try source.snapshot.byteCount() }))
      let maker = BackupMaker(
        source: source, path: path, passphrase: passphrase, scratch: scratch.path, progress: progress)
      let made = try maker.make()
      try? FileManager.default.removeItem(atPath: scratch.path + "/" + BackupManifest.databasePart)
      return made
    }
  }

  /// Database, settings and keys as they are between two transactions: a moment, whatever the database's size.
  func takeHold() throws -> BackupSource {
    let context = context
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    let spoken = context.tree.seat(context.office).map {
      SpokenFingerprint.of($0, root: context.tree.rootKey, using: suite)
    }
    let small = try BackupSource.smallFiles(of: home)
    return BackupSource(
      snapshot: try StoreFailures.mapped { try home.openSnapshot() }, settings: settings,
      small: small,
      context: ReplicaContextSummary(
        office: context.office, root: context.tree.rootKey, key: context.key, fingerprint: spoken ?? "",
        incarnation: context.incarnation, suites: context.suites,
        offices: Dictionary(context.tree.all.map { ($0.key, $0.charter.office.text) }, uniquingKeysWith: { $1 })),
      time: effects.now(), blobs: blobs)
  }

  private func trial(
    _ path: String, _ passphrase: Passphrase?, _ place: Home, _ progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> RestoreTrial {
    try await RestoreTrial.run(
      path, passphrase, keyPassphrase: keys.passphrase, at: place, effects: effects, logger: logger, progress: progress)
  }

  /// Heads and projection as they are.
  func content() throws -> (positions: [StreamHead], heads: [BackupManifest.Head], tables: [BackupManifest.Table]) {
    let suites = context.suites
    return try StoreFailures.mapped {
      try store.read {
        (try $0.heads(), try BackupAudit.heads(in: $0, offices: [:]), try BackupAudit.tables(in: $0, suites: suites))
      }
    }
  }
}
