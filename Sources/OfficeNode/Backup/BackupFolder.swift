import Casebook
import Casework
import Foundation
import Glibc
import Replication

/// A folder with backups: names, lists, and how long they are kept.
enum BackupFolder {
  static let suffix = ".docket-backup"

  /// The file to write: the path itself, or in a folder one named for office and second, in China's time.
  static func file(_ path: String, office: OfficeCode, at milliseconds: UInt64) -> String {
    guard BundleFiles.isFolder(path) else { return path }
    let stem = (path.hasSuffix("/") ? path : path + "/") + "\(office)-\(stamp(milliseconds))"
    var (name, number) = (stem + suffix, 1)
    while BundleFiles.size(name) != nil {
      number += 1
      name = stem + "-\(number)" + suffix
    }
    return name
  }

  /// `YYYYMMDD-HHMMSS` in China's time.
  static func stamp(_ milliseconds: UInt64) -> String {
    let day = CivilDate.fromUnixMilliseconds(milliseconds).description.filter { $0 != "-" }
    let seconds = (milliseconds / 1_000 + 8 * 3_600) % 86_400
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day)-\(two(seconds / 3_600))\(two(seconds / 60 % 60))\(two(seconds % 60))"
  }

  /// Paths of the backups in a folder, by name.
  static func paths(in folder: String) throws -> [String] {
    do {
      let base = folder.hasSuffix("/") ? folder : folder + "/"
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(suffix) }.sorted()
        .map { base + $0 }
    } catch {
      throw BundleProblem.unreadable(folder)
    }
  }

  /// What the beginning and the size of a file say.
  static func row(_ path: String) -> BackupRow {
    var row = BackupRow(path: path, bytes: BundleFiles.size(path) ?? 0)
    do {
      let (file, prelude, length) = try BackupReader.open(path)
      row.office = prelude.office.text
      row.created = prelude.created
      row.isProtected = prelude.isProtected
      let expected = prelude.fileBytes(length: length)
      if file.byteCount < expected { row.problem = BackupProblem.cut(path) }
      if file.byteCount > expected { row.problem = BackupProblem.altered(path) }
    } catch {
      row.problem = DeskFailures.failure(error)
    }
    return row
  }

  /// Takes away what processes that were killed left of this office's backups.
  static func removeUnfinished(in folder: String, office: OfficeCode) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix("\(office)-") && name.hasSuffix(suffix + BackupWriter.unfinished) {
      let path = (folder.hasSuffix("/") ? folder : folder + "/") + name
      let file = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      // Whoever still writes it holds its lock.
      if file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      if file >= 0 { close(file) }
    }
  }

  /// Deletes backups of the same office beyond the newest `count` that were read from beginning to end and found whole.
  /// One that cannot be read counts for nothing and is left alone.
  /// - Parameter made: just made and read back; it is the newest, whatever the clock says.
  /// - Returns: what was deleted, and what to know.
  static func retain(
    _ count: Int, made: String, passphrase: Passphrase?, progress: (DeskProgress) -> Void
  ) throws -> (removed: [String], warnings: [Bilingual]) {
    let (_, own, _) = try BackupReader.open(made)
    let folder = String(made[..<(made.lastIndex(of: "/") ?? made.startIndex)])
    var others: [(path: String, created: UInt64)] = []
    for path in try paths(in: folder) where path != made {
      guard let (_, prelude, _) = try? BackupReader.open(path), prelude.office == own.office, prelude.root == own.root
      else { continue }
      others.append((path, prelude.created))
    }
    others.sort { ($0.created, $0.path) > ($1.created, $1.path) }
    var (kept, removed, warnings): (Int, [String], [Bilingual]) = (1, [], [])
    for (index, other) in others.enumerated() {
      progress(DeskProgress(work: looking, done: index, total: others.count, unit: .files))
      do {
        let reader = try BackupReader(path: other.path, passphrase: passphrase?.bytes)
        try reader.readParts({ _, _ in }) { _ in }
      } catch {
        let text = DeskFailures.failure(error).message
        warnings.append(
          Bilingual(
            zh: "旧备份未能核对，不计入保留份数，也没有删除：\(text.zh)",
            en: "An older backup could not be verified; it is neither counted nor deleted: \(text.en)"))
        continue
      }
      if kept < count {
        kept += 1
      } else if unlink(other.path) == 0 {
        removed.append(other.path)
      } else {
        let failure = BackupProblem.unwritable(other.path, DurableFile.Failure(code: errno))
        warnings.append(failure.message)
      }
    }
    return (removed, warnings)
  }

  private static let looking = Bilingual(zh: "核对旧备份", en: "verifying older backups")
}
