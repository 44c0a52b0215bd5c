import Casework
import Testing

@Suite("Notices laid over the shipped table")
struct CalendarHistoryTests {
  private static let header = "date,name,is_workday,notice_year\n"

  private func table(_ rows: String) throws -> HolidayTable { try HolidayTable(csv: Self.header + rows) }

  @Test("a year's notice goes out whole, others stay")
  func overlaid() throws {
    let shipped = try table("2025-12-31,元旦,0,2026\n2026-01-01,元旦,0,2026\n2026-02-14,春节,1,2026\n2025-05-01,劳动节,0,2025\n")
    let changed = shipped.overlaid(by: try table("2026-01-02,元旦,0,2026\n"))
    #expect(changed.entries.map(\.date.description) == ["2025-05-01", "2026-01-02"])
    #expect(changed.years == [2025, 2026])
    #expect(changed.isWorkingDay(day("2025-12-31")) && !changed.isWorkingDay(day("2026-02-14")))
  }

  @Test("a day that two notices name is the later year's, whichever came last")
  func december() throws {
    let earlier = try table("2026-12-31,调休,1,2026\n")
    let later = try table("2026-12-31,元旦,0,2027\n2027-01-01,元旦,0,2027\n")
    for both in [earlier.overlaid(by: later), later.overlaid(by: earlier)] {
      #expect(!both.isWorkingDay(day("2026-12-31")))
      #expect(both.notice(of: 2026).entries.isEmpty)
      #expect(both.years == [2026, 2027])
    }
  }

  @Test("one notice of a table, and a table as a file")
  func parts() throws {
    let text = Self.header + "2018-12-31,元旦,0,2019\n2019-01-01,元旦,0,2019\n2019-12-31,元旦,0,2020\n"
    let both = try HolidayTable(csv: text)
    #expect(both.csv == text)
    #expect(both.notice(of: 2020).csv == Self.header + "2019-12-31,元旦,0,2020\n")
    #expect(both.notice(of: 2019).years == [2019])
    #expect(both.notice(of: 2021).years.isEmpty)
  }

  @Test("every mistake of a file, each with its line; the first is the one thrown")
  func mistakes() {
    let csv = Self.header + "2026-01-01,,0,2026\n2026-01-02,元旦,0,2026\nx\n2026-01-02,元旦,1,2026\n2026-01-03,元旦,2,2026\n"
    let found = HolidayTable.mistakes(inCSV: csv)
    #expect(found.map(\.line) == [2, 4, 5, 6])
    #expect(found.map(\.problem) == [.name, .fields, .repeated, .flag])
    #expect(throws: found[0]) { try HolidayTable(csv: csv) }
    #expect(HolidayTable.mistakes(inCSV: Self.header + "2026-01-01,元旦,0,2026\n").isEmpty)
  }

  @Test("the table of a moment is the last published up to it")
  func moments() throws {
    let shipped = HolidayTable.empty
    let (first, second) = (try table("2027-01-01,元旦,0,2027\n"), try table("2027-01-04,元旦,0,2027\n"))
    let history = CalendarHistory(
      shipped: shipped, steps: [.init(stamp: 20, table: second), .init(stamp: 10, table: first)])
    #expect([9, 10, 19, 20, .max].map { history.table(at: $0) } == [shipped, first, first, second, second])
    #expect(history.current == second)
    #expect(CalendarHistory(shipped: first).current == first)
  }
}
