import Casebook
import Foundation
import ReplicaStore
import SignatureSuites

/// The real store in a folder of its own. A crash keeps the files as they were in the midst of the transaction, and
/// the next one opens those.
final class StoreDisk: SimulatedDisk {
  private let folder: String
  private var path: String { folder + "/replica.sqlite" }
  private var store: ReplicaStore?
  private var images = 0
  private var isCut = false

  /// - Parameter folder: is made; holds the database and its backups, and goes with this object.
  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try ReplicaStore.create(path: path, suites: .standard)
  }

  deinit {
    store = nil
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func opened() throws -> ReplicaStore {
    // The old connection would end in order when it goes, as none does when the power fails.
    if isCut { try replaceFiles(by: try copyFiles()) }
    if let store { return store }
    let opened = try ReplicaStore.open(path: path, suites: .standard)
    store = opened
    return opened
  }

  func transaction<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value {
    var left: String?
    do {
      return try opened().transaction { storage in
        do {
          return try body(storage)
        } catch let crash as SimulatedCrash {
          left = try copyFiles()
          throw crash
        }
      }
    } catch {
      if let left { try replaceFiles(by: left) }
      throw error
    }
  }

  func read<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value {
    try opened().read { try body($0) }
  }

  func backup() throws -> DiskImage { .files(try copyFiles()) }

  func restore(_ image: DiskImage) throws {
    if case .files(let copy) = image { try replaceFiles(by: copy) }
  }

  func cutPower() { isCut = true }

  private static let suffixes = ["", "-wal"]

  private func copyFiles() throws -> String {
    images += 1
    let image = folder + "/image-\(images)"
    try FileManager.default.createDirectory(atPath: image, withIntermediateDirectories: true)
    for suffix in Self.suffixes where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: image + "/replica.sqlite" + suffix)
    }
    return image
  }

  private func replaceFiles(by image: String) throws {
    store = nil
    isCut = false
    for suffix in Self.suffixes + ["-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    for suffix in Self.suffixes where FileManager.default.fileExists(atPath: image + "/replica.sqlite" + suffix) {
      try FileManager.default.copyItem(atPath: image + "/replica.sqlite" + suffix, toPath: path + suffix)
    }
  }
}
