import Foundation
import Synchronization

/// Files and folders of unfinished work in this process. Whoever ends it before its time takes them away: a broken-off
/// backup leaves no half file on the medium and no plain copy among the temporary files.
public enum Leftovers {
  private static let paths = Mutex<Set<String>>([])

  static func add(_ path: String) { _ = paths.withLock { $0.insert(path) } }
  static func forget(_ path: String) { _ = paths.withLock { $0.remove(path) } }

  /// Takes everything away. The work that uses it fails.
  public static func removeAll() {
    for path in paths.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
  }
}
