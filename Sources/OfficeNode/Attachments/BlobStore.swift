import Casebook
import Foundation
import Glibc
import Replication
import SignatureSuites
import Synchronization

/// Keeps the content of attachments in the home, each once whatever names it. At any moment, also after a kill or a
/// power cut, a file under a blob's name is the whole blob: it is written under another name, synced, and renamed.
///
/// Used by several tasks at once; the only state is what is counted.
final class BlobStore: Sendable {
  let layout: BlobLayout
  let suite: any SignatureSuite
  private let usage = Mutex(Usage())

  private struct Usage {
    /// Bytes of whole and partial blobs; `nil` until they were counted, once in a process.
    var held: Int?
    /// Bytes that are being added.
    var reserved = 0
    /// Blobs that a session fetches.
    var claimed: Set<BlobID> = []
  }

  init(_ home: Home, suite: any SignatureSuite = Ed25519Suite()) {
    layout = BlobLayout(home)
    self.suite = suite
  }

  /// What a killed process left of additions; only for whoever owns the home.
  static func clearUnfinished(_ home: Home) {
    let path = BlobLayout(home).incoming
    if FileManager.default.fileExists(atPath: path) { try? FileManager.default.removeItem(atPath: path) }
  }

  // MARK: What is here

  /// Bytes that all blobs take, whole and partial ones.
  func used() -> Int { usage.withLock { counted(&$0) } }

  private func counted(_ usage: inout Usage) -> Int {
    if let held = usage.held { return held }
    let held = (layout.present() + layout.fetching()).reduce(0) { $0 + $1.bytes }
    usage.held = held
    return held
  }

  func isPresent(_ blob: BlobID) -> Bool { BundleFiles.size(layout.content(of: blob)) != nil }

  /// - Parameter length: as the record says; a file of another length is not the blob.
  /// - Returns: the state, and how many bytes are here.
  func state(of blob: BlobID, length: Int) -> (state: BlobState, held: Int) {
    if BundleFiles.size(layout.content(of: blob)) == length { return (.present, length) }
    guard let progress = progress(of: blob) else { return (.absent, 0) }
    // A partial blob is not present before it was verified as a whole and has its name.
    let state = progress.state == .present ? .partial : progress.state
    return (state, min(length, progress.presentBytes(ofLength: length)))
  }

  func progress(of blob: BlobID) -> BlobProgress? {
    guard let data = FileManager.default.contents(atPath: layout.progress(of: blob)) else { return nil }
    return try? BlobProgress(decoding: [UInt8](data))
  }

  // MARK: Quota

  /// Sets room aside for content that is being added.
  /// - Returns: why not; `nil`: it is set aside.
  func reserve(_ bytes: Int, under policy: BlobPolicy) -> BlobProgress.Refusal? {
    usage.withLock { usage in
      if let refusal = policy.refusal(of: bytes, used: counted(&usage) + usage.reserved) { return refusal }
      usage.reserved += bytes
      return nil
    }
  }

  /// - Parameter kept: bytes of it that are held from now on.
  func settleReservation(_ bytes: Int, kept: Int) {
    usage.withLock { usage in
      usage.reserved -= bytes
      if let held = usage.held { usage.held = held + kept }
    }
  }

  /// Bytes set aside for a blob that is being fetched; they count as used.
  func fetched(_ blob: BlobID) -> Int { BundleFiles.size(layout.partialContent(of: blob)) ?? 0 }

  // MARK: Sessions

  /// Takes a blob for one session to fetch.
  /// - Returns: `false` while another one does.
  func claim(_ blob: BlobID) -> Bool { usage.withLock { $0.claimed.insert(blob).inserted } }
  func release(_ blob: BlobID) { usage.withLock { _ = $0.claimed.remove(blob) } }
  func isClaimed(_ blob: BlobID) -> Bool { usage.withLock { $0.claimed.contains(blob) } }

  /// A random name that tells this folder from another one, made with it.
  /// - Throws: `DeskFailure`.
  func mark() throws -> [UInt8] {
    if let data = FileManager.default.contents(atPath: layout.mark), data.count == BlobLayout.markBytes { return [UInt8](data) }
    let mark = randomBytes(BlobLayout.markBytes)
    do throws(DurableFile.Failure) {
      try layout.makeFolder(layout.path)
      try writeSmall(mark, to: layout.mark)
    } catch {
      throw NodeFailure.folder(layout.path, error)
    }
    usage.withLock { $0.held = nil }
    return mark
  }

  // MARK: Putting in place

  /// Gives content its name. What had it before, whole or damaged, gives way: the new one was hashed just now.
  /// - Parameter temporary: complete and synced.
  func place(_ temporary: String, as blob: BlobID, _ manifest: BlobManifest) throws(DurableFile.Failure) {
    let path = layout.content(of: blob)
    try layout.makeFolder(layout.folder(of: blob))
    // The list of one chunk is made of it faster than it is read.
    if manifest.chunkCount > 1 { try writeSmall(manifest.encoded, to: layout.list(of: blob)) }
    guard rename(temporary, path) == 0 else { throw DurableFile.Failure(code: errno) }
    try RawFile.settleFolder(of: path)
  }

  func writeSmall(_ bytes: [UInt8], to path: String) throws(DurableFile.Failure) {
    do throws(DurableFile.Failure) {
      try DurableFile.write(bytes, to: path)
    } catch {
      unlink(path + ".new")
      throw error
    }
  }

  // MARK: Reading

  /// The manifest of a blob that is here: from its list, or made again from the content where the list is lost.
  /// - Throws: `DeskFailure` where the content is missing or altered.
  func manifest(of blob: BlobID) throws -> BlobManifest {
    if let data = FileManager.default.contents(atPath: layout.list(of: blob)),
      let manifest = try? BlobManifest([UInt8](data), of: blob, using: suite)
    {
      return manifest
    }
    var hasher = BlobHasher(using: suite)
    do {
      let file = try RawFile(reading: layout.content(of: blob))
      while true {
        let piece = try file.read(BlobLimits.chunkBytes)
        if piece.isEmpty { break }
        try hasher.add(piece)
      }
    } catch is BlobFailure {
      throw AttachmentProblem.altered(blob)
    } catch {
      throw AttachmentProblem.contentUnreadable(blob, error)
    }
    let manifest = try hasher.finished()
    guard manifest.id(using: suite) == blob else { throw AttachmentProblem.altered(blob) }
    if manifest.chunkCount > 1 { try? writeSmall(manifest.encoded, to: layout.list(of: blob)) }
    return manifest
  }

  /// Reads a blob from beginning to end, each chunk verified before it is passed on.
  /// - Throws: `DeskFailure`, and what `sink` throws.
  func read(_ blob: BlobID, _ sink: ([UInt8]) throws -> Void) throws {
    let manifest = try manifest(of: blob)
    let reader = try BlobReader(blob, manifest, self)
    for number in 0..<manifest.chunkCount { try sink(try reader.chunk(number)) }
    guard reader.isAtEnd else { throw AttachmentProblem.altered(blob) }
  }

  /// Whether a blob that is here is what its name says.
  func isSound(_ blob: BlobID) -> Bool {
    do {
      try read(blob) { _ in }
      return true
    } catch {
      return false
    }
  }
}

/// Chunks of a blob that is here, in any order.
final class BlobReader {
  let blob: BlobID
  let manifest: BlobManifest
  private let file: RawFile
  private let suite: any SignatureSuite

  /// - Throws: `DeskFailure`.
  init(_ blob: BlobID, _ manifest: BlobManifest, _ store: BlobStore) throws {
    self.blob = blob
    self.manifest = manifest
    suite = store.suite
    do throws(DurableFile.Failure) {
      file = try RawFile(reading: store.layout.content(of: blob))
    } catch {
      throw AttachmentProblem.contentUnreadable(blob, error)
    }
  }

  /// - Parameter number: below the manifest's count.
  /// - Throws: `attachment-altered`.
  func chunk(_ number: Int) throws -> [UInt8] {
    guard let range = manifest.range(ofChunk: number), file.move(to: range.lowerBound) else {
      throw AttachmentProblem.altered(blob)
    }
    let bytes: [UInt8]
    do throws(DurableFile.Failure) {
      bytes = try file.read(range.count)
    } catch {
      throw AttachmentProblem.contentUnreadable(blob, error)
    }
    do throws(BlobFailure) {
      try manifest.check(bytes, number: number, using: suite)
    } catch {
      throw AttachmentProblem.altered(blob)
    }
    return bytes
  }

  /// Whether nothing stands behind the last chunk.
  var isAtEnd: Bool { file.byteCount == UInt64(manifest.length) }
}
