import Glibc

/// Holds a home for this process: one process owns a replica at a time, so one place signs. The kernel lets go of it
/// when the process ends, however it ends.
final class HomeLock: Sendable {
  private let file: Int32

  /// - Returns: `nil` when another process holds it.
  static func acquire(_ home: Home) throws -> HomeLock? {
    let file = open(home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw NodeFailure.folder(home.path, DurableFile.Failure(code: errno)) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return nil
    }
    return HomeLock(file: file)
  }

  private init(file: Int32) { self.file = file }
  deinit { close(file) }
}
