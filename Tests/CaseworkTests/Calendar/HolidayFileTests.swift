import Casework
import Testing

@Suite("Holiday files, whole and broken")
struct HolidayFileTests {
  private static let header = "date,name,is_workday,notice_year\n"

  @Test("the bundled file: a year is known when a notice was given for it")
  func bundled() throws {
    let table = try CalendarFixture.notices()
    #expect(table.entries.count == 473)
    #expect(table.years == Set(2013...2026))
    #expect(table.isProvisional(year: 2012))
    #expect(!table.isProvisional(year: 2013))
    #expect(!table.isProvisional(year: 2026))
    #expect(table.isProvisional(year: 2027))
    #expect(zip(table.entries, table.entries.dropFirst()).allSatisfy { $0.date < $1.date })
  }

  @Test("a December day in the next year's notice makes that year known, not its own")
  func nextYearsNotice() throws {
    let table = try HolidayTable(csv: Self.header + "2018-12-29,元旦,1,2019\n2018-12-31,元旦,0,2019\n")
    #expect(table.years == [2019])
    #expect(table.isProvisional(year: 2018))
    #expect(table.isWorkingDay(day("2018-12-29")))
    #expect(!table.isWorkingDay(day("2018-12-31")))
  }

  @Test("weekends, days off and make-up days")
  func days() throws {
    let table = try CalendarFixture.notices()
    #expect(!table.isWorkingDay(day("2026-02-16")))
    #expect(table.name(of: day("2026-02-16")) == "春节")
    #expect(table.isWorkingDay(day("2026-02-14")))
    #expect(table.isWorkingDay(day("2026-01-05")))
    #expect(!table.isWorkingDay(day("2026-01-10")))
    #expect(table.name(of: day("2026-01-10")) == nil)
    // 妇女节 is for a part of the people and does not count.
    #expect(table.isWorkingDay(day("2024-03-08")))
    // Outside every notice, weekends alone.
    #expect(table.isWorkingDay(day("2027-10-01")))
    #expect(!table.isWorkingDay(day("2027-10-02")))
  }

  @Test("line ends and byte order mark of a spreadsheet, any order, no last line end")
  func spreadsheet() throws {
    let text = "\u{FEFF}date,name,is_workday,notice_year\r\n2026-10-10,国庆节,1,2026\r\n2026-10-01,国庆节,0,2026"
    let table = try HolidayTable(csv: text)
    #expect(table.entries.map(\.date) == [day("2026-10-01"), day("2026-10-10")])
  }

  @Test("of two entries for a day, the later stands")
  func laterEntry() {
    let entries = [
      HolidayTable.Entry(date: day("2026-05-04"), name: "a", isWorkday: false),
      HolidayTable.Entry(date: day("2026-05-04"), name: "b", isWorkday: true),
    ]
    let table = HolidayTable(entries: entries, years: [2026])
    #expect(table.entries == [entries[1]])
    #expect(table.workingDays(from: day("2026-05-03"), to: day("2026-05-04")) == 1)
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    var text: String
    var line: Int
    var problem: CalendarError.Problem
    var found = ""
    var testDescription: String { "\(problem) in line \(line): \(found)" }
  }

  private static let good = header + "2026-01-01,元旦,0,2026\n"

  static let broken = [
    Broken(text: "", line: 1, problem: .header),
    Broken(text: "2026-01-01,元旦,0,2026\n", line: 1, problem: .header, found: "2026-01-01,元旦,0,2026"),
    Broken(
      text: "date,name,is_workday\n", line: 1, problem: .header, found: "date,name,is_workday"),
    Broken(text: " " + good, line: 1, problem: .header, found: " date,name,is_workday,notice_year"),
    Broken(text: header, line: 1, problem: .empty),
    Broken(text: "date,name,is_workday,notice_year", line: 1, problem: .empty),
    Broken(text: good + "2026-01-02,元旦,0\n", line: 3, problem: .fields),
    Broken(text: good + "2026-01-02,元旦,0,2026,\n", line: 3, problem: .fields),
    Broken(text: good + "2026-01-02,\"元旦\",0,2026\n", line: 3, problem: .fields),
    Broken(text: good + "\n2026-01-02,元旦,0,2026\n", line: 3, problem: .fields),
    Broken(text: good + "\n", line: 3, problem: .fields),
    Broken(text: good + "2026-01-02\t元旦\t0\t2026\n", line: 3, problem: .fields),
    Broken(text: good + "2026-02-30,春节,0,2026\n", line: 3, problem: .date, found: "2026-02-30"),
    Broken(text: good + "2026/1/2,元旦,0,2026\n", line: 3, problem: .date, found: "2026/1/2"),
    Broken(text: good + ",元旦,0,2026\n", line: 3, problem: .date),
    Broken(text: good + "2026-01-02,,0,2026\n", line: 3, problem: .name),
    Broken(text: good + "2026-01-02,元旦,true,2026\n", line: 3, problem: .flag, found: "true"),
    Broken(text: good + "2026-01-02,元旦,,2026\n", line: 3, problem: .flag),
    Broken(text: good + "2026-01-02,元旦, 0,2026\n", line: 3, problem: .flag, found: " 0"),
    Broken(text: good + "2026-01-02,元旦,0,2025\n", line: 3, problem: .year, found: "2025"),
    Broken(text: good + "2026-01-02,元旦,0,2028\n", line: 3, problem: .year, found: "2028"),
    Broken(text: good + "2026-01-02,元旦,0,02026\n", line: 3, problem: .year, found: "02026"),
    Broken(text: good + "2026-01-02,元旦,0,二〇二六\n", line: 3, problem: .year, found: "二〇二六"),
    Broken(text: good + "2026-01-01,元旦,1,2026\n", line: 3, problem: .repeated, found: "2026-01-01"),
    Broken(
      text: good + "2026-01-02,元旦,0,2026\r\n2026-01-03,元旦,9,2026\r\n", line: 4, problem: .flag, found: "9"),
    Broken(text: header + String(repeating: "x\n", count: 10_001), line: 10_002, problem: .tooLong),
  ]

  @Test("a broken file is refused with its line", arguments: broken)
  func refused(_ file: Broken) {
    let expected = CalendarError(line: file.line, problem: file.problem, found: file.found)
    #expect(throws: expected) { try HolidayTable(csv: file.text) }
    #expect(expected.message.zh.contains("第 \(file.line) 行"))
    #expect(expected.message.en.contains("line \(file.line)"))
  }

  @Test("every problem has a broken file here")
  func everyProblem() { #expect(Set(Self.broken.map(\.problem)) == Set(CalendarError.Problem.allCases)) }

  @Test("a long line is cut in the message")
  func longLine() {
    let error = CalendarError(line: 2, problem: .date, found: String(repeating: "长", count: 1000))
    #expect(error.found.count == 40)
  }
}
