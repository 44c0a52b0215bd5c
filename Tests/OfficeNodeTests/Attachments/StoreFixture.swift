import Foundation
import Replication
import SignatureSuites
import TestKit

@testable import OfficeNode

/// A store in a folder that goes away with the test.
final class StoreFixture: Sendable {
  static let policy = BlobPolicy(bytesMax: 6 * BlobLimits.chunkBytes, quota: 12 * BlobLimits.chunkBytes, eagerMax: 0)

  let folder: String
  var home: Home { Home(folder + "/office") }

  init() throws {
    folder = NSTemporaryDirectory() + "docket-blobs-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder + "/office", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// As a process finds it that begins.
  func store() -> BlobStore {
    BlobStore.clearUnfinished(home)
    return BlobStore(home)
  }

  static func content(_ length: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length + 8)
    while bytes.count < length { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(length))
  }

  static func manifest(_ content: [UInt8]) throws -> BlobManifest {
    var hasher = BlobHasher(using: Ed25519Suite())
    try hasher.add(content)
    return try hasher.finished()
  }

  static func chunk(_ number: Int, of content: [UInt8]) -> [UInt8] {
    let start = number * BlobLimits.chunkBytes
    return Array(content[start..<min(content.count, start + BlobLimits.chunkBytes)])
  }

  func write(_ content: [UInt8], to name: String) throws -> String {
    let path = folder + "/" + name
    try Data(content).write(to: URL(fileURLWithPath: path))
    return path
  }

  func read(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

  func take(_ content: [UInt8], as name: String = "a.jpg", into store: BlobStore) throws -> BlobStore.Taken {
    try store.take(try write(content, to: name), under: Self.policy) { _ in }
  }

  /// Every file in the store, by its path within it.
  func files() -> [String] {
    (FileManager.default.enumerator(atPath: home.blobs)?.compactMap { $0 as? String } ?? [])
      .filter { !BundleFiles.isFolder(home.blobs + "/" + $0) }.sorted()
  }
}
