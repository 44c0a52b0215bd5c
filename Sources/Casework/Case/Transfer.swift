/// Transfer of a file to an office beside (移交). It is no pack's act but the engine's, the same in every workflow except
/// orders, which stay with whom they are directed at: an office must be able to read what hands a file to it, whatever
/// pack wrote it.
extension ActRule {
  public static let transferID = "transfer"
  /// Fact: code of the office that becomes responsible.
  public static let transferTo = "transferTo"
  /// Fact: why.
  public static let transferReason = "transferReason"
  /// Fact: position in the transferring office's stream after which it says nothing more of the file.
  public static let scopeEnd = "scopeEnd"

  /// 五份文件均未规定移交；管辖由上级指定，依据是条例第十三条第三款。
  public static let transfer = ActRule(
    id: transferID, name: Bilingual(zh: "移交", en: "transfer"), from: [anyOpenState], to: nil, by: .responsible,
    guards: [Guard(condition: .officers(atLeast: 1, certificate: CertificateKind.none), article: transferSource)],
    form: FormRule(
      name: Bilingual(zh: "案件移交书", en: "transfer of the file"),
      fields: [
        FormField(
          id: transferTo, name: Bilingual(zh: "接收机构", en: "receiving office"), kind: .text, required: true, choices: []),
        FormField(
          id: transferReason, name: Bilingual(zh: "移交理由", en: "reason"), kind: .text, required: true, choices: []),
        FormField(
          id: scopeEnd, name: Bilingual(zh: "截止位置", en: "last position"), kind: .integer, required: true, choices: []),
      ]),
    effect: nil, source: transferSource)

  private static let transferSource = "劳动保障监察条例 第十三条"
}

extension Act {
  /// The office a transfer makes responsible; `nil` for any other act.
  public var transferTarget: String? {
    guard rule == ActRule.transferID, case .text(let office)? = facts[ActRule.transferTo] else { return nil }
    return office
  }
}
