/// How a bureau uses its discretion in penalties (行政处罚裁量).
public struct DiscretionRule: Sendable, Hashable {
  /// The standard in force (裁量基准).
  public var standard: Bilingual
  public var tiers: [PenaltyTier]
  /// Amounts from which the party must be told that it may ask for a hearing; empty where the jurisdiction's
  /// figure is not known, and then only the measures listed in the law decide (行政处罚法 第六十三条).
  public var hearing: [HearingThreshold]
  public var source: String

  public init(standard: Bilingual, tiers: [PenaltyTier], hearing: [HearingThreshold], source: String) {
    self.standard = standard
    self.tiers = tiers
    self.hearing = hearing
    self.source = source
  }
}

/// The fine from which a party may ask for a hearing (较大数额罚款), set by each jurisdiction.
public struct HearingThreshold: Sendable, Hashable {
  public enum Party: String, Sendable, Hashable, CaseIterable { case citizen, organisation }

  public var party: Party
  /// From this amount on, itself included.
  public var amount: Money
  public var source: String

  public init(party: Party, amount: Money, source: String) {
    self.party = party
    self.amount = amount
    self.source = source
  }
}
