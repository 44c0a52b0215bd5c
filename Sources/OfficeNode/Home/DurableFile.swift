import Foundation
import Glibc

/// Replaces a small file so that after a crash either the old or the new contents stand, never half of one.
enum DurableFile {
  struct Failure: Error, CustomStringConvertible {
    let code: Int32
    var description: String { String(cString: strerror(code)) }
  }

  /// - Parameter isSynced: false does not wait for the disk: a power cut may leave older contents, or none.
  static func write(_ bytes: [UInt8], to path: String, isSynced: Bool = true) throws(Failure) {
    let temporary = path + ".new"
    let file = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure(code: errno) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let code = errno
        Glibc.close(file)
        throw Failure(code: code)
      }
      rest = rest.dropFirst(count)
    }
    let isWritten = !isSynced || fsync(file) == 0
    Glibc.close(file)
    guard isWritten, rename(temporary, path) == 0 else { throw Failure(code: errno) }
    if isSynced { syncFolder(of: path) }
  }

  /// A name is in its folder, and survives a power cut only with that.
  static func syncFolder(of path: String) {
    let folder = Glibc.open(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      Glibc.close(folder)
    }
  }
}
