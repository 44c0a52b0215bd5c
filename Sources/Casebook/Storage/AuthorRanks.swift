import Replication

/// Authority of authors, by their short names, as a tree has it at one moment. One object for all writes that come under
/// the same tree, so that storage may keep many writes waiting without a copy of it each.
public final class AuthorRanks: Sendable {
  private let rank: @Sendable (UInt64) -> Int

  public init(_ rank: @escaping @Sendable (UInt64) -> Int) { self.rank = rank }

  convenience init(_ tree: OfficeTree) { self.init { tree.rank(ofShortAuthor: $0) } }

  public func callAsFunction(_ author: UInt64) -> Int { rank(author) }
}
