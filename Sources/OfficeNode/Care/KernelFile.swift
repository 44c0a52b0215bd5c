import Foundation

/// Files that the kernel makes while they are read (proc(5)).
enum KernelFile {
  /// - Returns: all of it; `nil` when it cannot be read. Foundation's whole-file readers stop at the first short read,
  ///   and these files come in pieces of a page: they would have the beginning alone.
  static func text(_ path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    return (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
  }
}
