import Casebook
import Replication

/// Reads blobs for a peer, piece by piece: each chunk is read and verified once, and held until the next one is asked
/// for. Used by one task at a time.
final class BlobSource {
  private let store: BlobStore
  private var blob: BlobID?
  private var reader: BlobReader?
  private var list: [UInt8] = []
  private var chunk: (number: Int, bytes: [UInt8])?

  init(_ store: BlobStore) { self.store = store }

  /// - Returns: exactly the bytes asked for, or why not.
  func read(_ ask: AttachmentFrame.Ask) -> Result<[UInt8], Denial> {
    do {
      try open(ask.blob)
      guard let reader else { return .failure(Denial(refusal: .none)) }
      let end = ask.offset + ask.count
      if ask.part == .list {
        if list.isEmpty { list = reader.manifest.encoded }
        guard ask.offset >= 0, end <= list.count else { return .failure(Denial(refusal: .length)) }
        return .success(Array(list[ask.offset..<end]))
      }
      guard ask.offset >= 0, end <= reader.manifest.length else { return .failure(Denial(refusal: .length)) }
      return .success(try content(ask.offset..<end, reader))
    } catch {
      // The file is gone, or is not what its name says: `verify` and the log say which.
      close()
      return .failure(Denial(refusal: store.isPresent(ask.blob) ? .altered : .none, cause: error))
    }
  }

  /// Why a peer gets nothing, and what stood behind it here.
  struct Denial: Error {
    let refusal: AttachmentFrame.Refusal
    var cause: (any Error)?
  }

  /// Of the blob read last; 0 of any other.
  func length(of wanted: BlobID) -> Int { blob == wanted ? reader?.manifest.length ?? 0 : 0 }

  private func open(_ wanted: BlobID) throws {
    if blob == wanted, reader != nil { return }
    close()
    guard store.isPresent(wanted) else { return }
    reader = try BlobReader(wanted, store.manifest(of: wanted), store)
    blob = wanted
  }

  private func content(_ range: Range<Int>, _ reader: BlobReader) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    var place = range.lowerBound
    while place < range.upperBound {
      let number = place / BlobLimits.chunkBytes
      if chunk?.number != number { chunk = (number, try reader.chunk(number)) }
      guard let held = chunk?.bytes else { break }
      let start = number * BlobLimits.chunkBytes
      let end = min(range.upperBound, start + held.count)
      bytes += held[(place - start)..<(end - start)]
      place = end
    }
    return bytes
  }

  /// Lets go of the file and of what was read of it.
  func close() {
    blob = nil
    reader = nil
    list = []
    chunk = nil
  }
}
