import Casework
import Foundation
import Testing

@Suite("Days of the civil calendar")
struct CivilDateTests {
  @Test("two centuries, day by day, against counting on fingers")
  func dayByDay() throws {
    var date = try #require(CivilDate(year: 1899, month: 12, day: 31))
    #expect(date.weekday == 7)
    var (weekday, last) = (7, date)
    for year in 1900...2101 {
      let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
      for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
        for day in 1...length {
          date = date + 1
          weekday = weekday % 7 + 1
          guard date.year == year, date.month == index + 1, date.day == day, date.weekday == weekday,
            CivilDate(year: year, month: index + 1, day: day) == date, CivilDate(date.description) == date,
            last < date, date - last == 1, date + -1 == last
          else {
            Issue.record("\(year)-\(index + 1)-\(day) became \(date)")
            return
          }
          last = date
        }
        #expect(CivilDate(year: year, month: index + 1, day: length + 1) == nil)
      }
    }
  }

  @Test("known days")
  func knownDays() {
    #expect(CivilDate(dayNumber: 0).description == "1970-01-01")
    #expect(CivilDate(dayNumber: 0).weekday == 4)
    #expect(CivilDate(dayNumber: -1).description == "1969-12-31")
    #expect(CivilDate(dayNumber: -1).weekday == 3)
    #expect(CivilDate("2026-01-05")?.dayNumber == 20_458)
    #expect(CivilDate("2026-01-05")?.weekday == 1)
    #expect(CivilDate("0001-01-01")?.description == "0001-01-01")
    #expect(CivilDate("9999-12-31")?.description == "9999-12-31")
  }

  @Test(
    "what is not a day",
    arguments: [
      "", "2026-1-05", "2026-01-5", "2026/01/05", "20260105", "2026-01-05 ", " 2026-01-05",
      "2026-01-05T00:00",
      "2026-00-10", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2025-02-29", "1900-02-29",
      "2026-02-30",
      "0000-01-01", "-001-01-01", "+026-01-01", "２０２６-01-05", "2026-0１-05", "2026-01-0a",
    ])
  func notADay(_ text: String) { #expect(CivilDate(text) == nil) }

  @Test("leap days")
  func leapDays() {
    #expect(CivilDate("2024-02-29") != nil)
    #expect(CivilDate("2000-02-29") != nil)
    #expect(CivilDate("2100-02-29") == nil)
  }

  @Test(
    "corresponding day, else month end",
    arguments: [
      ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-01-30", 1, "2026-02-28"),
      ("2026-01-28", 1, "2026-02-28"), ("2026-02-28", 1, "2026-03-28"), ("2026-03-31", 1, "2026-04-30"),
      ("2025-08-31", 6, "2026-02-28"), ("2023-08-31", 6, "2024-02-29"), ("2026-11-30", 3, "2027-02-28"),
      ("2026-12-15", 1, "2027-01-15"), ("2026-01-31", 0, "2026-01-31"), ("2026-01-31", 12, "2027-01-31"),
      ("2026-03-31", -1, "2026-02-28"), ("2026-01-31", -1, "2025-12-31"), ("2026-01-31", -13, "2024-12-31"),
    ])
  func months(from: String, months: Int, to: String) {
    #expect(day(from).adding(months: months) == day(to))
  }

  @Test(
    "years",
    arguments: [
      ("2024-02-29", 1, "2025-02-28"), ("2024-02-29", 4, "2028-02-29"), ("2026-03-01", 2, "2028-03-01"),
      ("2024-02-29", -1, "2023-02-28"),
    ])
  func years(from: String, years: Int, to: String) { #expect(day(from).adding(years: years) == day(to)) }

  @Test("absurd amounts stay in range instead of stopping the program")
  func absurd() {
    let date = day("2026-01-31")
    #expect(date.adding(months: .max) == day("9999-12-31"))
    #expect(date.adding(months: .min) == day("0001-01-31"))
    #expect(date.adding(years: .max) == day("9999-12-31"))
    #expect(date + .max == .distantFuture)
    #expect(date + .min == CivilDate(dayNumber: .min))
    #expect(CivilDate.distantFuture + 1 == .distantFuture)
    #expect(CivilDate.fromUnixMilliseconds(.max) > date)
  }

  @Test("the day changes at midnight in China")
  func chinaTime() {
    #expect(CivilDate.fromUnixMilliseconds(0) == day("1970-01-01"))
    // 2026-01-04T16:00:00Z
    #expect(CivilDate.fromUnixMilliseconds(1_767_542_400_000) == day("2026-01-05"))
    #expect(CivilDate.fromUnixMilliseconds(1_767_542_399_999) == day("2026-01-04"))
    #expect(CivilDate.fromUnixMilliseconds(1_767_542_400_000, utcOffsetMinutes: 0) == day("2026-01-04"))
    #expect(CivilDate.fromUnixMilliseconds(0, utcOffsetMinutes: -1) == day("1969-12-31"))
  }

  @Test("written as text, and nothing else is read")
  func coding() throws {
    let dates: [CivilDate] = [day("2026-01-05"), day("1969-12-31")]
    let data = try JSONEncoder().encode(dates)
    #expect(String(decoding: data, as: UTF8.self) == #"["2026-01-05","1969-12-31"]"#)
    #expect(try JSONDecoder().decode([CivilDate].self, from: data) == dates)
    for text in [#"["2026-02-30"]"#, "[20458]", "[null]"].map(\.utf8) {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([CivilDate].self, from: Data(text)) }
    }
  }
}
