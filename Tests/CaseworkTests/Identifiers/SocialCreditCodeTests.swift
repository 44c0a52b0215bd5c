import Casework
import Testing

@Suite("Unified social credit codes")
struct SocialCreditCodeTests {
  private static func rows() throws -> [[String]] {
    Array(try CalendarFixture.rows("uscc.csv", separator: ",").dropFirst())
  }

  @Test("the file is whole")
  func whole() throws {
    let rows = try Self.rows()
    #expect(rows.count == 79)
    #expect(rows.filter { $0[1].isEmpty && $0[2].isEmpty }.count == 28)
  }

  @Test("both check characters", arguments: try rows())
  func checks(row: [String]) throws {
    try #require(row.count == 4)
    let warnings = SocialCreditCode.warnings(row[0])
    let expected = [(IdentifierWarning.Kind.checkCharacter, row[1]), (.organizationCheck, row[2])]
      .filter { !$0.1.isEmpty }
    #expect(warnings.map(\.kind) == expected.map(\.0))
    #expect(warnings.map(\.expected) == expected.map(\.1))
    for warning in warnings {
      let character = try #require(warning.expected)
      #expect(warning.message.zh.contains("应为 \(character)") && warning.message.en.contains("should be \(character)"))
    }
  }

  @Test("only the organization's own check fails")
  func organizationOnly() {
    // 911101066976941872 with place 17 raised by one and place 18 made to fit.
    let warnings = SocialCreditCode.warnings("911101066976941885")
    #expect(warnings.map(\.kind) == [.organizationCheck])
    #expect(warnings.map(\.expected) == ["7"])
  }

  @Test("a sum that is a multiple of 31 gives 0, not a 32nd symbol")
  func zero() { #expect(SocialCreditCode.warnings("000000000000000000").map(\.kind) == []) }

  @Test("form")
  func form() {
    #expect(SocialCreditCode.warnings("").isEmpty)
    #expect(SocialCreditCode.warnings("91110000101623741k").isEmpty)
    #expect(SocialCreditCode.warnings("91110000101623741").map(\.kind) == [.length])
    #expect(SocialCreditCode.warnings("91110000101623741KK")[0].message.en.contains("19"))
    for symbol in ["I", "O", "S", "V", "Z", "１", "-"] {
      let warnings = SocialCreditCode.warnings("9111000010162374\(symbol)K")
      #expect(warnings.map(\.kind) == [.character])
      #expect(warnings[0].message.zh.contains("“\(symbol)”"))
    }
  }
}
