import Casework

/// The unified social credit code (GB 32100-2015): 18 characters with a check character.
enum SubjectCode {
  private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

  /// A failing check is a warning with its reason, never a refusal: published codes are known that fail
  /// (GB 32100-2015 with amendment XG1-2016; field notes 3.11).
  static func warning(_ code: String) -> Bilingual? {
    if code.isEmpty { return nil }
    let symbols = Array(code.utf8)
    guard symbols.count == 18 else {
      return Bilingual(
        zh: "统一社会信用代码应为 18 位，现为 \(symbols.count) 位。",
        en: "A unified social credit code has 18 characters, this has \(symbols.count).")
    }
    var sum = 0
    var weight = 1
    for symbol in symbols.dropLast() {
      guard let value = alphabet.firstIndex(of: symbol) else {
        return Bilingual(
          zh: "统一社会信用代码含有不允许的字符（不使用 I、O、S、V、Z）。",
          en: "The code has a character that is not allowed (I, O, S, V, Z are not used).")
      }
      sum += value * weight
      weight = weight * 3 % 31
    }
    let expected = alphabet[(31 - sum % 31) % 31]
    guard symbols[17] == expected else {
      let character = String(decoding: [expected], as: UTF8.self)
      return Bilingual(
        zh: "统一社会信用代码校验位不符，应为 \(character)；请核对，仍可登记。",
        en: "The code's check character should be \(character); please check, it is registered all the same.")
    }
    return nil
  }
}
