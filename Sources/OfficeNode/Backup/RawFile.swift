import Foundation
import Glibc

/// A file by its descriptor: short writes, a full disk and a failed fsync show here, and nowhere else.
final class RawFile {
  private let descriptor: Int32
  private let path: String

  /// - Throws: `DurableFile.Failure`.
  init(reading path: String) throws(DurableFile.Failure) {
    self.path = path
    // A pipe in the file's place must not hold the node up.
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DurableFile.Failure(code: errno) }
    guard FileStatus(Self.resolved(path))?.isRegular == true else { throw DurableFile.Failure(code: EINVAL) }
  }

  /// A new file for its owner alone, in place of what an unfinished attempt left. One process at a time has it.
  /// - Throws: `DurableFile.Failure`; `EBUSY` while another process writes it.
  init(writing path: String) throws(DurableFile.Failure) {
    self.path = path
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw DurableFile.Failure(code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw DurableFile.Failure(code: EBUSY) }
    // On a medium without permissions this fails; `isOwnerOnly` tells.
    _ = fchmod(descriptor, 0o600)
    guard ftruncate(descriptor, 0) == 0 else { throw DurableFile.Failure(code: errno) }
  }

  /// A file for its owner alone that is written here and there, with what it holds.
  /// - Throws: `DurableFile.Failure`; `EBUSY` while another process writes it.
  init(updating path: String) throws(DurableFile.Failure) {
    self.path = path
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw DurableFile.Failure(code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw DurableFile.Failure(code: EBUSY) }
  }

  /// Empties the file and makes it so long; what is not written yet takes no room.
  func resize(to length: Int) throws(DurableFile.Failure) {
    guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, off_t(length)) == 0 else {
      throw DurableFile.Failure(code: errno)
    }
  }

  private static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

  deinit { close(descriptor) }

  /// Whether nobody but the owner (and root) may open it.
  var isOwnerOnly: Bool {
    guard let status = FileStatus(path), status.permissions >= 0 else { return false }
    return status.permissions & 0o077 == 0
  }

  var byteCount: UInt64 {
    let place = lseek(descriptor, 0, SEEK_CUR)
    let end = lseek(descriptor, 0, SEEK_END)
    guard place >= 0, end >= 0, lseek(descriptor, place, SEEK_SET) == place else { return 0 }
    return UInt64(end)
  }

  func write(_ bytes: [UInt8]) throws(DurableFile.Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
      if count > 0 { done += count } else if errno != EINTR { throw DurableFile.Failure(code: errno) }
    }
  }

  /// - Returns: fewer bytes than asked for at the file's end alone.
  func read(_ count: Int) throws(DurableFile.Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: done), count - done)
      }
      if got == 0 { break }
      if got > 0 { done += got } else if errno != EINTR { throw DurableFile.Failure(code: errno) }
    }
    if done < count { bytes.removeLast(count - done) }
    return bytes
  }

  /// - Returns: whether the file is that long.
  func move(to offset: Int) -> Bool { lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) }

  /// On the disk when this returns; and then out of memory, so that reading it back reads the medium.
  func settle() throws(DurableFile.Failure) {
    guard fsync(descriptor) == 0 else { throw DurableFile.Failure(code: errno) }
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }

  /// Makes a name in a folder as durable as the file.
  static func settleFolder(of path: String) throws(DurableFile.Failure) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw DurableFile.Failure(code: errno) }
    let isSettled = fsync(file) == 0
    let code = errno
    close(file)
    // Some media (FAT by way of FUSE) cannot sync a folder and say so.
    guard isSettled || code == EINVAL || code == ENOTSUP else { throw DurableFile.Failure(code: code) }
  }

  /// Free bytes for this user where `path` lies; `nil` when it cannot be told.
  static func freeBytes(at path: String) -> UInt64? {
    var status = statvfs()
    // No blocks at all: a file system that does not count them.
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
