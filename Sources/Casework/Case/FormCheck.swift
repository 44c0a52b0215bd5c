/// Checks what an act says against the fields of its form (文书): required ones filled, no unknown ones, each
/// value of its kind.
enum FormCheck {
  /// Characters of a wrong value that a refusal repeats, so that a pasted page does not become the message.
  private static let valueShownMax = 40
  /// More people, days or pieces than the country has people is a slip; sums over many files stay far from overflow.
  private static let integerMax: Int64 = 2_000_000_000
  /// A trillion yuan, more than any fund a bureau supervises.
  private static let fenMax: Int64 = 100_000_000_000_000

  static func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    let fields = rule.form?.fields ?? []
    // Of several the least, so that every replica names the same.
    let strange = act.facts.keys.filter { name in
      name != FormRule.numberFact && !fields.contains { $0.id == name }
    }
    if let name = strange.min() {
      return unknown(name, rule, fields)
    }
    for field in fields {
      guard let value = act.facts[field.id], !value.isBlank else {
        if field.required { return missing(field, rule) }
        continue
      }
      if let expected = mismatch(value, field, folded) { return wrong(value, field, rule, expected) }
    }
    return nil
  }

  /// What is expected instead; `nil` when the value fits.
  private static func mismatch(_ value: FactValue, _ field: FormField, _ folded: FoldedCase) -> Bilingual? {
    switch (field.kind, value) {
    case (.text, .text), (.flag, .flag), (.officer, .text): return nil
    case (.integer, .integer(let number)) where (-integerMax...integerMax).contains(number): return nil
    case (.money, .integer(let fen)) where (0...fenMax).contains(fen): return nil
    case (.penalty, .text(let text)) where folded.penalties.contains(where: { $0.id == text }): return nil
    case (.date, .text(let text)) where CivilDate(text) != nil: return nil
    case (.choice, .text(let text)) where field.choices.contains(where: { $0.id == text }): return nil
    case (.text, _): return Bilingual(zh: "须为文字。", en: "A text is needed.")
    case (.integer, _): return Bilingual(zh: "须为整数。", en: "A whole number is needed.")
    case (.flag, _): return Bilingual(zh: "须为 true（是）或 false（否）。", en: "true or false is needed.")
    case (.date, _):
      return Bilingual(zh: "须为实有的日期，写作 YYYY-MM-DD。", en: "A day that exists is needed, as YYYY-MM-DD.")
    case (.money, _):
      return Bilingual(zh: "须为金额（元），最多两位小数。", en: "An amount in yuan is needed, two decimals at the most.")
    case (.officer, _): return Bilingual(zh: "须为本机构人员的登录名。", en: "An officer's login is needed.")
    case (.penalty, _):
      let known = Bilingual.list(folded.penalties.map { .label($0.name, $0.id) })
      return Bilingual(zh: "可选罚则：\(known.zh)。", en: "One of: \(known.en).")
    case (.choice, _):
      let choices = Bilingual.list(field.choices.map { .label($0.name, $0.id) })
      return Bilingual(zh: "可选：\(choices.zh)。", en: "One of: \(choices.en).")
    }
  }

  private static func unknown(_ name: String, _ rule: ActRule, _ fields: [FormField]) -> Refusal {
    let known = Bilingual.list(fields.map(\.label))
    return refusal(
      rule,
      Bilingual(zh: "\(rule.label.zh)没有 \(name) 这一项。", en: "\(rule.label.en) has no field \(name)."),
      fields.isEmpty
        ? Bilingual(zh: "该步骤不填写事项。", en: "It takes no fields.")
        : Bilingual(zh: "可填写：\(known.zh)。", en: "Its fields: \(known.en)."))
  }

  private static func missing(_ field: FormField, _ rule: ActRule) -> Refusal {
    refusal(
      rule,
      Bilingual(zh: "\(rule.label.zh)缺少\(field.label.zh)。", en: "\(rule.label.en) lacks \(field.label.en)."),
      Bilingual(zh: "请填写\(field.label.zh)。", en: "Fill in \(field.label.en)."))
  }

  private static func wrong(
    _ value: FactValue, _ field: FormField, _ rule: ActRule, _ expected: Bilingual
  ) -> Refusal {
    let shown = value.spelled.prefix(valueShownMax)
    return refusal(
      rule,
      Bilingual(
        zh: "\(rule.label.zh)中\(field.label.zh)的值“\(shown)”不合要求。",
        en: "In \(rule.label.en), “\(shown)” does not fit \(field.label.en)."),
      expected)
  }

  private static func refusal(_ rule: ActRule, _ message: Bilingual, _ remedy: Bilingual) -> Refusal {
    Refusal(code: .formField, message: message, article: rule.source, remedy: remedy)
  }
}

extension FactValue {
  /// A text without anything in it: the field counts as not filled.
  var isBlank: Bool { if case .text(let text) = self { text.allSatisfy(\.isWhitespace) } else { false } }
}
