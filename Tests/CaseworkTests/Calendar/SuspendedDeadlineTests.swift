import Casework
import Foundation
import Testing

/// Weekends only unless said otherwise. 2026-01-05 is a Monday.
@Suite("Suspended and extended deadlines")
struct SuspendedDeadlineTests {
  private func rule(_ count: Int, _ unit: DeadlineUnit, roll: Bool = false) -> DeadlineRule {
    DeadlineRule(unit: unit, count: count, roll: roll, article: "")
  }

  private func deadline(
    _ rule: DeadlineRule, from anchor: String, _ suspensions: [Suspension], extra: Int = 0
  ) -> Deadline {
    rule.deadline(
      anchor: day(anchor), suspensions: suspensions, extension: extra, calendar: CalendarFixture.plain)
  }

  private func suspended(_ from: String, _ to: String?) -> Suspension {
    Suspension(from: day(from), to: to.map(day))
  }

  @Test("the day of suspension no longer counts, the day of resumption counts again")
  func bothEnds() {
    let ten = rule(10, .workingDay)
    #expect(deadline(ten, from: "2026-01-05", []).due == day("2026-01-19"))
    // The 6th to the 8th count, then from the 14th on.
    #expect(
      deadline(ten, from: "2026-01-05", [suspended("2026-01-09", "2026-01-14")]).due == day("2026-01-22"))
    // Suspended Friday, resumed Sunday: only Friday is lost.
    #expect(
      deadline(ten, from: "2026-01-05", [suspended("2026-01-09", "2026-01-11")]).due == day("2026-01-20"))
    // Suspended Saturday, resumed Monday: nothing is lost.
    #expect(
      deadline(ten, from: "2026-01-05", [suspended("2026-01-10", "2026-01-12")]).due == day("2026-01-19"))
    #expect(
      deadline(rule(10, .day), from: "2026-01-05", [suspended("2026-01-09", "2026-01-14")]).due
        == day("2026-01-20"))
  }

  @Test("every suspension of up to two weeks around a holiday, against ticking days off")
  func tickedOff() throws {
    let notices = try CalendarFixture.notices()
    let anchor = day("2026-02-10")
    for unit in [DeadlineUnit.day, .workingDay] {
      for (count, start, length) in (1...8).flatMap({ count in
        (0..<14).flatMap { start in (0..<14).map { (count, start, $0) } }
      }) {
        let suspension = Suspension(from: anchor + start, to: anchor + start + length)
        var (expected, left) = (anchor, count)
        while left > 0 {
          expected = expected + 1
          let isSuspended = suspension.from <= expected && expected < suspension.to ?? .distantFuture
          if !isSuspended, unit == .day || notices.isWorkingDay(expected) { left -= 1 }
        }
        let deadline = rule(count, unit).deadline(
          anchor: anchor, suspensions: [suspension], calendar: notices)
        #expect(deadline.due == expected, "\(count) \(unit.rawValue), suspended \(suspension)")
      }
    }
  }

  @Test("lifted the day it was made, or before it: nothing changes")
  func empty() {
    for unit in DeadlineUnit.allCases {
      let plain = deadline(rule(3, unit), from: "2026-01-05", [])
      for to in ["2026-01-07", "2026-01-06"] {
        let lifted = deadline(rule(3, unit), from: "2026-01-05", [suspended("2026-01-07", to)])
        #expect(lifted == plain)
      }
    }
  }

  @Test("while suspended there is no due day, and what is left is told")
  func open() {
    let open = deadline(rule(60, .workingDay), from: "2026-01-05", [suspended("2026-02-02", nil)])
    #expect(open.due == nil)
    #expect(open.remaining == 41)
    #expect(!open.provisional)
    #expect(
      deadline(rule(60, .workingDay), from: "2026-01-05", [suspended("2026-01-05", nil)]).remaining == 60)
    #expect(deadline(rule(60, .day), from: "2026-01-05", [suspended("2026-02-02", nil)]).remaining == 33)
    // To 2026-07-05: the days from 2 February on.
    #expect(deadline(rule(6, .month), from: "2026-01-05", [suspended("2026-02-02", nil)]).remaining == 154)
  }

  @Test("what is left is what is counted after resumption")
  func remainingIsCounted() {
    for unit in DeadlineUnit.allCases {
      let open = deadline(rule(2, unit), from: "2026-01-05", [suspended("2026-01-07", nil)])
      let closed = deadline(rule(2, unit), from: "2026-01-05", [suspended("2026-01-07", "2026-03-09")])
      // The day before resumption is the one not counted.
      let rest = rule(open.remaining ?? 0, unit == .workingDay ? .workingDay : .day)
      #expect(closed.due != nil)
      #expect(closed.due == deadline(rest, from: "2026-03-08", []).due)
    }
  }

  @Test("suspended on the last day: that day is left")
  func lastDay() {
    let (five, month) = (rule(5, .workingDay), rule(1, .month))
    #expect(deadline(five, from: "2026-01-05", []).due == day("2026-01-12"))
    #expect(deadline(five, from: "2026-01-05", [suspended("2026-01-12", nil)]).remaining == 1)
    #expect(
      deadline(five, from: "2026-01-05", [suspended("2026-01-12", "2026-02-02")]).due == day("2026-02-02"))
    // The day after, it has run out.
    for to in [nil, "2026-02-02"] {
      #expect(
        deadline(five, from: "2026-01-05", [suspended("2026-01-13", to)])
          == deadline(five, from: "2026-01-05", []))
      #expect(deadline(month, from: "2026-01-05", [suspended("2026-02-06", to)]).due == day("2026-02-05"))
    }
  }

  @Test("before and over the anchor only what follows it is left out")
  func beforeAnchor() {
    let ten = rule(10, .day)
    let plain = deadline(ten, from: "2026-01-12", [])
    #expect(deadline(ten, from: "2026-01-12", [suspended("2026-01-01", "2026-01-12")]) == plain)
    #expect(deadline(ten, from: "2026-01-12", [suspended("2026-01-01", "2026-01-13")]) == plain)
    #expect(
      deadline(ten, from: "2026-01-12", [suspended("2026-01-01", "2026-01-15")]).due == day("2026-01-24"))
  }

  @Test("overlapping, nested and touching suspensions leave out each day once, in any order")
  func overlapping() {
    let list = [
      suspended("2026-01-08", "2026-01-12"), suspended("2026-01-10", "2026-01-14"),
      suspended("2026-01-09", "2026-01-11"), suspended("2026-01-14", "2026-01-16"),
      suspended("2026-01-20", "2026-01-21"),
    ]
    let days = deadline(rule(10, .day), from: "2026-01-05", list)
    // 8 to 15 January, and the 20th.
    #expect(days.due == day("2026-01-24"))
    let working = deadline(rule(10, .workingDay), from: "2026-01-05", list)
    #expect(working.due == day("2026-01-28"))
    let inAnyOrder = [list.reversed(), [list[2], list[4], list[0], list[3], list[1]]]
    for other in inAnyOrder {
      #expect(deadline(rule(10, .day), from: "2026-01-05", other) == days)
      #expect(deadline(rule(10, .workingDay), from: "2026-01-05", other) == working)
    }
    let open = list + [suspended("2026-01-09", nil)]
    #expect(deadline(rule(10, .day), from: "2026-01-05", open).remaining == 8)
    #expect(deadline(rule(10, .day), from: "2026-01-05", open.reversed()).remaining == 8)
  }

  @Test("a second suspension that the first moved into the period counts")
  func movedInto() {
    let list = [suspended("2026-01-10", "2026-01-20"), suspended("2026-01-20", "2026-01-25")]
    #expect(deadline(rule(5, .day), from: "2026-01-05", list).due == day("2026-01-25"))
    #expect(deadline(rule(1, .month), from: "2025-12-10", list).due == day("2026-01-25"))
    #expect(deadline(rule(5, .workingDay), from: "2026-01-05", list).due == day("2026-01-26"))
  }

  @Test("an extension adds units of the same kind, before and after a suspension")
  func extended() {
    let sixty = rule(60, .workingDay)
    #expect(deadline(sixty, from: "2026-01-05", [], extra: 30).due == day("2026-05-11"))
    let suspension = [suspended("2026-02-02", "2026-02-16")]
    #expect(deadline(sixty, from: "2026-01-05", suspension, extra: 30).due == day("2026-05-25"))
    #expect(deadline(sixty, from: "2026-01-05", [suspended("2026-02-02", nil)], extra: 30).remaining == 71)
    // One month and one more from 31 January is 31 March, not 28 February and 28 March.
    #expect(deadline(rule(1, .month), from: "2026-01-31", [], extra: 1).due == day("2026-03-31"))
    #expect(deadline(rule(1, .year), from: "2024-02-29", [], extra: 3).due == day("2028-02-29"))
    #expect(
      deadline(sixty, from: "2026-01-05", [], extra: -5).due == deadline(sixty, from: "2026-01-05", []).due)
  }

  @Test("rolling goes to a working day outside suspensions")
  func rolling() {
    let ten = rule(12, .day, roll: true)
    #expect(deadline(ten, from: "2026-01-05", []).due == day("2026-01-19"))
    // The last day is Saturday the 17th; suspended from Sunday the 18th.
    #expect(
      deadline(ten, from: "2026-01-05", [suspended("2026-01-18", "2026-01-21")]).due == day("2026-01-21"))
    #expect(
      deadline(ten, from: "2026-01-05", [suspended("2026-01-18", "2026-01-24")]).due == day("2026-01-26"))
    let open = deadline(ten, from: "2026-01-05", [suspended("2026-01-18", nil)])
    #expect(open.due == nil)
    #expect(open.remaining == 0)
  }

  @Test("no units: the anchor itself is the limit, and may roll")
  func none() {
    #expect(deadline(rule(0, .day), from: "2026-01-10", []).due == day("2026-01-10"))
    #expect(deadline(rule(0, .workingDay, roll: true), from: "2026-01-10", []).due == day("2026-01-12"))
    #expect(
      deadline(rule(0, .day), from: "2026-01-10", [suspended("2026-01-01", nil)]).due == day("2026-01-10"))
    #expect(rule(-3, .day).count == 0)
    #expect(rule(.max, .day).count == DeadlineRule.countMax)
  }

  @Test("provisional only when the calendar was asked about a year without a notice")
  func provisional() throws {
    let notices = try CalendarFixture.notices()
    func ninety(_ unit: DeadlineUnit, roll: Bool, _ suspensions: [Suspension] = []) -> Deadline {
      rule(90, unit, roll: roll).deadline(
        anchor: day("2026-11-02"), suspensions: suspensions, calendar: notices)
    }
    #expect(ninety(.workingDay, roll: false).provisional)
    #expect(ninety(.day, roll: true).provisional)
    // 2027-02-01 is a Monday, unless a notice makes it a day off.
    #expect(rule(91, .day, roll: true).deadline(anchor: day("2026-11-02"), calendar: notices).provisional)
    // Calendar days without a roll need no calendar.
    #expect(!ninety(.day, roll: false).provisional)
    #expect(!ninety(.workingDay, roll: false, [suspended("2026-12-01", nil)]).provisional)
    #expect(ninety(.workingDay, roll: false, [suspended("2027-01-08", nil)]).provisional)
  }

  @Test("a deadline travels as JSON, and a unit by its name in packs")
  func coding() throws {
    let due = deadline(rule(1, .month, roll: true), from: "2026-01-31", [])
    let open = deadline(rule(5, .day), from: "2026-01-05", [suspended("2026-01-07", nil)])
    for value in [due, open] {
      #expect(try JSONDecoder().decode(Deadline.self, from: JSONEncoder().encode(value)) == value)
    }
    #expect(DeadlineUnit.allCases.map(\.rawValue) == ["day", "working-day", "month", "year"])
  }
}
