import Casework

/// Kinds of subject that the software itself knows; every other kind is the documents' own word for units.
enum SubjectKind {
  /// A natural person (自然人), told by the identification number; counts for no indicator of units.
  static let person = "person"
  private static let spellings: Set<String> = ["person", "个人", "自然人"]

  static func normal(_ kind: String) -> String { spellings.contains(kind.lowercased()) ? person : kind }
  static func isPerson(_ kind: String?) -> Bool { kind.map { normal($0) == person } ?? false }
}

/// What was typed of a subject, written one way and free of what no register may hold.
struct SubjectEntry {
  /// Why an entry cannot be taken.
  struct Refused: Error {
    var code: String
    var message: Bilingual
    var remedy: Bilingual
  }

  /// Characters of a name; the longest registered company names have some 60.
  static let nameMax = 200
  /// Characters of any other text.
  static let textMax = 500

  /// Unified social credit code, in capitals; empty: not known, or a person.
  var code: String
  var name: String
  var kind: String
  var address: String
  var representative: String
  /// Of the person, or of the unit's legal representative. Kept apart from the rest (`RecordType.sealedPerson`).
  var residentID: String

  init(_ draft: SubjectDraft) throws(Refused) {
    code = Self.number(draft.code)
    name = Self.trimmed(draft.name)
    kind = SubjectKind.normal(Self.oneLine(draft.kind))
    address = Self.oneLine(draft.address)
    representative = Self.oneLine(draft.representative)
    residentID = Self.number(draft.residentID)
    guard !name.isEmpty else {
      throw Refused(
        code: "subject", message: Bilingual(zh: "名称为空，未登记。", en: "It has no name; not registered."),
        remedy: Bilingual(zh: "请填写名称。", en: "Give a name."))
    }
    for text in [code, name, kind, address, representative, residentID] { try Self.check(text) }
    guard name.count <= Self.nameMax else { throw Self.tooLong(Self.nameMax) }
    try placeNumber()
  }

  /// The number of a person never stands in the code, which superiors read.
  private mutating func placeNumber() throws(Refused) {
    if kind == SubjectKind.person {
      guard code.isEmpty || residentID.isEmpty || code == residentID else {
        throw Refused(
          code: "subject-code",
          message: Bilingual(
            zh: "自然人没有统一社会信用代码，代码与证件号不一致，未登记。",
            en: "A person has no unified social credit code, and this one is not the identification number;"
              + " not registered."),
          remedy: Bilingual(zh: "请只填写证件号；个体工商户请改用其他类别。", en: "Give the number alone, or another kind."))
      }
      if residentID.isEmpty { residentID = code }
      code = ""
    } else if code.count == 18, ResidentID.warnings(code).isEmpty, !SocialCreditCode.warnings(code).isEmpty {
      throw Refused(
        code: "resident-id",
        message: Bilingual(
          zh: "代码栏填写的是公民身份号码 \(Masking.residentID(code))，未登记。",
          en: "The code is a citizen identification number, \(Masking.residentID(code)); not registered."),
        remedy: Bilingual(
          zh: "身份号码请填入证件号（resident_id），自然人类别写 person。",
          en: "Put it in resident_id; a natural person's kind is person."))
    }
  }

  /// What is off with the code and the number; never a reason to refuse. The number itself is not spelled out.
  var warnings: [Bilingual] {
    SocialCreditCode.warnings(code).map(\.message) + Self.warnings(ofNumber: residentID)
  }

  static func warnings(ofNumber number: String) -> [Bilingual] {
    ResidentID.warnings(number).map { warning in
      switch warning.kind {
      case .birthDate:
        Bilingual(
          zh: "公民身份号码 \(Masking.residentID(number)) 的出生日期不存在；请核对。",
          en: "The date of birth in \(Masking.residentID(number)) does not exist. Please check.")
      case .superseded:
        Bilingual(
          zh: "\(Masking.residentID(number)) 是 15 位旧号码，现行公民身份号码为 18 位；请核对。",
          en: "\(Masking.residentID(number)) is an old number of 15 digits; today's has 18. Please check.")
      default: warning.message
      }
    }
  }

  private static func check(_ text: String) throws(Refused) {
    if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      throw Refused(
        code: "subject-text",
        message: Bilingual(zh: "内容含有换行或控制字符，未登记。", en: "A text holds a line break or control character; not registered."),
        remedy: Bilingual(zh: "请删去这些字符。", en: "Take them out."))
    }
    if text.count > textMax { throw tooLong(textMax) }
  }

  private static func tooLong(_ most: Int) -> Refused {
    Refused(
      code: "subject-text",
      message: Bilingual(zh: "内容超过 \(most) 字，未登记。", en: "A text has more than \(most) characters; not registered."),
      remedy: Bilingual(zh: "请缩短。", en: "Shorten it."))
  }

  /// Line breaks within a cell become spaces; spreadsheets wrap addresses.
  private static func oneLine(_ text: String) -> String {
    trimmed(String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Codes and numbers as they are compared: without spaces, in plain capitals.
  static func number(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
      // Full-width forms, as Chinese input methods write them.
      let plain = (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
      result.unicodeScalars.append(plain)
    }
    return result.uppercased()
  }
}
