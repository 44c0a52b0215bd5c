/// The citizen identification number (公民身份号码, GB 11643-1999): division 6, birth date 8, sequence 3, check
/// character 1. Divisions are not judged: people keep the codes of areas long abolished.
public enum ResidentID {
  private static let checkTable = Array("10X98765432")

  /// What is off: the check character first. An empty text is no number and gives no warning; a small x counts
  /// as X.
  public static func warnings(_ number: String) -> [IdentifierWarning] {
    let symbols = Array(number.uppercased())
    switch symbols.count {
    case 0: return []
    case 15: return superseded(symbols)
    case 18: break
    default: return [length(symbols.count)]
    }
    if let symbol = symbols.dropLast().first(where: { digit($0) == nil }) { return [character(symbol)] }
    if !checkTable.contains(symbols[17]) { return [character(symbols[17])] }
    return [check(symbols), birthDate(symbols[6...13])].compactMap(\.self)
  }

  /// Day of birth in a number of 18 characters, whatever its check character; `nil` for a day that does not exist.
  public static func birthDate(of number: String) -> CivilDate? {
    let symbols = Array(number.uppercased())
    return symbols.count == 18 ? date(symbols[6...13]) : nil
  }

  private static func check(_ symbols: [Character]) -> IdentifierWarning? {
    let expected = checkCharacter(symbols.dropLast())
    if symbols[17] == expected { return nil }
    return IdentifierWarning(
      kind: .checkCharacter,
      message: Bilingual(
        zh: "公民身份号码第 18 位校验码为 \(symbols[17])，按 GB 11643-1999 应为 \(expected)；请核对。",
        en: "Character 18, the check of the identification number, is \(symbols[17]); by GB 11643-1999 it should "
          + "be \(expected). Please check."),
      expected: String(expected))
  }

  /// Weights are the powers of 2 modulo 11, 7 for the first place and 2 for the seventeenth.
  private static func checkCharacter(_ digits: ArraySlice<Character>) -> Character {
    var sum = 0
    for symbol in digits { sum = (sum + (digit(symbol) ?? 0)) * 2 % 11 }
    return checkTable[sum]
  }

  private static func birthDate(_ digits: ArraySlice<Character>) -> IdentifierWarning? {
    if date(digits) != nil { return nil }
    return IdentifierWarning(
      kind: .birthDate,
      message: Bilingual(
        zh: "公民身份号码第 7 至 14 位 \(String(digits)) 不是实际存在的出生日期，应为年月日（YYYYMMDD）。",
        en: "Digits 7 to 14, \(String(digits)), are not a real date of birth; expected is YYYYMMDD."))
  }

  /// Numbers of 15 digits left out the century, always the twentieth, and the check character.
  private static func superseded(_ symbols: [Character]) -> [IdentifierWarning] {
    if let symbol = symbols.first(where: { digit($0) == nil }) { return [character(symbol)] }
    let long = symbols[..<6] + ["1", "9"] + symbols[6...]
    if let wrong = birthDate(long[6...13]) { return [wrong] }
    let expected = String(long) + String(checkCharacter(long))
    return [
      IdentifierWarning(
        kind: .superseded,
        message: Bilingual(
          zh: "这是 15 位旧号码，现行公民身份号码应为 18 位：\(expected)；请核对。",
          en: "This is an old number of 15 digits; today's has 18 and should be \(expected). Please check."),
        expected: expected)
    ]
  }

  private static func length(_ count: Int) -> IdentifierWarning {
    IdentifierWarning(
      kind: .length,
      message: Bilingual(
        zh: "公民身份号码应为 18 位，现为 \(count) 位。",
        en: "An identification number has 18 characters; this has \(count)."))
  }

  private static func character(_ symbol: Character) -> IdentifierWarning {
    IdentifierWarning(
      kind: .character,
      message: Bilingual(
        zh: "公民身份号码含有不允许的字符“\(symbol)”，应为数字，末位可为 X。",
        en: "The number holds \"\(symbol)\"; allowed are digits, and X in the last place."))
  }

  private static func date(_ digits: ArraySlice<Character>) -> CivilDate? {
    let values = digits.compactMap(digit)
    guard values.count == 8 else { return nil }
    func number(_ range: Range<Int>) -> Int { values[range].reduce(0) { $0 * 10 + $1 } }
    return CivilDate(year: number(0..<4), month: number(4..<6), day: number(6..<8))
  }

  /// ASCII only; `Character.wholeNumberValue` would also take other scripts' digits.
  private static func digit(_ symbol: Character) -> Int? {
    ("0"..."9").contains(symbol) && symbol.isASCII ? symbol.wholeNumberValue : nil
  }
}
