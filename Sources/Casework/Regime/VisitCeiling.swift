/// The most visits a unit may receive (频次上限): the other side of an indicator. Every authority publishes one for
/// each matter it inspects (国办发〔2024〕54号).
public struct VisitCeiling: Sendable, Hashable {
  /// What it is counted over; the notice asks for a yearly figure.
  public enum Period: String, Sendable, Hashable, CaseIterable { case year }

  /// Greatest number of visits to one unit in a period.
  public var atMost: Int
  public var per: Period
  /// Kinds of check it binds. Special checks and those that a complaint, a case or an order gave rise to are exempt
  /// unless a document says otherwise (field notes 3.7).
  public var checks: [CheckKind]
  /// Section of the document that publishes it.
  public var source: String

  public init(atMost: Int, per: Period = .year, checks: [CheckKind] = [.routine], source: String) {
    self.atMost = atMost
    self.per = per
    self.checks = checks
    self.source = source
  }

  /// Id under which an office's or its superior's figure for it is set; no indicator of a pack may have it.
  public static let settingID = "ceiling"
}
