import Foundation
import Glibc

/// Remembers, beside the database, how many entries this office had written. A database that knows fewer was restored
/// from a backup or copied; writing on would reuse positions that others already hold.
enum HighWater {
  static func read(_ home: Home) -> UInt64 {
    guard let text = try? String(contentsOfFile: home.highWater, encoding: .utf8) else { return 0 }
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// - Parameter isSynced: false does not wait for the disk, for a mark that is only too low after a power cut: it would
  ///   cost every act two more waits.
  static func write(_ count: UInt64, _ home: Home, isSynced: Bool = true) throws(DurableFile.Failure) {
    let digits = Array(String(count).utf8)
    let bytes = [UInt8](repeating: UInt8(ascii: "0"), count: digitsMax - digits.count) + digits + [UInt8(ascii: "\n")]
    if !isSynced, overwrite(home.highWater, with: bytes) { return }
    try DurableFile.write(bytes, to: home.highWater, isSynced: isSynced)
  }

  /// Of the greatest count there is, so that each mark is as long as the one before.
  private static let digitsMax = String(UInt64.max).utf8.count

  /// Replaces the contents where they stand, by one write within one sector: another file in its place would cost an act
  /// more than all else that it writes but the log.
  /// - Returns: false when there is no file of this length.
  private static func overwrite(_ path: String, with bytes: [UInt8]) -> Bool {
    let file = Glibc.open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { Glibc.close(file) }
    guard lseek(file, 0, SEEK_END) == bytes.count else { return false }
    return bytes.withUnsafeBytes { Glibc.pwrite(file, $0.baseAddress, $0.count, 0) } == bytes.count
  }
}
