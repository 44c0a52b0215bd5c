import Casework
import Testing

@Suite("Counting working days")
struct WorkingDayCountTests {
  private func result(_ date: String, provisional: Bool) -> CalendarResult {
    CalendarResult(date: day(date), provisional: provisional)
  }

  @Test("working days per year agree with four other calendars")
  func perYear() throws {
    let table = try CalendarFixture.notices()
    let rows = try CalendarFixture.rows("crosscheck.csv", separator: ",")
    #expect(rows[0][3] == "workdays_holiday_cn")
    #expect(rows.count == 15)
    for row in rows.dropFirst() {
      let year = try #require(Int(row[0]))
      let first = try #require(CivilDate(year: year, month: 1, day: 1))
      let last = try #require(CivilDate(year: year, month: 12, day: 31))
      let days = table.workingDays(from: first + -1, to: last)
      #expect(row[3...6].allSatisfy { Int($0) == days }, "\(year)")
      let inYear = table.entries.filter { $0.date.year == year }
      #expect(inYear.count { !$0.isWorkday } == Int(row[1]), "\(year)")
      #expect(inYear.count { $0.isWorkday } == Int(row[2]), "\(year)")
      #expect(!table.isProvisional(year: year))
    }
  }

  @Test("the count by table is the count day by day, and walking there and back meets")
  func dayByDay() throws {
    let table = try CalendarFixture.notices()
    for start in ["2012-12-20", "2019-12-15", "2025-09-20", "2026-12-01", "1969-12-20"].map(day) {
      var (count, day) = (0, start)
      #expect(table.workingDays(from: start, to: start) == 0)
      for _ in 0..<500 {
        day = day + 1
        guard table.isWorkingDay(day) else {
          #expect(table.workingDays(from: start, to: day) == count)
          continue
        }
        count += 1
        #expect(table.workingDays(from: start, to: day) == count)
        #expect(table.workingDays(from: day, to: start) == -count)
        #expect(table.date(after: start, workingDays: count).date == day)
      }
    }
    let back = table.date(before: day("2026-10-15"), workingDays: 200).date
    #expect(table.workingDays(from: back + -1, to: day("2026-10-14")) == 200)
    #expect(table.isWorkingDay(back))
  }

  @Test("far apart days cost nothing")
  func farApart() {
    #expect(CalendarFixture.plain.workingDays(from: day("0001-01-01"), to: day("9999-12-31")) == 2_608_614)
  }

  @Test("a day is provisional when a day used or crossed lies in a year without a notice")
  func provisional() throws {
    let table = try CalendarFixture.notices()
    #expect(table.date(after: day("2026-12-28"), workingDays: 5) == result("2027-01-04", provisional: true))
    #expect(table.date(after: day("2026-12-28"), workingDays: 3) == result("2026-12-31", provisional: false))
    #expect(table.date(before: day("2027-01-04"), workingDays: 1) == result("2027-01-01", provisional: true))
    #expect(table.date(before: day("2027-01-01"), workingDays: 1) == result("2026-12-31", provisional: false))
    #expect(table.date(before: day("2013-01-04"), workingDays: 1) == result("2012-12-31", provisional: true))
    #expect(table.rolledForward(day("2027-01-02")) == result("2027-01-04", provisional: true))
    #expect(table.rolledForward(day("2027-01-04")).provisional)
    #expect(!table.rolledForward(day("2026-12-31")).provisional)
    let gap = HolidayTable(entries: [], years: [2025, 2027])
    #expect(gap.date(after: day("2025-12-01"), workingDays: 300).provisional)
    #expect(!gap.date(after: day("2025-12-01"), workingDays: 5).provisional)
    #expect(!gap.date(after: day("2027-01-04"), workingDays: 5).provisional)
  }

  @Test("none and less than none are the day itself")
  func none() throws {
    let table = try CalendarFixture.notices()
    for count in [0, -1, .min] {
      #expect(
        table.date(after: day("2027-01-02"), workingDays: count) == result("2027-01-02", provisional: false))
      #expect(table.date(before: day("2027-01-02"), workingDays: count).date == day("2027-01-02"))
    }
  }

  @Test("an absurd count ends")
  func absurd() {
    let most = CalendarFixture.plain.date(after: day("2026-01-05"), workingDays: HolidayTable.workingDaysMax)
    #expect(CalendarFixture.plain.date(after: day("2026-01-05"), workingDays: .max) == most)
    #expect(CalendarFixture.plain.date(after: .distantFuture, workingDays: 5).date == .distantFuture)
  }

  @Test("rolling forward")
  func rolling() throws {
    let table = try CalendarFixture.notices()
    #expect(table.rolledForward(day("2026-10-01")).date == day("2026-10-08"))
    #expect(table.rolledForward(day("2026-02-28")).date == day("2026-02-28"))
    #expect(table.rolledForward(day("2026-04-04")).date == day("2026-04-07"))
  }
}
