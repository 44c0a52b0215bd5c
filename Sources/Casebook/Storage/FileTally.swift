/// How many files a board counts alike. Kept up to date as summaries are written, so that a board reads some thousand
/// tallies and not a million files.
public struct FileTally: Sendable, Hashable {
  /// What is alike in them.
  public struct Key: Sendable, Hashable {
    /// Office now responsible.
    public var office: String
    public var kind: String
    public var isFinal: Bool
    public var isSuspended: Bool
    /// Of open files the earliest due day, `YYYY-MM-DD`; of finished ones the year they were closed in; empty for none.
    public var day: String

    public init(office: String, kind: String, isFinal: Bool, isSuspended: Bool, day: String) {
      self.office = office
      self.kind = kind
      self.isFinal = isFinal
      self.isSuspended = isSuspended
      self.day = day
    }

    /// Where a file is counted.
    public init(_ summary: CaseSummary) {
      office = summary.office
      kind = summary.kind
      isFinal = summary.isFinal
      isSuspended = summary.isSuspended
      day = summary.isFinal ? String((summary.closedOn ?? "").prefix(4)) : summary.nextDue ?? ""
    }
  }

  public var key: Key
  /// At least 1.
  public var files: Int
  /// Acts of these files that are void.
  public var voidActs: Int

  public init(key: Key, files: Int, voidActs: Int) {
    self.key = key
    self.files = files
    self.voidActs = voidActs
  }

  /// The tallies of these files, in no order.
  static func all(of summaries: some Sequence<CaseSummary>) -> [FileTally] {
    var tallies: [Key: FileTally] = [:]
    for summary in summaries {
      let key = Key(summary)
      var tally = tallies[key] ?? FileTally(key: key, files: 0, voidActs: 0)
      tally.files += 1
      tally.voidActs += summary.voidCount
      tallies[key] = tally
    }
    return Array(tallies.values)
  }
}
