public import Casework

/// How often something happened to one class, officer or unit, and what follows.
public struct TallyRow: Sendable, Hashable, Codable {
  public var pack: String
  public var regime: String
  public var tally: String
  public var name: Bilingual
  /// What the count is kept for, as recorded: an officer is a record's id.
  public var keyID: String
  /// The same as people read it.
  public var key: String
  /// Year counted; `nil` where the tally counts for ever.
  public var year: Int?
  public var count: Int
  /// What follows at this count; `nil`: nothing yet.
  public var consequence: Bilingual?
  /// The officer may not be named on an act.
  public var suspends: Bool
  /// Section of the bureau's document.
  public var source: String

  public init(
    pack: String, regime: String, tally: String, name: Bilingual, keyID: String, key: String, year: Int?, count: Int,
    consequence: Bilingual?, suspends: Bool, source: String
  ) {
    self.pack = pack
    self.regime = regime
    self.tally = tally
    self.name = name
    self.keyID = keyID
    self.key = key
    self.year = year
    self.count = count
    self.consequence = consequence
    self.suspends = suspends
    self.source = source
  }
}
