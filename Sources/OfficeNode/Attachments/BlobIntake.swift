import Casebook
import Casework
import Foundation
import Glibc
import Replication
import SignatureSuites

/// A person's file that is copied into the store, hashed on the way.
extension BlobStore {
  struct Taken: Sendable {
    let blob: BlobID
    let manifest: BlobManifest
    /// It was here already.
    let wasHeld: Bool
  }

  private static let copying = Bilingual(zh: "复制附件", en: "copying the attachment")

  /// Copies a file into the store.
  /// - Throws: `DeskFailure`; nothing of it is left in the store then.
  func take(
    _ path: String, under policy: BlobPolicy, progress: (DeskProgress) -> Void
  ) throws -> Taken {
    let source = try SourceFile(path)
    if let refusal = reserve(source.length, under: policy) {
      if refusal == .tooLarge { throw AttachmentProblem.tooLarge(path, source.length, policy) }
      // What is here already takes no room.
      let manifest = try copied(source, to: nil, progress)
      let blob = manifest.id(using: suite)
      guard isPresent(blob) else { throw AttachmentProblem.quota(path, source.length, used: used(), policy) }
      return Taken(blob: blob, manifest: manifest, wasHeld: true)
    }
    var kept = 0
    defer { settleReservation(source.length, kept: kept) }
    let temporary = layout.incoming + "/" + Hexadecimal.string(randomBytes(16))
    do {
      try layout.makeFolder(layout.incoming)
      if let free = RawFile.freeBytes(at: layout.path), free < UInt64(source.length) + BackupScratch.reserveBytes {
        throw DurableFile.Failure(code: ENOSPC)
      }
      Leftovers.add(temporary)
      defer { Leftovers.forget(temporary) }
      let file = try RawFile(writing: temporary)
      let manifest = try copied(source, to: file, progress)
      try file.settle()
      let blob = manifest.id(using: suite)
      let wasHeld = isPresent(blob)
      try place(temporary, as: blob, manifest)
      kept = (wasHeld ? 0 : manifest.length) - dropPartial(blob)
      return Taken(blob: blob, manifest: manifest, wasHeld: wasHeld)
    } catch {
      unlink(temporary)
      guard let failure = error as? DurableFile.Failure else { throw error }
      throw AttachmentProblem.unstored(path, source.length, failure, at: layout.path)
    }
  }

  /// What was fetched of a blob that came whole by another way.
  /// - Returns: bytes that are free again.
  private func dropPartial(_ blob: BlobID) -> Int {
    let bytes = BundleFiles.size(layout.partialContent(of: blob)) ?? 0
    for path in [layout.partialContent(of: blob), layout.partialList(of: blob), layout.progress(of: blob)] { unlink(path) }
    return bytes
  }

  private func copied(
    _ source: SourceFile, to target: RawFile?, _ progress: (DeskProgress) -> Void
  ) throws -> BlobManifest {
    var hasher = BlobHasher(using: suite)
    while true {
      let piece = try source.read()
      if piece.isEmpty { break }
      // A file that grows would be read for ever.
      guard hasher.length + piece.count <= source.length else { throw AttachmentProblem.changed(source.path) }
      try hasher.add(piece)
      try target?.write(piece)
      progress(DeskProgress(work: Self.copying, done: hasher.length, total: source.length))
    }
    guard hasher.length == source.length, source.isUnchanged else { throw AttachmentProblem.changed(source.path) }
    return try hasher.finished()
  }
}

/// A file that somebody else may be writing.
private final class SourceFile {
  let path: String
  let length: Int
  private let file: RawFile
  private let before: Mark

  /// What changes with a file's content.
  private struct Mark: Equatable {
    let inode: Int
    let length: Int
    let changed: Date?

    init?(_ path: String) {
      let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let values = try? FileManager.default.attributesOfItem(atPath: resolved),
        let length = (values[.size] as? NSNumber)?.intValue
      else { return nil }
      inode = (values[.systemFileNumber] as? NSNumber)?.intValue ?? -1
      self.length = length
      changed = values[.modificationDate] as? Date
    }
  }

  /// - Throws: `file`: there is none, a folder, a pipe, no permission.
  init(_ path: String) throws {
    self.path = path
    do throws(DurableFile.Failure) {
      file = try RawFile(reading: path)
    } catch {
      throw BundleProblem.unreadable(path)
    }
    guard let mark = Mark(path) else { throw BundleProblem.unreadable(path) }
    before = mark
    length = mark.length
  }

  func read() throws -> [UInt8] {
    do throws(DurableFile.Failure) {
      return try file.read(BlobLimits.chunkBytes)
    } catch {
      throw BundleProblem.unreadable(path)
    }
  }

  var isUnchanged: Bool { Mark(path) == before }
}
