import Foundation

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
    try DurableFile.write(Array("\(count)\n".utf8), to: home.highWater, isSynced: isSynced)
  }
}
