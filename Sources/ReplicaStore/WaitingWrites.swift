import Casebook
import Replication

/// A write of a record that is not in its row yet.
struct WaitingWrite {
  let write: RecordWrite
  let stamp: WriteStamp
  /// Authority as it was when the write came.
  let ranks: AuthorRanks
}

/// Writes that wait until rows are read or the transaction ends, to be taken in the order of their ids: a page of rows
/// is then read, logged and copied back once for all that wait for it, however they came. What catching up of ten
/// million changes costs is these pages.
///
/// They are packed, a third of what they take as values: the more may wait, the more share a page.
struct WaitingWrites {
  /// A write's turn, and where its stamp and fields stand.
  private struct Place {
    let type: UInt64
    let id: (high: UInt64, low: UInt64)
    let chunk: UInt16
    /// In `ranks`.
    let rank: UInt16
    let offset: UInt32

    static func < (left: Place, right: Place) -> Bool {
      if left.type != right.type { return left.type < right.type }
      if left.id != right.id { return left.id < right.id }
      return (left.chunk, left.offset) < (right.chunk, right.offset)
    }
  }

  /// Stamps and fields in the order they came. Several, for one would be copied as it grows.
  private var chunks: [CBORWriter] = []
  private var places: [Place] = []
  private var ranks: [AuthorRanks] = []
  private var closedBytes = 0

  /// What waits, packed: the changes of single fields among 65,536 entries of the usual acts, and a third of what
  /// catching up may take.
  static let bytesMax = 22 * 1_024 * 1_024
  /// Trees that the writes came under; each may be a copy.
  static let ranksMax = 64
  private static let chunkBytes = 1_024 * 1_024

  var isEmpty: Bool { places.isEmpty }
  var isFull: Bool { bytes >= Self.bytesMax || ranks.count > Self.ranksMax }

  private var bytes: Int {
    closedBytes + (chunks.last?.bytes.count ?? 0) + places.count * MemoryLayout<Place>.stride
  }

  mutating func add(_ waiting: WaitingWrite) {
    if ranks.last !== waiting.ranks { ranks.append(waiting.ranks) }
    let last = chunks.last?.bytes.count
    if last.map({ $0 >= Self.chunkBytes }) ?? true {
      closedBytes += last ?? 0
      // The first one grows as it needs: most transactions write little.
      chunks.append(last == nil ? CBORWriter() : CBORWriter(capacity: Self.chunkBytes + LogLimits.entryBytesMax))
    }
    let chunk = chunks.count - 1
    let offset = chunks[chunk].bytes.count
    waiting.stamp.write(to: &chunks[chunk])
    waiting.write.writeFields(to: &chunks[chunk])
    places.append(
      Place(
        type: waiting.write.type, id: Self.halves(waiting.write.id), chunk: UInt16(chunk),
        rank: UInt16(ranks.count - 1), offset: UInt32(offset)))
  }

  /// By type and id; writes of one record in the order they came.
  /// - Complexity: O(n log n) of what waits.
  consuming func forEachInOrder(_ body: (WaitingWrite) throws -> Void) throws {
    places.sort(by: <)
    let chunks = chunks.map(\.bytes)
    for place in places {
      try body(try Self.write(at: place, in: chunks[Int(place.chunk)], ranks: ranks[Int(place.rank)]))
    }
  }

  private static func write(at place: Place, in chunk: [UInt8], ranks: AuthorRanks) throws -> WaitingWrite {
    var reader = CBORReader(chunk, from: Int(place.offset))
    do throws(CBORReader.Failure) {
      let stamp = try WriteStamp(from: &reader)
      let write = try RecordWrite(type: place.type, id: id(place.id), fieldsFrom: &reader)
      return WaitingWrite(write: write, stamp: stamp, ranks: ranks)
    } catch {
      throw StoreError(.corrupt, cause: "waiting write: \(error.rawValue)")
    }
  }

  private static func halves(_ id: RecordID) -> (high: UInt64, low: UInt64) {
    id.bytes.withUnsafeBytes { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  private static func id(_ halves: (high: UInt64, low: UInt64)) -> RecordID {
    let bytes = [UInt8](unsafeUninitializedCapacity: RecordID.byteCount) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      raw.storeBytes(of: halves.high.bigEndian, as: UInt64.self)
      raw.storeBytes(of: halves.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      count = RecordID.byteCount
    }
    return RecordID(bytes) ?? .zero
  }
}
