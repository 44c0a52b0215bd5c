import Foundation

/// Remembers, beside the database, how many entries this office had written. A database that knows fewer was restored
/// from a backup or copied; writing on would reuse positions that others already hold.
enum HighWater {
  static func read(_ home: Home) -> UInt64 {
    guard let text = try? String(contentsOfFile: home.highWater, encoding: .utf8) else { return 0 }
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  static func write(_ count: UInt64, _ home: Home) throws(DurableFile.Failure) {
    try DurableFile.write(Array("\(count)\n".utf8), to: home.highWater)
  }
}
