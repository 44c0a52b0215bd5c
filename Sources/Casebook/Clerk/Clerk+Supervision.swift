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
    let coverage = try coverageRows(in: storage)
    let newest = try newestEntries(in: storage)
    let summaries = Dictionary(grouping: try storage.summaries().filter { $0.kind != "order" }, by: \.office)
    let doubts = Dictionary(grouping: try storage.doubts()) { context.tree.office(of: $0.author) }
    var lines: [BoardLine] = []
    for seat in context.tree.all
    where seat.charter.office == context.office || context.tree.isSuperior(context.office, of: seat.charter.office) {
      let code = seat.charter.office.text
      var line = BoardLine(
        office: code, name: seat.charter.name, open: 0, dueSoon: 0, overdue: 0, suspended: 0, closed: 0,
        longestOverdue: 0, inspections: 0, coverage: nil, asOf: newest[seat.charter.office], isStale: false,
        voidActs: 0, doubtedActs: doubts[seat.charter.office]?.count ?? 0)
      for summary in summaries[code] ?? [] {
        count(summary, soon: soon, in: &line)
      }
      let own = coverage.filter { $0.office == code && $0.required != nil && !$0.isPending }
      if !own.isEmpty { line.coverage = own.filter(\.met).count * 100 / own.count }
      if seat.charter.office != context.office {
        line.isStale = (line.asOf ?? 0) + Self.staleMilliseconds < now
      }
      lines.append(line)
    }
    return BoardView(today: today.description, rows: lines, staleOffices: lines.filter(\.isStale).count)
  }

  private func count(_ summary: CaseSummary, soon: String, in line: inout BoardLine) {
    line.voidActs += summary.voidCount
    if summary.kind == Workflow.Kind.inspection.rawValue, summary.isFinal,
      (summary.closedOn ?? "").hasPrefix(String(today.description.prefix(4)))
    {
      line.inspections += 1
    }
    if summary.isFinal {
      line.closed += 1
      return
    }
    line.open += 1
    if summary.isSuspended { line.suspended += 1 }
    guard let due = summary.nextDue else { return }
    if due < today.description {
      line.overdue += 1
      if let date = CivilDate(due) {
        line.longestOverdue = max(line.longestOverdue, context.calendar.workingDays(from: date, to: today))
      }
    } else if due <= soon {
      line.dueSoon += 1
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
    var book = try CoverageBook(context: context, today: today, storage: storage)
    return try book.rows()
  }
}
