/// What a draw may not exceed, each with its reason. Whoever verifies holds the same limits.
public enum DrawLimits {
  /// Units in one roster: a city's register is some ten thousand; the draw stays within seconds.
  public static let subjectsMax = 100_000
  /// Officers in one draw: every choice looks at all of them; a province's corps is some hundreds.
  public static let officersMax = 1_000
  /// Officers for one unit: an inspection team, not a campaign.
  public static let officersPerSubjectMax = 9
  /// Pairs excluded by recusal (回避): one for each unit at the most, on average.
  public static let recusalsMax = 100_000
  /// Strata with a minimum: more than these are no longer supervised by eye.
  public static let minimumsMax = 100
  /// Rounds, the first included: the number stays two digits on a form, and a draw repeated more often
  /// than this has a wrong roster.
  public static let roundsMax = 99
  /// Bytes of an id, stratum or certificate number in UTF-8: 18 characters of 统一社会信用代码, with room.
  public static let textBytesMax = 128
  /// Bytes of the note to a re-draw in UTF-8: some lines on a form.
  public static let noteBytesMax = 2_000
  /// Bytes of a hash, a seed and a nonce: of full length, the nonce cannot be found by trying all.
  public static let hashBytes = 32
}
