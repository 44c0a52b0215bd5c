/// What the law attaches to one kind of violation.
public struct PenaltyRule: Sendable, Hashable {
  /// What must have happened before the penalty may be imposed.
  public enum Precondition: String, Sendable, Hashable, CaseIterable {
    case none
    /// The time set for correction ran out (逾期不改正).
    case afterOverdueCorrection = "after-overdue-correction"
    /// The party refused (拒不改正).
    case afterRefusal = "after-refusal"
    /// No law or regulation provides another penalty (法律、法规没有规定的).
    case noOtherStatute = "no-other-statute"
  }

  public var id: String
  public var name: Bilingual
  public var formula: PenaltyFormula
  /// Also ordered beside the fine, by key: `confiscate`, `stop`, `revoke`, `order-correction`.
  public var measures: [String]
  public var precondition: Precondition
  public var article: String
  /// Who imposes it when it is not the labour authority.
  public var otherAuthority: Bilingual?

  public init(
    id: String, name: Bilingual, formula: PenaltyFormula, measures: [String] = [],
    precondition: Precondition = .none, article: String, otherAuthority: Bilingual? = nil
  ) {
    self.id = id
    self.name = name
    self.formula = formula
    self.measures = measures
    self.precondition = precondition
    self.article = article
    self.otherAuthority = otherAuthority
  }
}
