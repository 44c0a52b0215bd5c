import Foundation
import Replication

/// What a node says in its log of when entries of an office became durable there.
struct StoredLog {
  private struct Line: Decodable {
    var event: String
    var author: String?
    var seq: UInt64?
    var uptime: UInt64?
  }

  /// By the last position of what was stored at once, in order.
  private let stored: [(seq: UInt64, seconds: Double)]

  init(path: String, of keys: OfficeKeys) throws {
    let author = Hexadecimal.string(keys.fingerprint.bytes.prefix(8))
    stored = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { text in
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      guard line.event == "live-stored", line.author == author, let seq = line.seq, let uptime = line.uptime else {
        return nil
      }
      return (seq, Double(uptime) / 1e6)
    }.sorted { $0.seq < $1.seq }
  }

  /// Since the machine started; an entry that came with later ones is durable with them.
  func seconds(of seq: UInt64) -> Double? { stored.first { $0.seq >= seq }?.seconds }
}
