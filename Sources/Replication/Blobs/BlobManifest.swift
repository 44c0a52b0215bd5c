/// A blob's length and the hashes of its chunks: `[length, hashes]`. It verifies against the id, and each chunk against
/// it, in whatever order they come.
public struct BlobManifest: Sendable, Hashable {
  /// Bytes.
  public let length: Int
  /// 32 bytes a chunk, one after the other: of the largest blob a quarter of a mebibyte, not 8,192 values.
  private let hashes: [UInt8]

  /// - Throws: `outOfRange` unless there is one hash for each chunk of that length.
  init(length: Int, hashes: [UInt8]) throws(CBORReader.Failure) {
    guard (0...BlobLimits.bytesMax).contains(length),
      hashes.count == BlobLimits.chunkCount(ofLength: length) * Digest.byteCount
    else { throw .outOfRange }
    self.length = length
    self.hashes = hashes
  }

  /// The manifest of content that is here as a whole.
  /// - Parameter content: at most one chunk.
  public init?(ofOne content: [UInt8], using suite: any SignatureSuite) {
    guard content.count <= BlobLimits.chunkBytes else { return nil }
    length = content.count
    hashes = content.isEmpty ? [] : Self.hash(of: content, using: suite).bytes
  }

  /// Bytes of the encoding of a manifest of content of this length.
  public static func encodedBytes(ofLength length: Int) -> Int {
    let hashes = BlobLimits.chunkCount(ofLength: length) * Digest.byteCount
    var writer = CBORWriter()
    writer.arrayHead(2)
    writer.unsigned(UInt64(max(0, length)))
    // The head of the byte string is as long as the number alone.
    writer.unsigned(UInt64(hashes))
    return writer.bytes.count + hashes
  }

  public var chunkCount: Int { BlobLimits.chunkCount(ofLength: length) }

  /// Where the chunk's bytes are in the blob; `nil` where there is no such chunk.
  /// - Parameter number: from 0.
  public func range(ofChunk number: Int) -> Range<Int>? {
    guard (0..<chunkCount).contains(number) else { return nil }
    let start = number * BlobLimits.chunkBytes
    return start..<min(length, start + BlobLimits.chunkBytes)
  }

  /// - Parameter number: from 0 to below `chunkCount`.
  public func hash(ofChunk number: Int) -> Digest? {
    guard (0..<chunkCount).contains(number) else { return nil }
    return Digest(hashes[(number * Digest.byteCount)..<((number + 1) * Digest.byteCount)])
  }

  /// Checks one chunk that came from anywhere.
  /// - Parameter suite: suite 1; its hash is SHA-256.
  /// - Throws: `chunkNumber`, `chunkLength`, `chunkAltered`.
  /// - Complexity: one hash of the chunk.
  public func check(_ chunk: [UInt8], number: Int, using suite: any SignatureSuite) throws(BlobFailure) {
    guard let range = range(ofChunk: number) else { throw .chunkNumber }
    guard chunk.count == range.count else { throw .chunkLength }
    guard Self.hash(of: chunk, using: suite) == hash(ofChunk: number) else { throw .chunkAltered }
  }

  /// `H("docket/blob-chunk/1" 00 chunk)`.
  static func hash(of chunk: [UInt8], using suite: any SignatureSuite) -> Digest {
    suite.hash(Domain.blobChunk.prefixed(chunk))
  }

  // MARK: Encoding

  /// `[length, hashes]`, the hashes one byte string.
  public var encoded: [UInt8] {
    var writer = CBORWriter(capacity: hashes.count + 11)
    writer.arrayHead(2)
    writer.unsigned(UInt64(length))
    writer.byteString(hashes)
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    try reader.array(of: 2)
    let length = try reader.count(atMost: BlobLimits.bytesMax)
    try self.init(length: length, hashes: try reader.byteString(atMost: BlobLimits.chunksMax * Digest.byteCount))
    try reader.finish()
  }

  /// `H("docket/blob/1" 00 manifest)`.
  /// - Parameter suite: suite 1.
  public func id(using suite: any SignatureSuite) -> BlobID { BlobID(suite.hash(Domain.blob.prefixed(encoded))) }

  /// Reads a manifest that came from anywhere and checks that it is the blob's.
  /// - Throws: `otherManifest`, also where the bytes are no manifest.
  public init(_ bytes: [UInt8], of blob: BlobID, using suite: any SignatureSuite) throws(BlobFailure) {
    // Asked first: what has the hash is what its author wrote.
    guard suite.hash(Domain.blob.prefixed(bytes)) == blob.root, let manifest = try? BlobManifest(decoding: bytes) else {
      throw .otherManifest
    }
    self = manifest
  }
}
