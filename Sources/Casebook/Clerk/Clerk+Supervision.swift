import Casework
import Replication

/// The supervision board and coverage against indicators.
extension Clerk {
  /// Working days within which a deadline counts as near (将到期, field notes 4).
  static let soonWorkingDays = 5
  /// Data older than this is stale: its figures are lowest values, not zeros (field notes 4.2).
  static let staleMilliseconds: UInt64 = 3 * 24 * 3600 * 1000

  func board(in storage: any ReplicaStorage) throws -> BoardView {
    let soon = context.calendar.date(after: today, workingDays: Self.soonWorkingDays).date.description
    var book = try CoverageBook(context: context, today: today, storage: storage, shelf: coverageShelf)
    let coverage = try book.percentMet()
    let newest = try newestEntries(in: storage)
    let tallies = Dictionary(
      grouping: try storage.fileTallies().filter { $0.key.kind != Workflow.Kind.order.rawValue }, by: \.key.office)
    var doubts: [OfficeCode: Int] = [:]
    for (author, count) in try storage.doubtCounts() {
      if let office = context.tree.office(of: author) { doubts[office, default: 0] += count }
    }
    var ages = OverdueAges(today: today, calendar: context.calendar)
    var lines: [BoardLine] = []
    for seat in context.tree.all
    where seat.charter.office == context.office || context.tree.isSuperior(context.office, of: seat.charter.office) {
      let office = seat.charter.office
      var line = BoardLine(
        office: office.text, name: seat.charter.name, open: 0, dueSoon: 0, overdue: 0, suspended: 0, closed: 0,
        longestOverdue: 0, inspections: 0, coverage: coverage[office], asOf: newest[office], isStale: false,
        voidActs: 0, doubtedActs: doubts[office] ?? 0)
      for tally in tallies[office.text] ?? [] { count(tally, soon: soon, ages: &ages, in: &line) }
      if office != context.office { line.isStale = (line.asOf ?? 0) + Self.staleMilliseconds < now }
      lines.append(line)
    }
    return BoardView(today: today.description, rows: lines, staleOffices: lines.count(where: \.isStale))
  }

  private func count(_ tally: FileTally, soon: String, ages: inout OverdueAges, in line: inout BoardLine) {
    line.voidActs += tally.voidActs
    guard !tally.key.isFinal else {
      line.closed += tally.files
      if tally.key.kind == Workflow.Kind.inspection.rawValue, tally.key.day == today.description.prefix(4) {
        line.inspections += tally.files
      }
      return
    }
    line.open += tally.files
    if tally.key.isSuspended { line.suspended += tally.files }
    let due = tally.key.day
    guard !due.isEmpty else { return }
    if due < today.description {
      line.overdue += tally.files
      line.longestOverdue = max(line.longestOverdue, ages.workingDays(since: due))
    } else if due <= soon {
      line.dueSoon += tally.files
    }
  }

  /// Author's time of the newest entry held of each office: how fresh its data is.
  func newestEntries(in storage: any ReplicaStorage) throws -> [OfficeCode: UInt64] {
    var newest: [OfficeCode: UInt64] = [:]
    for head in try storage.heads() {
      guard let office = context.tree.office(of: head.stream.author),
        let entry = try storage.entries(of: head.stream, from: head.seq, bytesMax: 1).first
      else { continue }
      newest[office] = max(newest[office] ?? 0, entry.header.stamp.milliseconds)
    }
    return newest
  }

  func coverageRows(in storage: any ReplicaStorage) throws -> [CoverageRow] {
    var book = try CoverageBook(context: context, today: today, storage: storage, shelf: coverageShelf)
    return try book.rows()
  }
}

/// Working days since days that passed; the same days come up at every office.
private struct OverdueAges {
  let today: CivilDate
  let calendar: HolidayTable
  private var known: [String: Int] = [:]

  init(today: CivilDate, calendar: HolidayTable) {
    self.today = today
    self.calendar = calendar
  }

  mutating func workingDays(since day: String) -> Int {
    if let known = known[day] { return known }
    let days = CivilDate(day).map { calendar.workingDays(from: $0, to: today) } ?? 0
    known[day] = days
    return days
  }
}
