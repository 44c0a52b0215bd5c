import Casework
public import Replication

/// Term (期限) and powers (权限) of a charter that is to be signed, read from what a person gave.
public struct CharterTerms: Sendable, Hashable {
  /// Given in place of a day: without an end.
  public static let never = "never"
  /// With so many of the longest the entry that holds the charter still fits into half of a certificate, where an
  /// office shows it to a superior that was restored from before it.
  public static let powersMax = 24
  /// From so long before its end a charter is warned of: a superior decides on a renewal in a working month.
  public static let warningMilliseconds: UInt64 = 30 * 86_400_000

  public var powers: [String]
  /// Unix milliseconds; `nil`: without an end.
  public var until: UInt64?

  /// - Parameters:
  ///   - until: `YYYY-MM-DD` or `never`; `nil`: as before.
  ///   - powers: `nil`: as before.
  ///   - former: the office's charter until now.
  ///   - now: Unix milliseconds.
  /// - Throws: `DeskFailure`.
  public init(until: String?, powers: [String]?, former: Charter?, at now: UInt64) throws {
    self.powers = try powers.map(Self.read) ?? former?.powers ?? []
    if let until {
      self.until = try until == Self.never ? nil : Self.end(of: until, after: now)
    } else {
      if let former, former.hasEnded(at: now) { throw CharterFailure.overAlready(former.office.text) }
      self.until = former?.until
    }
  }

  /// The last millisecond of a day in China, eight hours before the world's.
  private static func end(of text: String, after now: UInt64) throws -> UInt64 {
    guard let day = CivilDate(text) else { throw CharterFailure.day(text) }
    guard day > CivilDate.fromUnixMilliseconds(now) else { throw CharterFailure.past(text) }
    return UInt64(max(1, Int(day.dayNumber) + 1)) * 86_400_000 - 8 * 3_600_000 - 1
  }

  private static func read(_ powers: [String]) throws -> [String] {
    guard powers.count <= powersMax else { throw CharterFailure.tooManyPowers }
    for power in powers where power.utf8.count > Charter.powerBytesMax || power.allSatisfy(\.isWhitespace) {
      throw CharterFailure.power(power)
    }
    return powers
  }
}

/// What can be wrong with a charter that is to be signed.
enum CharterFailure {
  private static let dayRemedy = Bilingual(
    zh: "写成 2027-12-31 这样的日期，须晚于今天；不定期的写 never。",
    en: "Write it as 2027-12-31, a day after today; never: without an end.")

  private static let powerRemedy = Bilingual(
    zh: "每项写名称，1 至 \(Charter.powerBytesMax) 字节（汉字每个 3 字节），至多 \(CharterTerms.powersMax) 项。",
    en: "Name each in 1 to \(Charter.powerBytesMax) bytes (a Chinese character takes 3), \(CharterTerms.powersMax) at the most.")

  static func day(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "charter-until",
      message: Bilingual(zh: "授权书期限（--until）“\(text)”不是日期。", en: "The charter's term (--until): “\(text)” is no date."),
      remedy: dayRemedy)
  }

  static func past(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "charter-until",
      message: Bilingual(
        zh: "授权书期限（--until）\(text) 不晚于今天。", en: "The charter's term (--until): \(text) is not after today."),
      remedy: dayRemedy)
  }

  static func overAlready(_ office: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "charter-until",
      message: Bilingual(
        zh: "机构 \(office) 原授权书的期限已过，须用 --until 另定期限。",
        en: "The former charter of \(office) has ended: give another term with --until."), remedy: dayRemedy)
  }

  static func power(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "charter-power",
      message: Bilingual(
        zh: "权限（--power）“\(text)”为空或过长。", en: "The power (--power) “\(text)” is empty or too long."),
      remedy: powerRemedy)
  }

  static let tooManyPowers = DeskFailure(
    kind: .badInput, code: "charter-power",
    message: Bilingual(zh: "权限（--power）项数过多。", en: "There are too many powers (--power)."), remedy: powerRemedy)

  static func notDirect(_ code: String, parent: String?) -> DeskFailure {
    DeskFailure(
      kind: .notPermitted, code: "not-superior",
      message: Bilingual(zh: "“\(code)”不是本机构的直接下级。", en: "“\(code)” is not directly below this office."),
      remedy: parent.map {
        Bilingual(zh: "授权书由其直接上级 \($0) 续签。", en: "\($0), directly above it, renews its charter.")
      } ?? Bilingual(zh: "根机构的授权书不定期，无须续签。", en: "The root's charter has no end; there is nothing to renew."))
  }

  static func notAdmitted(_ code: String) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "charter-refused",
      message: Bilingual(
        zh: "“\(code)”的新授权书不能生效，没有签发（授权书已达 \(OfficeTree.successionMax) 份，或本机构的密钥没有授权书）。",
        en: "Another charter for “\(code)” would not count and was not signed: it has had \(OfficeTree.successionMax), or this office's own key has none."),
      remedy: Bilingual(zh: "用 docket explain \(code) 查看授权书。", en: "See docket explain \(code) for the charters."))
  }
}
