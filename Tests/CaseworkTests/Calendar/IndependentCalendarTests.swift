import Casework
import Foundation
import TestKit
import Testing

/// What both sides answer, a line for each day or pair of days.
enum CalendarQuestion: Sendable, CustomTestStringConvertible {
  case kinds
  case after(Int)
  case before(Int)
  case rolled
  /// By a rule, as cases count; rolled to a working day.
  case period(Int, DeadlineUnit)
  case between(pairs: Int)

  /// From the shortest periods to those of an investigation and its extension, a review, a suit and a limitation.
  static let all: [CalendarQuestion] =
    [.kinds, .rolled, .between(pairs: 1500), .before(7)]
    + [1, 5, 7, 10, 15, 30, 60, 90].flatMap { [.after($0), .period($0, .workingDay)] }
    + [.period(60, .day), .period(6, .month), .period(2, .year)]

  var testDescription: String {
    let asked = arguments.joined(separator: " ")
    if case .period = self { return asked + " by a rule" }
    return asked
  }

  /// For workdays.py.
  var arguments: [String] {
    switch self {
    case .kinds: ["kinds"]
    case .after(let count): ["after", "\(count)"]
    case .before(let count): ["before", "\(count)"]
    case .rolled: ["day", "0"]
    case .period(let count, let unit): [unit.rawValue, "\(count)"]
    case .between(let pairs): ["between", "\(pairs)"]
    }
  }

  func lines(_ table: HolidayTable) throws -> [String] {
    let days = try Self.days(table)
    func each(_ answer: (CivilDate) throws -> String) rethrows -> [String] {
      try days.map { "\($0)\t" + (try answer($0)) }
    }
    func text(_ result: CalendarResult) -> String { "\(result.date)\t\(result.provisional ? 1 : 0)" }
    switch self {
    case .kinds:
      return each { "\(table.isWorkingDay($0) ? 1 : 0)\t\(table.isProvisional(year: $0.year) ? 1 : 0)" }
    case .after(let count):
      return each { text(table.date(after: $0, workingDays: count)) }
    case .before(let count):
      return each { text(table.date(before: $0, workingDays: count)) }
    case .rolled:
      return each { text(table.rolledForward($0)) }
    case .period(let count, let unit):
      let rule = DeadlineRule(unit: unit, count: count, roll: true, article: "")
      return try each { anchor in
        let deadline = rule.deadline(anchor: anchor, calendar: table)
        return text(CalendarResult(date: try #require(deadline.due), provisional: deadline.provisional))
      }
    case .between(let pairs):
      return Self.pairs(of: days, count: pairs).map { start, end in
        "\(start)\t\(end)\t\(table.workingDays(from: start, to: end))"
      }
    }
  }

  /// Every day of the years with a notice, and of a year on either side, where results are provisional.
  private static func days(_ table: HolidayTable) throws -> [CivilDate] {
    let years = (try #require(table.years.min()), try #require(table.years.max()))
    let first = try #require(CivilDate(year: years.0 - 1, month: 1, day: 1))
    let last = try #require(CivilDate(year: years.1 + 1, month: 12, day: 31))
    return (0...(last - first)).map { first + $0 }
  }

  /// The fixed list of workdays.py.
  private static func pairs(of days: [CivilDate], count: Int) -> [(CivilDate, CivilDate)] {
    var state: UInt64 = 2026
    func pick() -> CivilDate {
      state = (state * 1_103_515_245 + 12_345) % 0x8000_0000
      return days[Int(state / 65_536) % days.count]
    }
    return (0..<count).map { _ in
      let start = pick()
      return (start, pick())
    }
  }
}

/// `Independent/workdays.py` answers the same questions from the same file by other means: it lists all working
/// days and looks them up, where the Swift code walks and sums differences. A slip both share must be a slip in
/// reading the law, not in arithmetic.
@Suite("The calendar agrees with an independent one")
struct IndependentCalendarTests {
  static let holidays = RepositoryRoot.path + "/Sources/RegimePacks/Calendar/holidays.csv"

  /// Lines printed by workdays.py for a calendar file.
  private func independent(_ question: CalendarQuestion) async throws -> [String] {
    let script = RepositoryRoot.path + "/Tests/CaseworkTests/Independent/workdays.py"
    let base = NSTemporaryDirectory() + "docket-workdays-" + UUID().uuidString
    let (out, err) = (base + ".out", base + ".err")
    for path in [out, err] { try Data().write(to: URL(fileURLWithPath: path)) }
    defer { for path in [out, err] { try? FileManager.default.removeItem(atPath: path) } }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Isolated: the reader's own Python settings and packages have no say.
    process.arguments = ["python3", "-I", script, Self.holidays] + question.arguments
    process.standardInput = FileHandle.nullDevice
    // Files, so that no pipe can fill.
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: out))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: err))
    try process.run()
    while process.isRunning { try await Task.sleep(for: .milliseconds(2)) }
    let errors = try String(contentsOfFile: err, encoding: .utf8)
    try #require(
      process.terminationStatus != 127, "python3 is missing; this test needs it (apt install python3): \(errors)")
    try #require(process.terminationStatus == 0, "workdays.py failed: \(errors)")
    return try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test("line by line", .timeLimit(.minutes(10)), arguments: CalendarQuestion.all)
  func agrees(_ question: CalendarQuestion) async throws {
    let table = try CalendarFixture.notices()
    let expected = try await independent(question)
    let found = try question.lines(table)
    // Sixteen years of days at the least: nothing was left out on both sides.
    if case .between(let pairs) = question {
      #expect(found.count == pairs)
    } else {
      #expect(found.count >= 16 * 365)
    }
    try #require(found.count == expected.count)
    let differing = zip(found, expected).filter { $0 != $1 }
    guard !differing.isEmpty else { return }
    let shown = differing.prefix(5).map { "Docket: \($0), independent: \($1)" }.joined(separator: "; ")
    // Not `#expect`, which would print every line.
    Issue.record("\(differing.count) lines differ, among them \(shown)")
  }
}
