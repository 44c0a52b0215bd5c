public import Casework

/// How far long work has come.
public struct DeskProgress: Sendable, Hashable, Codable {
  /// What is being done.
  public var work: Bilingual
  public var done: Int
  /// What `done` will be in the end.
  public var total: Int

  public init(work: Bilingual, done: Int, total: Int) {
    self.work = work
    self.done = done
    self.total = total
  }
}
