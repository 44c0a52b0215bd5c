import Casebook
import Casework
import Foundation
import Logging
import Replication

/// A backup restored into a folder that goes away, opened and audited as `docket verify` does.
struct RestoreTrial: Sendable {
  var restoreMilliseconds: Int
  var openMilliseconds: Int
  var auditMilliseconds: Int
  var databaseBytes: Int
  var positions: [StreamHead]
  var heads: [BackupManifest.Head]
  var tables: [BackupManifest.Table]
  var audit: VerifyView
  /// Whether the restored home refuses to write on before it was compared.
  var asksFirst: Bool

  /// - Parameters:
  ///   - keyPassphrase: what opens the key files, where the backup has them under one.
  ///   - place: does not exist.
  /// - Throws: `DeskFailure`.
  static func run(
    _ path: String, _ passphrase: Passphrase?, keyPassphrase: Passphrase?, at place: Home, effects: SystemEffects,
    logger: Logger,
    progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> RestoreTrial {
    let begun = ContinuousClock.now
    let restore = HomeRestore(
      path: path, passphrase: passphrase, home: place, isReplacing: false, time: effects.now(), progress: progress)
    _ = try await BackgroundWork.run { try restore.run() }
    let restored = ContinuousClock.now
    let node = try await BackgroundWork.run {
      try OfficeNode.open(place, effects: effects, logger: logger, keyPassphrase: keyPassphrase)
    }
    let opened = ContinuousClock.now
    guard case .verified(let audit) = try await node.perform(.verify, progress: progress) else { throw CancellationError() }
    let audited = ContinuousClock.now
    let content = try await node.content()
    return RestoreTrial(
      restoreMilliseconds: (restored - begun).milliseconds, openMilliseconds: (opened - restored).milliseconds,
      auditMilliseconds: (audited - opened).milliseconds, databaseBytes: BundleFiles.size(place.database) ?? 0,
      positions: content.positions, heads: content.heads, tables: content.tables, audit: audit,
      asksFirst: await node.mayNotWrite)
  }
}
