/// Counts acts of a kind over many files and says what follows at a figure: two failed checks of one class halve its
/// funds, two wrong cases in a year suspend an arbitrator.
public struct TallyRule: Sendable, Hashable {
  public enum Span: String, Sendable, Hashable, CaseIterable { case year, ever }

  public var id: String
  public var name: Bilingual
  /// Workflow and act counted.
  public var workflow: String
  public var act: String
  /// Only acts whose field has this value.
  public var field: String?
  public var value: String?
  /// Fact of the file or act that the count is kept for, for example `className` or `arbitrator`.
  public var per: String
  public var span: Span
  public var steps: [TallyStep]
  public var source: String

  public init(
    id: String, name: Bilingual, workflow: String, act: String, field: String?, value: String?, per: String,
    span: Span, steps: [TallyStep], source: String
  ) {
    self.id = id
    self.name = name
    self.workflow = workflow
    self.act = act
    self.field = field
    self.value = value
    self.per = per
    self.span = span
    self.steps = steps
    self.source = source
  }

  /// The step reached at a count: the one with the greatest figure not above it.
  public func step(at count: Int) -> TallyStep? {
    steps.filter { $0.atLeast <= count }.max { $0.atLeast < $1.atLeast }
  }
}

public struct TallyStep: Sendable, Hashable {
  public var atLeast: Int
  public var consequence: Bilingual
  /// From here on the one counted may not be named as officer of an act (暂停办案、审批权限).
  public var suspends: Bool
  public var source: String

  public init(atLeast: Int, consequence: Bilingual, suspends: Bool, source: String) {
    self.atLeast = atLeast
    self.consequence = consequence
    self.suspends = suspends
    self.source = source
  }
}

/// A band of an assessment's score (优秀、合格、不合格).
public struct ScoreBand: Sendable, Hashable {
  public var id: String
  public var name: Bilingual
  /// Lowest score in the band.
  public var from: Int
  /// First score above it; `nil`: no upper end. The documents' bands overlap at their ends; a pack decides.
  public var below: Int?
  public var consequence: Bilingual
  public var source: String

  public init(id: String, name: Bilingual, from: Int, below: Int?, consequence: Bilingual, source: String) {
    self.id = id
    self.name = name
    self.from = from
    self.below = below
    self.consequence = consequence
    self.source = source
  }

  public func contains(_ score: Int) -> Bool { from <= score && below.map { score < $0 } ?? true }
}
