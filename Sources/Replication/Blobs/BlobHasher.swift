/// Makes a blob's manifest while its bytes pass by, in pieces of any size.
public struct BlobHasher: Sendable {
  private let suite: any SignatureSuite
  /// Bytes that are no whole chunk yet.
  private var rest: [UInt8] = []
  private var hashes: [UInt8] = []
  /// Bytes so far.
  public private(set) var length = 0

  /// - Parameter suite: suite 1; its hash is SHA-256.
  public init(using suite: any SignatureSuite) { self.suite = suite }

  /// - Throws: `tooLarge`; nothing of the piece was taken then.
  public mutating func add(_ piece: [UInt8]) throws(BlobFailure) {
    guard piece.count <= BlobLimits.bytesMax - length else { throw .tooLarge }
    length += piece.count
    var start = 0
    while rest.count + piece.count - start >= BlobLimits.chunkBytes {
      let end = start + BlobLimits.chunkBytes - rest.count
      if rest.isEmpty {
        close(Array(piece[start..<end]))
      } else {
        rest += piece[start..<end]
        close(rest)
        rest.removeAll(keepingCapacity: true)
      }
      start = end
    }
    rest += piece[start...]
  }

  /// Everything added so far is the blob.
  public consuming func finished() throws(CBORReader.Failure) -> BlobManifest {
    if !rest.isEmpty { hashes += BlobManifest.hash(of: rest, using: suite).bytes }
    return try BlobManifest(length: length, hashes: hashes)
  }

  private mutating func close(_ chunk: [UInt8]) { hashes += BlobManifest.hash(of: chunk, using: suite).bytes }
}
