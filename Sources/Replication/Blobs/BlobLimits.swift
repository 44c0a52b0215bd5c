/// Limits of an attachment's content. A reader refuses what exceeds them before it keeps a byte.
public enum BlobLimits {
  /// Every chunk but the last: as much as a session's frame, so that what waits unverified is small and a broken
  /// connection costs little.
  public static let chunkBytes = 256 * 1024
  /// Length of a blob: an hour of video from a law enforcement recorder. A file larger than this is cut by whoever made
  /// it.
  public static let bytesMax = 2 * 1024 * 1024 * 1024
  /// Chunks of the largest blob.
  public static let chunksMax = bytesMax / chunkBytes
  /// Ranges of present chunks: every second one of the largest blob.
  public static let rangesMax = chunksMax / 2
  /// A manifest's encoding: the hashes and at most 11 bytes before them.
  public static let manifestBytesMax = chunksMax * Digest.byteCount + 11

  /// - Parameter length: bytes, at least 0.
  public static func chunkCount(ofLength length: Int) -> Int { length / chunkBytes + (length % chunkBytes == 0 ? 0 : 1) }
}

/// Why content was not taken as what a blob's id says. Raw values are the names in `Protocol/9-attachments.md`.
public enum BlobFailure: String, Error, Sendable, Hashable, CaseIterable {
  /// Longer than `BlobLimits.bytesMax`.
  case tooLarge = "blob-too-large"
  /// The list of hashes is not the one that the id was made of.
  case otherManifest = "other-manifest"
  /// There is no chunk of this number.
  case chunkNumber = "chunk-number"
  /// Not as long as the chunk of this number.
  case chunkLength = "chunk-length"
  /// As long, and other bytes.
  case chunkAltered = "chunk-altered"
}
