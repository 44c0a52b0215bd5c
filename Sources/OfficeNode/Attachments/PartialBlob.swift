import Casebook
import Foundation
import Glibc
import Replication

/// A blob that is being fetched: chunks in any order, over any number of sessions. Used by one task at a time.
///
/// What the progress file says may lag behind the content, never the other way: content is synced first. Should a medium
/// lie about that, the whole is verified once more before it gets its name.
final class PartialBlob {
  /// Chunks between two notes of the progress: at most 8 MiB are fetched again after a power cut.
  static let chunksPerCheckpoint = 32

  let blob: BlobID
  let manifest: BlobManifest
  private(set) var progress: BlobProgress
  private let store: BlobStore
  private let file: RawFile
  private var unnoted = 0

  /// Goes on where an earlier one ended, or begins.
  /// - Throws: `DurableFile.Failure`.
  fileprivate init(_ blob: BlobID, _ manifest: BlobManifest, _ store: BlobStore) throws(DurableFile.Failure) {
    self.blob = blob
    self.manifest = manifest
    self.store = store
    let layout = store.layout
    try layout.makeFolder(layout.partial)
    let known = store.progress(of: blob)
    file = try RawFile(updating: layout.partialContent(of: blob))
    // Of another length or without content it says nothing.
    let isContinued = known?.chunkCount == manifest.chunkCount && file.byteCount == UInt64(manifest.length)
    progress = (isContinued ? known : nil) ?? BlobProgress(chunkCount: manifest.chunkCount)
    progress.refusal = nil
    if !isContinued {
      // In this order: a progress file without content would be taken for some.
      try note()
      try file.resize(to: manifest.length)
    }
    try store.writeSmall(manifest.encoded, to: layout.partialList(of: blob))
  }

  /// Takes a chunk from a peer, if it is what the manifest says.
  /// - Returns: whether it was missing.
  /// - Throws: `BlobFailure`: nothing was written; `DurableFile.Failure`.
  @discardableResult
  func add(_ chunk: [UInt8], number: Int) throws -> Bool {
    try manifest.check(chunk, number: number, using: store.suite)
    guard !progress.contains(number), let range = manifest.range(ofChunk: number) else { return false }
    guard file.move(to: range.lowerBound) else { throw DurableFile.Failure(code: errno) }
    try file.write(chunk)
    progress.insert(number)
    unnoted += 1
    if unnoted >= Self.chunksPerCheckpoint { try checkpoint() }
    return true
  }

  /// Leaves what came so far durable; at the end of a session at the latest.
  func checkpoint() throws(DurableFile.Failure) {
    try file.settle()
    try note()
    unnoted = 0
  }

  /// Gives the whole blob its name.
  /// - Returns: `false` where chunks are missing still, also ones that turned out altered on the disk.
  func finish() throws(DurableFile.Failure) -> Bool {
    guard progress.isWhole else {
      try checkpoint()
      return false
    }
    for number in 0..<manifest.chunkCount {
      guard let range = manifest.range(ofChunk: number), file.move(to: range.lowerBound) else {
        throw DurableFile.Failure(code: errno)
      }
      let bytes = try file.read(range.count)
      if (try? manifest.check(bytes, number: number, using: store.suite)) == nil { progress.remove(number) }
    }
    try checkpoint()
    guard progress.isWhole else { return false }
    try store.place(store.layout.partialContent(of: blob), as: blob, manifest)
    unlink(store.layout.progress(of: blob))
    unlink(store.layout.partialList(of: blob))
    return true
  }

  private func note() throws(DurableFile.Failure) {
    try store.writeSmall(progress.encoded, to: store.layout.progress(of: blob))
  }
}

extension BlobStore {
  /// Begins to fetch a blob, or goes on.
  /// - Parameters:
  ///   - bytes: the manifest, from anywhere.
  ///   - length: as the record says.
  /// - Returns: `nil` where the office refuses it; the reason is kept and shown.
  /// - Throws: `BlobFailure` where the manifest is another's, `DurableFile.Failure`.
  func fetch(
    _ blob: BlobID, manifest bytes: [UInt8], length: Int, under policy: BlobPolicy
  ) throws -> PartialBlob? {
    let manifest = try BlobManifest(bytes, of: blob, using: suite)
    let isBegun = BundleFiles.size(layout.partialContent(of: blob)) == manifest.length
    let refusal: BlobProgress.Refusal? =
      manifest.length != length ? .otherLength : isBegun ? nil : reserve(manifest.length, under: policy)
    if let refusal {
      try refuse(blob, chunkCount: manifest.chunkCount, refusal)
      return nil
    }
    if isBegun { return try PartialBlob(blob, manifest, self) }
    var kept = 0
    defer { settleReservation(manifest.length, kept: kept) }
    let partial = try PartialBlob(blob, manifest, self)
    kept = manifest.length
    return partial
  }

  /// Notes why a blob is not fetched.
  func refuse(_ blob: BlobID, chunkCount: Int, _ refusal: BlobProgress.Refusal) throws(DurableFile.Failure) {
    try layout.makeFolder(layout.partial)
    var progress = self.progress(of: blob) ?? BlobProgress(chunkCount: chunkCount)
    progress.refusal = refusal
    try writeSmall(progress.encoded, to: layout.progress(of: blob))
  }
}
