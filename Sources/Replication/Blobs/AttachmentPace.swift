/// How much a side asks for at a time, so that a link is full and nothing else waits long behind it: less when pieces
/// take longer than on the idle link, more when they do not.
struct AttachmentPace: Sendable, Hashable {
  /// Bytes that may be asked for and not be stored yet.
  private(set) var room = 2 * AttachmentLimits.askedBytesMin
  /// Shortest time from a question to its answer since the last measurement began: the link's own delay, milliseconds.
  private var shortest = UInt64.max
  private var measuredUntil: UInt64 = 0
  /// Up to here the room doubles with every round; beyond it grows by an eighth.
  private var threshold = AttachmentLimits.askedBytesMax

  /// Content to ask for in one frame: small on a slow link.
  var pieceBytes: Int { min(max(room / 8, AttachmentLimits.pieceBytesMin), AttachmentLimits.pieceBytesMax) }

  /// A question was answered.
  /// - Parameters:
  ///   - delay: milliseconds from the question to the answer.
  ///   - time: milliseconds of a clock that only goes forward.
  mutating func answered(bytes: Int, after delay: UInt64, at time: UInt64) {
    if time >= measuredUntil {
      // With little under way the link's own delay shows.
      if shortest != .max {
        threshold = max(AttachmentLimits.askedBytesMin, room / 2)
        room = min(room, 2 * AttachmentLimits.askedBytesMin)
      }
      shortest = .max
      measuredUntil = time + AttachmentLimits.measureMilliseconds
    }
    shortest = min(shortest, delay)
    let wait = delay - shortest
    if wait > AttachmentLimits.queueMilliseconds {
      threshold = max(AttachmentLimits.askedBytesMin, room / 2)
      room = max(AttachmentLimits.askedBytesMin, room - bytes)
    } else if room < threshold, wait <= AttachmentLimits.queueMilliseconds / 2 {
      room = min(AttachmentLimits.askedBytesMax, room + bytes)
    } else {
      // What was asked for in the last round has not been heard of yet: twice as much would be too much.
      threshold = min(threshold, room)
      room = min(AttachmentLimits.askedBytesMax, room + max(1, bytes / 8))
    }
  }
}
