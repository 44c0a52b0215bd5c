import Casebook
import Casework
import Foundation
import Glibc
import ReplicaStore
import Replication

/// Makes a home from a backup. It is built beside its place and moved there whole, so that a home is never half there.
/// Its mark says that it was restored: the next start asks before it writes (`OfficeNode+Continuity`).
struct HomeRestore: Sendable {
  let path: String
  let passphrase: Passphrase?
  let home: Home
  /// Puts a home that is there aside under another name.
  let isReplacing: Bool
  /// Unix milliseconds.
  let time: UInt64
  let progress: @Sendable (DeskProgress) -> Void

  private static let reading = Bilingual(zh: "恢复备份", en: "restoring the backup")

  /// - Throws: `DeskFailure`; what was at the home is untouched then.
  func run() throws -> RestoredView {
    try run(from: { try BackupReader(path: path, passphrase: passphrase?.bytes) })
  }

  /// - Parameter open: gives the file's reader once the place is found free.
  func run(from open: () throws -> BackupReader) throws -> RestoredView {
    let place = Home(Self.place(home.path))
    let old = try Self.standing(at: place)
    if old != .free, !(old == .office && isReplacing) {
      throw BackupProblem.homeOccupied(place.path, isOffice: old == .office)
    }
    // Held until the end: no node may begin to work on what is being put aside.
    let oldLock = old == .office ? try HomeLock.acquire(place) : nil
    if old == .office, oldLock == nil { throw NodeFailure.busy(place) }
    defer { withExtendedLifetime(oldLock) {} }
    let reader = try open()
    let staging = Home(place.path + ".restoring")
    try staging.create()
    guard let lock = try HomeLock.acquire(staging) else { throw NodeFailure.busy(staging) }
    defer { withExtendedLifetime(lock) {} }
    Leftovers.add(staging.path)
    defer { Leftovers.forget(staging.path) }
    do {
      try fill(staging, from: reader)
      try settle(staging, manifest: reader.manifest, old: old == .office ? place : nil)
      // From here on it is a home, and the only one at hand for a moment.
      Leftovers.forget(staging.path)
      let aside = try move(staging, to: place, isOccupied: old == .office)
      return RestoredView(
        home: place.path, office: reader.manifest.office, name: reader.manifest.name, created: reader.manifest.created,
        streams: reader.manifest.heads.count, entries: Int(reader.manifest.entries), aside: aside,
        next: RestoreAdvice.steps(reader.manifest, aside: aside))
    } catch {
      try? FileManager.default.removeItem(atPath: staging.path)
      throw error
    }
  }

  // MARK: What is there

  private enum Standing { case free, office, other }

  private static func standing(at home: Home) throws -> Standing {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: home.path) else {
      return FileManager.default.fileExists(atPath: home.path) ? .other : .free
    }
    if names.isEmpty { return .free }
    let own = [home.settings, home.database, home.signingKey]
    return own.contains(where: FileManager.default.fileExists(atPath:)) ? .office : .other
  }

  /// Without symbolic links and a slash at the end, so that it can be renamed.
  private static func place(_ path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    var path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  // MARK: Fill

  private func fill(_ staging: Home, from reader: BackupReader) throws {
    // What a killed process left; the lock is ours.
    for name in try FileManager.default.contentsOfDirectory(atPath: staging.path) where name != "lock" {
      try FileManager.default.removeItem(atPath: staging.path + "/" + name)
    }
    try staging.create()
    let total = reader.manifest.parts.reduce(0) { $0 + Int($1.bytes) }
    if let free = RawFile.freeBytes(at: staging.path), free < UInt64(total) + BackupScratch.reserveBytes {
      throw BackupProblem.noRoom(staging.path, needed: UInt64(total) + BackupScratch.reserveBytes, free: free)
    }
    try Self.extract(reader, into: staging.path) { done in
      progress(DeskProgress(work: Self.reading, done: done, total: total, unit: .bytes))
    }
  }

  /// Writes every part into a folder and leaves it durable.
  static func extract(_ reader: BackupReader, into folder: String, progress: (Int) -> Void) throws {
    var open: (name: String, file: RawFile)?
    func failure(_ name: String, _ cause: DurableFile.Failure) -> DeskFailure {
      BackupProblem.unwritable(folder + "/" + name, cause)
    }
    func finish() throws {
      guard let done = open else { return }
      do throws(DurableFile.Failure) { try done.file.settle() } catch { throw failure(done.name, error) }
      open = nil
    }
    try reader.readParts(
      { part, piece in
        if open?.name != part.name {
          try finish()
          do throws(DurableFile.Failure) {
            open = (part.name, try RawFile(writing: folder + "/" + part.name))
          } catch {
            throw failure(part.name, error)
          }
        }
        do throws(DurableFile.Failure) { try open?.file.write(piece) } catch { throw failure(part.name, error) }
      }, progress: progress)
    try finish()
  }

  // MARK: Settle

  /// Looks the database over and writes the marks.
  private func settle(_ staging: Home, manifest: BackupManifest, old: Home?) throws {
    try Self.lookOver(staging, manifest, path: path)
    var settings = try OfficeSettings.read(staging)
    guard settings.office == manifest.office, settings.rootKey == manifest.rootKey else {
      throw BackupProblem.unsound(path, "office.json")
    }
    do throws(DurableFile.Failure) {
      if let old, Self.isSameKey(old, staging) {
        // What this machine remembers of its own log holds for the restored one too.
        let mark = HighWater.read(old)
        if mark > 0 { try HighWater.write(mark, staging) }
        let known = (try? OfficeSettings.read(old))?.incarnation ?? 0
        settings.incarnation = max(settings.incarnation, known)
      }
      try HomeMark.writeRestored(staging)
    } catch {
      throw NodeFailure.folder(staging.path, error)
    }
    try settings.write(staging)
  }

  /// Whether database and manifest fit together; the log itself is checked by `docket verify`.
  static func lookOver(_ staging: Home, _ manifest: BackupManifest, path: String) throws {
    try StoreFailures.mapped {
      let snapshot = try staging.openSnapshot()
      defer {
        snapshot.close()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: staging.database + suffix) }
      }
      if let problem = try snapshot.integrityProblems().first { throw BackupProblem.unsound(path, problem) }
      let heads = try snapshot.read { try BackupAudit.heads(in: $0, offices: [:]) }
      let differences = BackupAudit.differences(heads: heads, tables: manifest.tables, from: manifest)
      if let first = differences.first { throw BackupProblem.unsound(path, first.en) }
    }
  }

  /// Keys under a passphrase cannot be compared, and are taken for the same: at worst the restored home is more careful
  /// than it need be.
  private static func isSameKey(_ one: Home, _ other: Home) -> Bool {
    if one.areKeysProtected || other.areKeysProtected { return true }
    guard let left = FileManager.default.contents(atPath: one.signingKey) else { return false }
    return left == FileManager.default.contents(atPath: other.signingKey)
  }

  // MARK: Move

  /// - Returns: where the old home went.
  private func move(_ staging: Home, to place: Home, isOccupied: Bool) throws -> String? {
    do throws(DurableFile.Failure) {
      try Self.giveToOwner(of: place.path, staging.path)
      try RawFile.settleFolder(of: staging.settings)
      try RawFile.settleFolder(of: staging.signingKey)
      var aside: String?
      if isOccupied {
        var name = place.path + "-replaced-" + BackupFolder.stamp(time)
        var number = 1
        while BundleFiles.size(name) != nil {
          number += 1
          name = place.path + "-replaced-" + BackupFolder.stamp(time) + "-\(number)"
        }
        guard rename(place.path, name) == 0 else { throw DurableFile.Failure(code: errno) }
        aside = name
      }
      guard rename(staging.path, place.path) == 0 else {
        let code = errno
        if let aside { rename(aside, place.path) }
        throw DurableFile.Failure(code: code)
      }
      try RawFile.settleFolder(of: place.path)
      return aside
    } catch {
      throw BackupProblem.homeUnmovable(place.path, error)
    }
  }

  /// Restored by root, a home belongs to whom the one in its place belongs, or else the folder above.
  private static func giveToOwner(of path: String, _ staging: String) throws(DurableFile.Failure) {
    guard geteuid() == 0 else { return }
    let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    guard let status = FileStatus(path) ?? FileStatus(above) else { return }
    let names = FileManager.default.enumerator(atPath: staging)?.compactMap { $0 as? String } ?? []
    for name in [""] + names
    where lchown(staging + "/" + name, uid_t(status.owner), gid_t(status.group)) != 0 {
      throw DurableFile.Failure(code: errno)
    }
  }
}
