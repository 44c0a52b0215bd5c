/// A run of official numbers, both ends in it.
public struct NumberBlock: Sendable, Hashable {
  public let first: Int
  public let last: Int

  /// Highest number of a series in a year; the largest bureaus issue some tens of thousands of documents.
  public static let numberMax = 999_999
  /// Numbers of one lease: a year of a large office. More is a slip of the keyboard, and every one of them would stand
  /// in a register that people read.
  public static let countMax = 10_000

  /// - Returns: `nil` unless 1 ≤ `first` ≤ `last` ≤ `numberMax`, with at most `countMax` numbers.
  public init?(first: Int, last: Int) {
    guard first >= 1, first <= last, last <= Self.numberMax, last - first < Self.countMax else { return nil }
    self.first = first
    self.last = last
  }

  public var numbers: ClosedRange<Int> { first...last }

  public func contains(_ number: Int) -> Bool { numbers.contains(number) }
  public func overlaps(_ other: NumberBlock) -> Bool { first <= other.last && other.first <= last }
}
