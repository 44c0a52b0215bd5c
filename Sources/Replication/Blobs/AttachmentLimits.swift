/// Limits of the exchange of attachments' content in a session; a peer that exceeds one is cut off, and what came is
/// kept.
public enum AttachmentLimits {
  /// Content in one frame: half of a second's tenth at 8 Mbit/s, so that an act which is recorded meanwhile waits for
  /// little more than what is on the line already.
  public static let pieceBytesMax = 64 * 1024
  /// Content in the first frames, and on a slow link in all: a quarter of a second at 64 kbit/s. A break costs one such
  /// piece and what is on the line.
  public static let pieceBytesMin = 2 * 1024
  /// Asked for and not yet received and stored: 0.4 s at 8 Mbit/s, and 30 Mbit/s at 100 ms there and back.
  public static let askedBytesMax = 384 * 1024
  /// Asked for at the beginning of a session and on the slowest link.
  public static let askedBytesMin = 8 * 1024
  /// Questions that a side may have open: all that may be asked for, in the smallest pieces.
  public static let asksMax = askedBytesMax / pieceBytesMin
  /// How much longer than on the idle link a piece may take, milliseconds: what is recorded meanwhile waits as long.
  /// Above it less is asked for at a time, below it more.
  public static let queueMilliseconds: UInt64 = 400
  /// How often the link's own delay is measured again, milliseconds: routes change.
  public static let measureMilliseconds: UInt64 = 60_000
  /// Blobs that are fetched side by side: small ones fill the link only together. Each holds a list of at most
  /// `BlobLimits.manifestBytesMax`.
  public static let blobsAtOnce = 16
  /// Blobs that are looked up at a time.
  public static let lookUpMax = 64
  /// Refusals after which nothing more is asked for in a session: the peer has not what its records name, and says so
  /// each time at the cost of a question.
  public static let refusalsMax = 1_000
  /// Refusals that a peer may cause in a session: who keeps the limit above stays below it, also with what was under
  /// way.
  public static let refusalsGivenMax = 2 * refusalsMax
  /// Contents with other bytes than their hash that a peer may send in a session: a damaged disk has a few.
  public static let alteredMax = 8
  /// How long an answer may take, milliseconds: a megabyte of entries before it at 64 kbit/s, several times over. A
  /// peer that never answers would keep others from fetching the same.
  public static let answerMilliseconds: UInt64 = 600_000
  /// How often the disk may lose what it was given of a blob before that is left.
  public static let repeatsMax = 3
  /// Blobs for which a peer is told when they come.
  public static let promisedMax = refusalsGivenMax
}
