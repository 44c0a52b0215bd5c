/// Limits of a session; a peer that exceeds one is cut off, and its entries so far are kept.
public enum SessionLimits {
  /// A frame on the wire: four entries of the largest size would not fit, three do; small enough that a live act
  /// waits at most 100 ms behind one at 20 Mbit/s.
  public static let frameBytesMax = 256 * 1024
  /// Entry bytes put into one frame: leaves room for the frame's own head and one more small entry.
  public static let entryBytesPerFrame = 160 * 1024
  /// Whole entries of version 1 are longer than what is counted of them: a header of at most 240 bytes goes with each, 72
  /// are counted.
  static func bytesPerFrame(_ version: UInt64) -> Int { version == 1 ? entryBytesPerFrame / 3 : entryBytesPerFrame }
  /// What a live act may have to wait behind, and what a peer that keeps nothing of a frame that was cut off has to be
  /// sent again. So the first frames are small, and each later one is at most this part of the credit given so far, which
  /// is up to twice what the peer has stored: a sixteenth of what the session has carried. Frames have their full size
  /// after 4 MiB.
  static let creditPerFrame = 32
  /// A second at 64 kbit/s, some twenty-five entries: what goes with each frame is an eightieth of it.
  public static let firstFrameBytes = 8 * 1024
  /// Heads in one frontier frame: some 110 bytes each.
  public static let headsPerFrame = 2_000
  /// Streams a peer may announce: 5 audiences for each of 10,000 offices.
  public static let headsMax = 50_000
  /// Heads that are told without a digest tree, at some 75 bytes each: its first level has 5 KiB and every level takes
  /// a trip, so few heads are found sooner without.
  public static let wholeHeadsMax = 256
  /// Heads of a bucket that differs and is not divided: nine heads take 700 bytes, their part of the next level 140.
  static let leafHeadsMax = 8
  /// The same where every bucket of a level differs: probably most heads do, and dividing would cost an eighth more and
  /// spare nothing.
  static let leafHeadsMaxOfMany = 32
  /// Buckets divided at one level: a tree frame has at most 8,192 nodes, 172 KiB.
  static let dividedMax = 512
  /// Buckets of the last level are 2^20, for at most 50,000 heads: only streams made for it would share one.
  static let treeLevelsMax = 4
  /// Streams of which a run was left in one session: each is remembered as long as it lasts. Five audiences for each of
  /// 2,000 offices whose charters are not here yet.
  public static let leftMax = 10_000
  /// Entries of one stream that a peer may make us expect, for the progress shown: no office writes more in a century.
  static let claimMax: UInt64 = 1 << 40
  /// Bytes a peer may send before it is given more: bounds what waits to be stored.
  public static let creditBytes = 1024 * 1024
  /// The same at the beginning, from version 3 on: 300 offices that call at once hold 19 MiB between them.
  public static let firstCreditBytes = 64 * 1024
  /// What all sessions of a node may hold between them, each at least its first credit: what waits to be stored takes
  /// half as much again as its bytes in memory, with 300 sessions on a slow disk 100 MiB.
  public static let creditBytesInAll = 64 * 1024 * 1024
  /// How far back entries are asked for when branches of a stream part: a backup is usually hours old, then days;
  /// at last the whole stream.
  public static let lookBack: [UInt64] = [64, 4_096, .max]
  /// Requests for earlier entries that a peer may make in one session: forks are rare.
  public static let wantsMax = 256
  /// Text in a closing frame.
  public static let closeTextMax = 1_000
  /// Protocol version spoken here, and the oldest one understood: offices are upgraded one after the other.
  public static let protocolVersion: UInt64 = 3
  public static let oldestVersion: UInt64 = 1
}
