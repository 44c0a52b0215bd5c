/// A quota of visits or coverage per period (监督检查指标).
public struct Indicator: Sendable, Hashable {
  public var id: String
  public var name: Bilingual
  public var check: CheckKind
  public var shape: IndicatorShape
  /// Section of the bureau's document.
  public var source: String
  /// What the record of a check must say for the check to count: the campaign it belongs to (专项行动), the manner it
  /// was made in (电话抽查). The record then goes before the kind of check the file was opened with. `nil`: the kind
  /// decides.
  public var scope: Guard.Scope?

  public init(
    id: String, name: Bilingual, check: CheckKind, shape: IndicatorShape, source: String, scope: Guard.Scope? = nil
  ) {
    self.id = id
    self.name = name
    self.check = check
    self.shape = shape
    self.source = source
    self.scope = scope
  }
}

/// The kind of check a quota counts.
public enum CheckKind: String, Sendable, Hashable, CaseIterable {
  case routine  // 日常
  case special  // 专项
  case full  // 全面
  case written  // 书面审查
  case phone  // 电话抽查
  case annual  // 年检、年审
  case audit  // 审计、稽核
  case review  // 案卷评查
  case publicity  // 宣传
  case campaign  // 专项行动
}

/// The period a quota is counted over.
public enum IndicatorPeriod: String, Sendable, Hashable, CaseIterable {
  case month, quarter
  case halfYear = "half-year"
  case year
}

/// The shapes in which the documents state quotas (requirements notes (a), field notes 3.14).
public enum IndicatorShape: Sendable, Hashable {
  /// At least `atLeast` visits each period.
  case visits(atLeast: Int, per: IndicatorPeriod)
  /// At least `atLeast` units on each visit.
  case unitsPerVisit(atLeast: Int)
  /// At least `percent` of the register (or of the named subset) each period; the ceiling of a dated base.
  case share(percent: Int, per: IndicatorPeriod, subset: String?)
  /// Every unit at least `atLeast` times each period.
  case everyUnit(atLeast: Int, per: IndicatorPeriod)
  /// At least `atLeast` for each event of a kind, for example a training class (每班次). The event is named by the form
  /// field called like it, else by `IndicatorShape.eventFact`.
  case perEvent(atLeast: Int, event: String)
  /// At least `percent` of the transactions of the preceding period.
  case transactions(percent: Int, per: IndicatorPeriod)
  /// Once a year, before the day `MM-DD`.
  case dated(monthDay: String)
  /// Spread over the year's halves: at least `atLeast` in each.
  case eachHalfYear(atLeast: Int)
}

extension IndicatorShape {
  /// Fact that names an event where no form field is called like it.
  public static let eventFact = "className"

  /// Whether its figure is a percentage.
  public var isPercent: Bool {
    switch self {
    case .share, .transactions: true
    case .visits, .unitsPerVisit, .everyUnit, .perEvent, .dated, .eachHalfYear: false
    }
  }
}
