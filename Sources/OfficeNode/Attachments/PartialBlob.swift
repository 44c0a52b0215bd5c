import Casebook
import Foundation
import Glibc
import Replication

/// A blob that is being fetched: bytes in the order of their offsets within a chunk, chunks in any order, over any
/// number of sessions. Used by one task at a time; `BlobStore.claim` sees to it.
///
/// Bytes are written where they belong as they come. They count for something once their chunk is whole and has its
/// hash; how much of a chunk is begun is kept too, so that a slow link that breaks again and again comes to an end.
/// What the progress file says may lag behind the content, never the other way: content is synced first. Should a
/// medium lie about that, the whole is verified once more before it gets its name.
final class PartialBlob {
  /// Chunks between two notes of the progress: at most 8 MiB are fetched again after a power cut.
  static let chunksPerCheckpoint = 32
  /// And at most as much as comes in this time.
  static let timePerCheckpoint = Duration.seconds(5)

  /// What became of bytes.
  enum Outcome: Equatable {
    case kept
    /// Every chunk is there: `recheck` and `finish`.
    case whole
    /// Their chunk has not its hash, and all of it came since the blob was opened.
    case altered
    /// It has not its hash, and was begun before: these bytes are missing again.
    case again(Range<Int>)
  }

  let blob: BlobID
  let length: Int
  /// `nil` while a blob of one chunk is not whole: its list is made of its content.
  private(set) var manifest: BlobManifest?
  private(set) var progress: BlobProgress
  /// Bytes from the beginning of chunks that are not whole. Only those of the first one are kept over a session's end.
  private var begun: [Int: Int] = [:]
  private let store: BlobStore
  private var unnoted = 0
  private var isDirty = false
  private var noted = ContinuousClock.now
  /// The chunk that an earlier session began.
  private var continued: Int?
  /// Chunks that were read again at the end.
  private var rechecked = 0

  /// Goes on where an earlier one ended, or begins.
  /// - Parameter length: of the whole; with a manifest the one it says, else at most a chunk.
  /// - Throws: `DurableFile.Failure`.
  fileprivate init(
    _ blob: BlobID, _ manifest: BlobManifest?, length: Int, _ store: BlobStore
  ) throws(DurableFile.Failure) {
    self.blob = blob
    self.manifest = manifest
    self.length = length
    self.store = store
    let layout = store.layout
    let chunks = BlobLimits.chunkCount(ofLength: length)
    try layout.makeFolder(layout.partial)
    let known = store.progress(of: blob)
    let file = try RawFile(updating: layout.partialContent(of: blob))
    // Of another length or without content it says nothing.
    let isContinued = known?.chunkCount == chunks && file.byteCount == UInt64(length)
    progress = (isContinued ? known : nil) ?? BlobProgress(chunkCount: chunks)
    progress.refusal = nil
    // Only what is asked for next can be gone on with.
    if progress.begun?.chunk != progress.wanted(atMost: 1)?.lowerBound { progress.begun = nil }
    continued = progress.begun?.chunk
    if let first = progress.begun { begun = [first.chunk: first.bytes] }
    if !isContinued {
      // In this order: a progress file without content would be taken for some.
      if known != nil { try note() }
      try file.resize(to: length)
    }
    if let manifest, BundleFiles.size(layout.partialList(of: blob)) == nil {
      try store.writeSmall(manifest.encoded, to: layout.partialList(of: blob))
    }
  }

  /// Ranges of bytes that are missing, ascending.
  var missing: [Range<Int>] {
    noteBegun()
    return progress.missing(ofLength: length)
  }

  private func noteBegun() {
    let first = progress.wanted(atMost: 1)?.lowerBound
    progress.begun = first.flatMap { chunk in begun[chunk].map { BlobProgress.Begun(chunk: chunk, bytes: $0) } }
  }

  /// Takes bytes from a peer; they go on where the ones before of their chunk ended, and end with it at the latest.
  /// - Throws: `DurableFile.Failure`.
  func write(_ bytes: [UInt8], at offset: Int) throws(DurableFile.Failure) -> Outcome {
    let chunk = offset / BlobLimits.chunkBytes
    let start = chunk * BlobLimits.chunkBytes
    let whole = start..<min(length, start + BlobLimits.chunkBytes)
    guard offset >= 0, !bytes.isEmpty, offset + bytes.count <= whole.upperBound else { return .altered }
    if progress.contains(chunk) { return progress.isWhole ? .whole : .kept }
    // Behind a hole it could not be verified.
    guard start + (begun[chunk] ?? 0) == offset else { return .again(whole) }
    let file = try RawFile(updating: store.layout.partialContent(of: blob))
    guard file.move(to: offset) else { throw DurableFile.Failure(code: errno) }
    try file.write(bytes)
    isDirty = true
    let end = offset + bytes.count
    guard end == whole.upperBound else {
      begun[chunk] = end - start
      try noteInTime(file)
      return .kept
    }
    begun[chunk] = nil
    guard try isSound(chunk, whole, in: file) else {
      let isMixed = continued == chunk
      continued = nil
      return isMixed ? .again(whole) : .altered
    }
    progress.insert(chunk)
    unnoted += 1
    if progress.isWhole { return .whole }
    try noteInTime(file)
    return .kept
  }

  private func isSound(_ chunk: Int, _ range: Range<Int>, in file: RawFile) throws(DurableFile.Failure) -> Bool {
    guard file.move(to: range.lowerBound) else { throw DurableFile.Failure(code: errno) }
    let bytes = try file.read(range.count)
    if let manifest { return (try? manifest.check(bytes, number: chunk, using: store.suite)) != nil }
    return take(bytes)
  }

  /// Makes the list of a blob of one chunk, or none.
  private func take(_ content: [UInt8]) -> Bool {
    guard let made = BlobManifest(ofOne: content, using: store.suite), made.id(using: store.suite) == blob else {
      return false
    }
    manifest = made
    return true
  }

  private func noteInTime(_ file: RawFile) throws(DurableFile.Failure) {
    guard unnoted >= Self.chunksPerCheckpoint || ContinuousClock.now - noted > Self.timePerCheckpoint else { return }
    try file.settle()
    try note()
  }

  /// Leaves what came so far durable; at the end of a session at the latest.
  func checkpoint() throws(DurableFile.Failure) {
    guard isDirty else { return }
    try RawFile(updating: store.layout.partialContent(of: blob)).settle()
    try note()
  }

  /// Reads some more chunks once again from the disk.
  /// - Returns: whether there are more to read.
  func recheck(_ count: Int) throws(DurableFile.Failure) -> Bool {
    let file = try RawFile(updating: store.layout.partialContent(of: blob))
    if rechecked == 0 { try file.settle() }
    let end = min(progress.chunkCount, rechecked + count)
    while rechecked < end {
      let start = rechecked * BlobLimits.chunkBytes
      let range = start..<min(length, start + BlobLimits.chunkBytes)
      if try !isSound(rechecked, range, in: file) { progress.remove(rechecked) }
      rechecked += 1
    }
    return rechecked < progress.chunkCount
  }

  /// Gives the whole blob its name.
  /// - Returns: `false` where chunks are missing still, also ones that turned out altered on the disk.
  func finish() throws(DurableFile.Failure) -> Bool {
    while progress.isWhole, try recheck(Self.chunksPerCheckpoint) {}
    rechecked = 0
    if progress.chunkCount == 0, manifest == nil, !take([]) { return false }
    guard progress.isWhole, let manifest else {
      try checkpoint()
      return false
    }
    try store.place(store.layout.partialContent(of: blob), as: blob, manifest)
    unlink(store.layout.progress(of: blob))
    unlink(store.layout.partialList(of: blob))
    return true
  }

  private func note() throws(DurableFile.Failure) {
    noteBegun()
    try store.writeSmall(progress.encoded, to: store.layout.progress(of: blob))
    unnoted = 0
    isDirty = false
    noted = ContinuousClock.now
  }
}

extension BlobStore {
  /// Begins to fetch a blob, or goes on.
  /// - Parameters:
  ///   - list: the manifest, from anywhere; `nil`: the blob has at most one chunk, or its list is here from an earlier
  ///   session.
  ///   - length: as a record says.
  /// - Returns: `nil` where the office refuses it; the reason is kept and shown.
  /// - Throws: `BlobFailure` where the manifest is another's, or none is here; `DurableFile.Failure`.
  func fetch(
    _ blob: BlobID, list: [UInt8]?, length: Int, under policy: BlobPolicy
  ) throws -> PartialBlob? {
    var manifest: BlobManifest?
    if let list {
      manifest = try BlobManifest(list, of: blob, using: suite)
    } else if length > BlobLimits.chunkBytes {
      guard let known = partialManifest(of: blob) else { throw BlobFailure.otherManifest }
      manifest = known
    }
    let before = BundleFiles.size(layout.partialContent(of: blob))
    let isBegun = before == length
    let isOther = manifest.map { $0.length != length } ?? false
    let refusal: BlobProgress.Refusal? =
      isOther ? .otherLength : isBegun ? nil : hasRoom(for: length) ? reserve(length, under: policy) : .quota
    if let refusal {
      try refuse(blob, chunkCount: BlobLimits.chunkCount(ofLength: manifest?.length ?? length), refusal)
      return nil
    }
    if isBegun { return try PartialBlob(blob, manifest, length: length, self) }
    var kept = 0
    defer { settleReservation(length, kept: kept) }
    let partial = try PartialBlob(blob, manifest, length: length, self)
    kept = length - (before ?? 0)
    return partial
  }

  /// Whether the disk has the room; work on files needs some of it.
  private func hasRoom(for length: Int) -> Bool {
    guard let free = RawFile.freeBytes(at: layout.path) else { return true }
    return free >= UInt64(length) + BackupScratch.reserveBytes
  }

  /// The list of a blob of which something was fetched before.
  func partialManifest(of blob: BlobID) -> BlobManifest? {
    guard let data = FileManager.default.contents(atPath: layout.partialList(of: blob)) else { return nil }
    return try? BlobManifest([UInt8](data), of: blob, using: suite)
  }

  /// Notes why a blob is not fetched.
  func refuse(_ blob: BlobID, chunkCount: Int, _ refusal: BlobProgress.Refusal) throws(DurableFile.Failure) {
    var progress = self.progress(of: blob) ?? BlobProgress(chunkCount: chunkCount)
    guard progress.refusal != refusal else { return }
    try layout.makeFolder(layout.partial)
    progress.refusal = refusal
    try writeSmall(progress.encoded, to: layout.progress(of: blob))
  }
}
