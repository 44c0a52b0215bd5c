import Casework
import Testing

@Suite("Citizen identification numbers")
struct ResidentIDTests {
  private static func rows() throws -> [[String]] {
    Array(try CalendarFixture.rows("resident-id.csv", separator: ",").dropFirst())
  }

  @Test("the file is whole")
  func whole() throws { #expect(try Self.rows().count == 45) }

  @Test("findings", arguments: try rows())
  func findings(row: [String]) throws {
    try #require(row.count == 4)
    let warnings = ResidentID.warnings(row[0])
    #expect(warnings.map(\.kind.rawValue) == (row[1].isEmpty ? [] : [row[1]]))
    #expect((warnings.first?.expected ?? "") == row[2])
    for warning in warnings {
      #expect(warning.message.zh.contains(row[2]) && warning.message.en.contains(row[2]))
      #expect(warning.message.zh.contains("应为") && !warning.message.en.isEmpty)
    }
  }

  @Test("a wrong date and a wrong check character are both told")
  func both() {
    #expect(ResidentID.warnings("360426199102300071").map(\.kind) == [.checkCharacter, .birthDate])
  }

  @Test("form")
  func form() {
    #expect(ResidentID.warnings("").isEmpty)
    #expect(ResidentID.warnings("11010519491231002x").isEmpty)
    #expect(ResidentID.warnings("11010519491231002").map(\.kind) == [.length])
    #expect(ResidentID.warnings("11010519491231002A").map(\.kind) == [.character])
    #expect(ResidentID.warnings("1101051949123100２X").map(\.kind) == [.character])
    #expect(ResidentID.warnings("61010462092769X").map(\.kind) == [.character])
    #expect(ResidentID.warnings("610104621327690").map(\.kind) == [.birthDate])
  }

  @Test("birth date")
  func birthDate() {
    #expect(ResidentID.birthDate(of: "11010519491231002X") == CivilDate(year: 1949, month: 12, day: 31))
    #expect(ResidentID.birthDate(of: "440524188001010014") == CivilDate(year: 1880, month: 1, day: 1))
    #expect(ResidentID.birthDate(of: "110105200002290000") == CivilDate(year: 2000, month: 2, day: 29))
    #expect(ResidentID.birthDate(of: "110105190002290000") == nil)
    #expect(ResidentID.birthDate(of: "1101051949123100") == nil)
  }
}
