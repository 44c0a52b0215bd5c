import Casework
import Testing

/// One line of `Vectors/deadlines.tsv`.
struct DeadlineVector: Sendable, CustomTestStringConvertible {
  var situation: String
  var isBefore: Bool
  var anchor: CivilDate
  var count: Int
  var unit: DeadlineUnit
  var extra: Int
  var roll: Bool
  var due: CivilDate
  var provisional: Bool

  var testDescription: String { "\(situation) \(anchor) \(count) \(unit.rawValue)" }

  init(_ row: [String]) throws {
    try #require(row.count == 9)
    situation = row[0]
    try #require(["after", "before"].contains(row[1]))
    isBefore = row[1] == "before"
    anchor = try #require(CivilDate(row[2]))
    count = try #require(Int(row[3]))
    unit = try #require(DeadlineUnit(rawValue: row[4]))
    extra = try #require(Int(row[5]))
    roll = row[6] == "1"
    due = try #require(CivilDate(row[7]))
    provisional = row[8] == "1"
  }

  static func all() throws -> [DeadlineVector] {
    try CalendarFixture.rows("deadlines.tsv", separator: "\t").dropFirst().map(DeadlineVector.init)
  }
}

@Suite("Due days worked out beforehand")
struct DeadlineVectorTests {
  @Test("the file is whole")
  func whole() throws { #expect(try DeadlineVector.all().count == 32) }

  @Test("due day", arguments: try DeadlineVector.all())
  func due(_ vector: DeadlineVector) throws {
    let calendar = try CalendarFixture.notices()
    if vector.isBefore {
      let result = calendar.date(before: vector.anchor, workingDays: vector.count)
      #expect(result == CalendarResult(date: vector.due, provisional: vector.provisional))
      return
    }
    let rule = DeadlineRule(unit: vector.unit, count: vector.count, roll: vector.roll, article: "")
    let deadline = rule.deadline(anchor: vector.anchor, extension: vector.extra, calendar: calendar)
    #expect(deadline.due == vector.due)
    #expect(deadline.provisional == vector.provisional)
    #expect(deadline.remaining == nil)
    if vector.unit == .workingDay {
      let result = calendar.date(after: vector.anchor, workingDays: vector.count + vector.extra)
      #expect(result == CalendarResult(date: vector.due, provisional: vector.provisional))
    }
  }
}
