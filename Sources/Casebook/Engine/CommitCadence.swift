/// How many entries of a long catch-up go into one transaction.
///
/// A change of one field of an old record costs its page, which is read, logged and copied back; changes of one
/// transaction that meet in a page share that. So transactions grow with what is stored: each meets a page about as often
/// however many pages there are, and a change costs about as much in a large replica as in a small one.
public struct CommitCadence: Sendable {
  /// The first transactions are soon durable, and soon seen. The changes of single fields in the largest fill what may
  /// wait in memory (22 MiB); it takes two to four seconds.
  public static let standard = CommitCadence(least: 4_096, most: 65_536)
  /// The next transaction may add this part of what is stored already.
  public static let part = 8

  public let least: Int
  public let most: Int

  /// - Parameters:
  ///   - least: entries of one transaction, > 0.
  ///   - most: no fewer.
  public init(least: Int, most: Int) {
    self.least = least
    self.most = most
  }

  /// - Parameter stored: entries stored so far.
  /// - Returns: entries of the next transaction, `least` to `most`.
  public func entries(stored: Int) -> Int { min(max(least, stored / Self.part), most) }
}
