/// The unified social credit code (统一社会信用代码, GB 32100-2015): registering department 1, kind 1, division 6,
/// organization code 9 (with its own check character), check character 1.
public enum SocialCreditCode {
  /// Position is value; I, O, S, V and Z are not used.
  private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
  private static let organizationAlphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
  /// GB 11714-1997.
  private static let organizationWeights = [3, 7, 9, 10, 5, 8, 4, 2]

  /// What is off: the outer check first. An empty text is no code and gives no warning; small letters count as
  /// capitals.
  public static func warnings(_ code: String) -> [IdentifierWarning] {
    let symbols = Array(code.uppercased())
    if symbols.isEmpty { return [] }
    if symbols.count != 18 { return [length(symbols.count)] }
    if let symbol = symbols.first(where: { !alphabet.contains($0) }) { return [character(symbol)] }
    return [outer(symbols), inner(symbols)].compactMap(\.self)
  }

  /// The last character of GB 32100: weights are the powers of 3 modulo 31.
  private static func outer(_ symbols: [Character]) -> IdentifierWarning? {
    var (sum, weight) = (0, 1)
    for symbol in symbols.dropLast() {
      sum += (alphabet.firstIndex(of: symbol) ?? 0) * weight
      weight = weight * 3 % 31
    }
    let expected = alphabet[(31 - sum % 31) % 31]
    if symbols[17] == expected { return nil }
    return IdentifierWarning(
      kind: .checkCharacter,
      message: Bilingual(
        zh: "统一社会信用代码第 18 位校验码为 \(symbols[17])，按 GB 32100-2015 应为 \(expected)；请核对。",
        en: "Character 18, the check of the unified social credit code, is \(symbols[17]); by GB 32100-2015 it "
          + "should be \(expected). Please check."),
      expected: String(expected))
  }

  /// The ninth character of the organization code in places 9 to 17.
  private static func inner(_ symbols: [Character]) -> IdentifierWarning? {
    var sum = 0
    for (symbol, weight) in zip(symbols[8...15], organizationWeights) {
      sum += (organizationAlphabet.firstIndex(of: symbol) ?? 0) * weight
    }
    // Check values 0 to 10, where 10 is written X; the value 11 of the standard's formula is written 0.
    let expected = Array("0123456789X")[(11 - sum % 11) % 11]
    if symbols[16] == expected { return nil }
    return IdentifierWarning(
      kind: .organizationCheck,
      message: Bilingual(
        zh: "统一社会信用代码第 17 位（主体标识码校验码）为 \(symbols[16])，按 GB 11714-1997 应为 \(expected)；请核对。",
        en: "Character 17, the check of the organization code within, is \(symbols[16]); by GB 11714-1997 it "
          + "should be \(expected). Please check."),
      expected: String(expected))
  }

  private static func length(_ count: Int) -> IdentifierWarning {
    IdentifierWarning(
      kind: .length,
      message: Bilingual(
        zh: "统一社会信用代码应为 18 位，现为 \(count) 位。",
        en: "A unified social credit code has 18 characters; this has \(count)."))
  }

  private static func character(_ symbol: Character) -> IdentifierWarning {
    IdentifierWarning(
      kind: .character,
      message: Bilingual(
        zh: "统一社会信用代码含有不允许的字符“\(symbol)”，应为数字或大写字母（不使用 I、O、S、V、Z）。",
        en: "The code holds \"\(symbol)\"; allowed are digits and capital letters other than I, O, S, V, Z."))
  }
}
