public import Replication

/// An act whose claimed time lies outside what receipts prove: shown on the board, never refused (a wrong clock is the
/// common reason).
public enum TimeDoubt: String, Sendable, Hashable, Codable, CaseIterable {
  /// The author's clock was later than the receipt of a superior that held the act already.
  case ahead
  /// The author's clock was earlier than a receipt that the author held when writing: the act is backdated.
  case backdated

  /// - Parameters: Unix milliseconds; `from` and `until` as `Witness.interval` gives them.
  public init?(claimed: UInt64, from: UInt64?, until: UInt64?) {
    if let until, claimed > until + Clamp.graceMilliseconds {
      self = .ahead
    } else if let from, claimed + Clamp.graceMilliseconds < from {
      self = .backdated
    } else {
      return nil
    }
  }
}

/// A doubted act.
public struct StoredDoubt: Sendable, Hashable {
  public var act: RecordID
  public var file: RecordID
  /// Key of the act's author.
  public var author: KeyFingerprint
  public var doubt: TimeDoubt

  public init(act: RecordID, file: RecordID, author: KeyFingerprint, doubt: TimeDoubt) {
    self.act = act
    self.file = file
    self.author = author
    self.doubt = doubt
  }
}
