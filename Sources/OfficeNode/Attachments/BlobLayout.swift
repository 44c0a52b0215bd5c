import Foundation
import Glibc
import Replication

/// Where a home keeps the content of attachments.
///
///     blobs/aa/bb/<id>           whole and verified; aa and bb the id's first digits, so that no folder grows large
///     blobs/aa/bb/<id>.list      its manifest, where it has several chunks: each can be verified and served alone
///     blobs/partial/<id>         being fetched, with <id>.list and <id>.progress
///     blobs/incoming/<random>    being added; gone at the next start
///     blobs/mark                 tells this folder from another one
struct BlobLayout: Sendable {
  let path: String

  init(_ home: Home) { path = home.blobs }

  static let listSuffix = ".list"
  static let progressSuffix = ".progress"

  static let markBytes = 16

  var mark: String { path + "/mark" }
  var incoming: String { path + "/incoming" }
  var partial: String { path + "/partial" }

  func folder(of blob: BlobID) -> String {
    let text = blob.description
    return "\(path)/\(text.prefix(2))/\(text.dropFirst(2).prefix(2))"
  }

  func content(of blob: BlobID) -> String { folder(of: blob) + "/\(blob)" }
  func list(of blob: BlobID) -> String { content(of: blob) + Self.listSuffix }
  func partialContent(of blob: BlobID) -> String { partial + "/\(blob)" }
  func partialList(of blob: BlobID) -> String { partialContent(of: blob) + Self.listSuffix }
  func progress(of blob: BlobID) -> String { partialContent(of: blob) + Self.progressSuffix }

  /// Makes a folder and those above it within the home, for the owner alone, and leaves their names durable.
  func makeFolder(_ folder: String) throws(DurableFile.Failure) {
    if BundleFiles.isFolder(folder) { return }
    if folder != path, let slash = folder.lastIndex(of: "/") { try makeFolder(String(folder[..<slash])) }
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw DurableFile.Failure(code: errno) }
    try RawFile.settleFolder(of: folder)
  }

  /// Whole blobs with their sizes: one look at every file.
  func present() -> [(blob: BlobID, bytes: Int)] {
    var found: [(blob: BlobID, bytes: Int)] = []
    for first in Self.names(in: path) where first.utf8.count == 2 {
      for second in Self.names(in: path + "/" + first) where second.utf8.count == 2 {
        let folder = "\(path)/\(first)/\(second)"
        for name in Self.names(in: folder) {
          guard let blob = BlobID(hex: name), let bytes = BundleFiles.size(folder + "/" + name) else { continue }
          found.append((blob, bytes))
        }
      }
    }
    return found
  }

  /// Blobs being fetched, with the room that is set aside for each.
  func fetching() -> [(blob: BlobID, bytes: Int)] {
    Self.names(in: partial).compactMap { name in
      guard let blob = BlobID(hex: name), let bytes = BundleFiles.size(partial + "/" + name) else { return nil }
      return (blob, bytes)
    }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
  }
}
