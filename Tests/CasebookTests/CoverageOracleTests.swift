import Casebook
import Casework
import Replication
import TestKit
import Testing

/// Two offices that were worked at random, and what was done there: coverage counted from the list of what was done,
/// unit by unit and visit by visit, must be what the bureau above reads from its database.
private struct WorkedOffices {
  struct Record {
    var name: String
    var office: String
    var code: String
    var kind: String
    var since: CivilDate
    /// Merged into the record of this name.
    var into: String?
  }

  struct Visit {
    var office: String
    var regime: String
    var check: String
    var unit: String?
    var opened: CivilDate
    /// `nil`: cancelled, or not made yet.
    var made: CivilDate?
    var archived: CivilDate?
    var isCancelled = false
    var isCaseDriven = false
  }

  let city: Replica
  var records: [Record] = []
  var visits: [Visit] = []
  var today = CivilDate(dayNumber: 0)

  private static let kinds = ["", "", "", "培训机构", "employer", "person"]
  private static let checks = ["routine", "routine", "special", "full", "annual"]

  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func pick<Value>(_ values: [Value]) throws -> Value { try #require(values.randomElement(using: &random)) }
    func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
    city = try Replica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    let town = try city.subordinate("13052601", salt: 2)
    try city.perform(.regimePublish(yaml: CountingPack.yaml))
    for office in [county, town] {
      try city.send(to: office)
      try office.staff()
    }
    func go(to day: CivilDate) {
      for office in [city, county, town] { office.now = max(office.now, UInt64(day.dayNumber) * 86_400_000 + 14_400_000) }
    }
    let offices = ["130526": county, "13052601": town]
    // With some seeds nothing was registered before the year begins.
    let days = try pick([["2026-01-06"], ["2026-02-11"], ["2026-01-06", "2026-02-11", "2026-04-02"]])
    for (batch, date) in days.enumerated() {
      go(to: try day(date))
      for index in 0..<9 {
        let (name, office) = (offices.keys.sorted()[index % 2])
          .withName("户\(seed)-\(batch)-\(index)")
        let kind = try pick(Self.kinds)
        let codes = ["", "", "91130526MA0000\(index % 4)X", "91130526MA000\(batch)\(index)Y"]
        let code = kind == "person" ? "" : try pick(codes)
        try #require(offices[office]).perform(
          .subjectAdd(SubjectDraft(code: code, name: name, kind: kind, address: "", line: nil)))
        records.append(
          Record(name: name, office: office, code: code, kind: kind, since: try day(date)))
      }
    }
    for office in [county, town] {
      let own = records.indices.filter { records[$0].office == office.context.office.text && records[$0].kind != "person" }
      guard own.count > 3 else { continue }
      for (from, into) in [(own[1], own[0]), (own[3], own[2])] where Bool.random(using: &random) {
        try office.merge(records[from].name, records[into].name)
        records[from].into = records[into].name
      }
    }
    var date = try day("2025-11-20")
    for _ in 0..<34 {
      date = date + Int.random(in: 0...9, using: &random)
      let code = try pick(offices.keys.sorted())
      let office = try #require(offices[code])
      let units = records.filter { $0.office == code }.map(\.name)
      var visit = Visit(
        office: code, regime: try pick(["training", "hours"]), check: try pick(Self.checks),
        unit: Int.random(in: 0..<8, using: &random) == 0 ? nil : try pick(units), opened: date)
      var source: String?
      if Int.random(in: 0..<6, using: &random) == 0 {
        source = try Self.open(office, kind: "complaint", regime: "insurance", on: date).file.number
        visit.isCaseDriven = true
      }
      let file = try Self.open(
        office, kind: "inspection", regime: visit.regime, on: date, check: visit.check, unit: visit.unit, from: source
      ).file.number
      switch Int.random(in: 0..<8, using: &random) {
      case 0: break
      case 1:
        try office.act(file, "cancel", ["zhang"], on: date.description)
        visit.isCancelled = true
      default:
        let made = date + (Bool.random(using: &random) ? 0 : Int.random(in: 1...6, using: &random))
        let archived = made + (Bool.random(using: &random) ? 0 : Int.random(in: 1...6, using: &random))
        try office.act(file, "record", ["zhang", "li"], on: made.description)
        try office.act(file, "close", ["zhang"], on: archived.description)
        (visit.made, visit.archived) = (made, archived)
      }
      visits.append(visit)
    }
    today = date + 1
    go(to: today)
    for office in [county, town] { try city.meet(office) }
  }

  private static func open(
    _ office: Replica, kind: String, regime: String, on day: CivilDate, check: String? = nil, unit: String? = nil,
    from source: String? = nil
  ) throws -> ActedView {
    let draft = FileDraft(
      kind: kind, pack: "counting", regime: regime, workflow: nil, title: "t", subject: unit,
      openedOn: day.description, addressee: nil, relatesTo: source, checkKind: check, complainantName: nil,
      complainantPhone: nil, overCeilingReason: kind == "inspection" ? "抽检" : nil)
    guard case .acted(let view) = try office.perform(.fileOpen(draft)) else { throw CancellationError() }
    return view
  }

  // MARK: Counting

  struct Figure: Equatable, CustomStringConvertible {
    var required: Int?
    var done: Int
    var base: Int?
    var met: Bool
    var over: Int

    var description: String { "\(done)/\(required ?? -1) of \(base ?? -1), \(met), \(over) over" }
  }

  /// Every record of the unit of a record: those it can be reached from by codes and merges.
  private func unit(_ name: String) -> Set<String> {
    var names: Set = [name]
    while true {
      let more = records.filter { record in
        records.contains { other in
          names.contains(other.name)
            && (other.name == record.into || other.into == record.name
              || (!record.code.isEmpty && record.code == other.code))
        }
      }
      let grown = names.union(more.map(\.name))
      if grown == names { return names }
      names = grown
    }
  }

  /// Units registered at an office, each with its first day and the kind it counts as.
  private func register(_ office: String, _ regime: String) -> [(unit: Set<String>, since: CivilDate)] {
    let own = records.filter { $0.office == office }
    let units = Set(own.map { unit($0.name) }).map { unit -> (unit: Set<String>, since: CivilDate, kind: String) in
      let members = own.filter { unit.contains($0.name) }
      let first = members.first { $0.into == nil } ?? members[0]
      return (unit, members.map(\.since).min() ?? first.since, first.kind)
    }
    let named = [
      "training": ["training", "定点培训机构", "培训机构", "training institution"],
      "hours": ["hours", "特殊工时", "用人单位", "employers"],
    ]
    let fitting = units.filter { named[regime]?.contains($0.kind) ?? false }
    return (fitting.isEmpty ? units.filter { $0.kind != "person" } : fitting).map { ($0.unit, $0.since) }
  }

  private func span(_ period: String) throws -> (first: CivilDate, last: CivilDate) {
    let (year, month) = (today.year, today.month)
    let months = ["month": 1, "quarter": 3, "half-year": 6, "year": 12][period] ?? 12
    let begin = (month - 1) / months * months + 1
    let first = try #require(CivilDate(year: year, month: begin, day: 1))
    let next = begin + months
    let end = CivilDate(year: next > 12 ? year + 1 : year, month: next > 12 ? 1 : next, day: 1)
    return (first, try #require(end) + -1)
  }

  func figure(_ office: String, _ regime: String, _ check: String, _ rule: Rule) throws -> Figure {
    let span = try span(rule.period)
    let mine = visits.filter { $0.office == office && $0.regime == regime }
    let made = mine.filter { $0.check == check && $0.archived.map { $0.year == today.year } ?? false }
    let counted = made.filter { visit in visit.made.map { span.first <= $0 && $0 <= span.last } ?? false }
    var figure = Figure(required: nil, done: 0, base: nil, met: false, over: 0)
    let ofRegister = register(office, regime)
    let then = ofRegister.filter { $0.since <= span.first }
    let base = then.isEmpty ? ofRegister : then
    func days(_ visits: [Visit], of unit: Set<String>) -> Int {
      Set(visits.filter { $0.unit.map(unit.contains) ?? false }.compactMap(\.made)).count
    }
    switch rule {
    case .visits(let least, _):
      figure.required = least
      figure.done = Set(counted.compactMap(\.made)).count
    case .share(let percent, _):
      figure.done = base.count { days(counted, of: $0.unit) > 0 }
      figure.required = base.isEmpty ? nil : Int((Double(percent * base.count) / 100).rounded(.up))
    case .everyUnit(let least, _):
      figure.done = base.count { days(counted, of: $0.unit) >= least }
      figure.required = base.isEmpty ? nil : base.count
    }
    if case .visits = rule {} else { figure.base = base.isEmpty ? nil : base.count }
    figure.met = figure.required.map { figure.done >= $0 } ?? false
    if regime == "training", check == "routine" {
      let planned = mine.filter {
        $0.check == "routine" && $0.opened.year == today.year && !$0.isCancelled && !$0.isCaseDriven && $0.unit != nil
      }
      let units = Set(planned.compactMap { $0.unit.map { unit($0) } })
      figure.over = units.count { unit in planned.count { $0.unit.map(unit.contains) ?? false } > 2 }
    }
    return figure
  }

  enum Rule {
    case visits(Int, String)
    case share(Int, String)
    case everyUnit(Int, String)

    var period: String {
      switch self {
      case .visits(_, let period), .share(_, let period), .everyUnit(_, let period): period
      }
    }
  }
}

extension String {
  fileprivate func withName(_ name: String) -> (name: String, office: String) { (name, self) }
}

@Suite("Coverage against a count by hand")
struct CoverageOracleTests {
  private static let rules: [(String, String, String, WorkedOffices.Rule)] = [
    ("training", "visits", "routine", .visits(2, "month")), ("training", "share", "special", .share(30, "year")),
    ("training", "full-share", "full", .share(20, "year")), ("hours", "each", "routine", .everyUnit(2, "year")),
    ("hours", "monthly", "full", .everyUnit(1, "month")), ("hours", "quarter", "routine", .share(50, "quarter")),
  ]

  @Test("offices worked at random: shared codes, merges, cancelled and case-driven visits", arguments: 1...12)
  func counted(seed: UInt64) throws {
    let worked = try WorkedOffices(seed: seed)
    guard case .coverage(let rows) = try worked.city.perform(.coverage) else { throw CancellationError() }
    for office in ["130526", "13052601"] {
      for (regime, indicator, check, rule) in Self.rules {
        let row = try #require(
          rows.first { $0.office == office && $0.regime == regime && $0.indicator == indicator })
        let read = WorkedOffices.Figure(
          required: row.required, done: row.done, base: row.base, met: row.met, over: row.overCeiling)
        #expect(read == (try worked.figure(office, regime, check, rule)), "\(office) \(regime)/\(indicator)")
      }
    }
    // Every row is there once, by pack, regime, indicator and office.
    #expect(rows.map(\.office) == (0..<rows.count / 2).flatMap { _ in ["130526", "13052601"] })
    #expect(rows.count == 2 * 14)
    // The board's share is that of the rows.
    guard case .board(let board) = try worked.city.perform(.board) else { throw CancellationError() }
    for line in board.rows {
      let judged = rows.filter { $0.office == line.office && $0.required != nil && !$0.isPending }
      #expect(line.coverage == (judged.isEmpty ? nil : judged.count(where: \.met) * 100 / judged.count))
    }
  }
}
