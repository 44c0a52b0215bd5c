import Foundation

/// A folder for copies that go away: within the home, so that what is plain there stays where it is plain anyhow, or
/// for the commands without a home among the machine's temporary files. For the owner alone.
struct BackupScratch {
  let path: String

  /// Beside the copy so much must stay free that the node's own work goes on.
  static let reserveBytes: UInt64 = 32 * 1024 * 1024

  /// Takes the place of one that a killed process left.
  init(in home: Home) throws {
    try self.init(path: Self.path(in: home))
  }

  private static func path(in home: Home) -> String { home.path + "/backup-scratch" }

  /// What a killed process left; only for whoever owns the home.
  static func clear(_ home: Home) {
    let path = path(in: home)
    if FileManager.default.fileExists(atPath: path) { try? FileManager.default.removeItem(atPath: path) }
  }

  /// - Parameter random: makes the name unlike any other.
  init(temporary random: [UInt8]) throws {
    let name = random.map { String($0, radix: 36) }.joined()
    let folder = NSTemporaryDirectory()
    try self.init(path: (folder.hasSuffix("/") ? folder : folder + "/") + "docket-" + name)
  }

  private init(path: String) throws {
    self.path = path
    remove()
    Leftovers.add(path)
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw NodeFailure.folder(path, error)
    }
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    Leftovers.forget(path)
  }

  /// - Throws: `disk-full` unless so many bytes and the reserve are free.
  func needs(_ bytes: UInt64) throws {
    guard let free = RawFile.freeBytes(at: path), free < bytes + Self.reserveBytes else { return }
    throw BackupProblem.noRoom(path, needed: bytes + Self.reserveBytes, free: free)
  }
}
