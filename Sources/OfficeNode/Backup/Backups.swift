public import Casebook
import Casework
import Foundation
public import Logging
import SignatureSuites

/// Backups as files, without a node.
public enum Backups {
  /// Whether a file is under a passphrase.
  /// - Throws: `DeskFailure` where it is no backup.
  public static func isProtected(_ path: String) throws -> Bool { try BackupReader.open(path).1.isProtected }

  /// Every backup in a folder, the newest first; those that cannot be read last.
  public static func list(_ folder: String) throws -> [BackupRow] {
    try BackupFolder.paths(in: folder).map(BackupFolder.row).sorted { left, right in
      (left.created ?? 0, right.path) > (right.created ?? 0, left.path)
    }
  }

  /// Reads a file from beginning to end, opens the database in it, and checks every signature where asked to.
  /// - Parameter keyPassphrase: what opens the office's keys in it, where they are under one; needed for the signatures.
  /// - Throws: `DeskFailure`: what is wrong with it.
  public static func verify(
    _ path: String, passphrase: Passphrase?, keyPassphrase: Passphrase?, isAudited: Bool, logger: Logger,
    progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> BackupCheckView {
    let scratch = try BackupScratch(temporary: randomBytes(8))
    defer { scratch.remove() }
    let home = Home(scratch.path + "/restored")
    let (reader, bytes, isProtected) = try await BackgroundWork.run {
      let reader = try BackupReader(path: path, passphrase: passphrase?.bytes)
      if !isAudited {
        let restore = HomeRestore(
          path: path, passphrase: passphrase, home: home, isReplacing: false, time: 0, progress: progress)
        _ = try restore.run(from: { reader })
      }
      return (reader.manifest, reader.byteCount, reader.prelude.isProtected)
    }
    let trial =
      isAudited
      ? try await RestoreTrial.run(
        path, passphrase, keyPassphrase: keyPassphrase, at: home, effects: .live, logger: logger, progress: progress)
      : nil
    return BackupCheckView(
      path: path, office: reader.office, name: reader.name, created: reader.created, bytes: bytes,
      isProtected: isProtected, software: reader.software, fingerprint: reader.fingerprint,
      incarnation: reader.incarnation, streams: reader.heads.count, entries: Int(reader.entries),
      parts: reader.parts.map { .init(name: $0.name, bytes: Int($0.bytes)) }, audit: trial?.audit)
  }

  /// Makes a home from a backup; the next start notices it.
  /// - Parameter isReplacing: a home that is there is kept under another name.
  /// - Throws: `DeskFailure`; nothing was changed then.
  public static func restore(
    _ path: String, passphrase: Passphrase?, to home: Home, isReplacing: Bool,
    progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> RestoredView {
    let restore = HomeRestore(
      path: path, passphrase: passphrase, home: home, isReplacing: isReplacing, time: SystemEffects.live.now(),
      progress: progress)
    return try await BackgroundWork.run { try restore.run() }
  }
}
