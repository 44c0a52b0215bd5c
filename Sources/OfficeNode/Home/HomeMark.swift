import Foundation
import Glibc

/// Tells whether a home is where it was: the database file's device and inode and the machine's id. A copy on another
/// disk, a restored backup and a cloned machine differ in one of them; a clone to the byte does not, and is found out
/// at the first contact instead.
enum HomeMark {
  /// What the mark of this home would be now.
  static func current(_ home: Home) -> String? {
    guard let status = FileStatus(home.database) else { return nil }
    let machine = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? ""
    return "\(status.device):\(status.inode):\(machine.trimmingCharacters(in: .whitespacesAndNewlines))\n"
  }

  /// Whether the home was copied, moved or restored since its mark was written; a home without a mark has not been.
  static func isMoved(_ home: Home) -> Bool {
    guard let written = try? String(contentsOfFile: home.mark, encoding: .utf8) else { return false }
    return written != current(home)
  }

  /// A mark that no place has: a home made from a backup is moved, wherever it lies.
  static func writeRestored(_ home: Home) throws(DurableFile.Failure) {
    try DurableFile.write(Array("restored\n".utf8), to: home.mark)
  }

  static func write(_ home: Home) throws(DurableFile.Failure) {
    guard let mark = current(home) else { return }
    try DurableFile.write(Array(mark.utf8), to: home.mark)
  }
}
