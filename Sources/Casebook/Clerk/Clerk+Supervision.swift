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
    var lines: [BoardLine] = []
    for seat in context.tree.all
    where seat.charter.office == context.office || context.tree.isSuperior(context.office, of: seat.charter.office) {
      let code = seat.charter.office.text
      var line = BoardLine(
        office: code, name: seat.charter.name, open: 0, dueSoon: 0, overdue: 0, suspended: 0, closed: 0,
        longestOverdue: 0, inspections: 0, coverage: nil, asOf: newest[seat.charter.office], isStale: false,
        voidActs: 0)
      for summary in summaries[code] ?? [] {
        count(summary, soon: soon, in: &line)
      }
      let own = coverage.filter { $0.office == code }
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

  /// The same by office code, for the node's own views.
  public func newestEntryTimes(in storage: any ReplicaStorage) throws -> [String: UInt64] {
    let newest = try newestEntries(in: storage)
    return Dictionary(uniqueKeysWithValues: newest.map { ($0.key.text, $0.value) })
  }

  /// Each countable indicator of each office at or below ours against the inspections closed in the period.
  ///
  /// Counted here: visits a period, units a visit's period, share of the register, every unit, each half-year.
  /// Shares of transactions, per-event and dated quotas need registers that come later and are left out rather
  /// than shown as zero.
  func coverageRows(in storage: any ReplicaStorage) throws -> [CoverageRow] {
    let settings = try storage.rows(RecordType.indicatorSetting.number)
    let summaries = try storage.summaries().filter {
      $0.kind == Workflow.Kind.inspection.rawValue && $0.isFinal
    }
    let subjects = Dictionary(grouping: try storage.rows(RecordType.subject.number)) { $0.text(5) ?? "" }
    var rows: [CoverageRow] = []
    for header in try PackRecords.headers(in: storage) {
      guard let pack = try context.pack(header.code, version: header.version, in: storage) else { continue }
      let divisions = offices(under: pack)
      for regime in pack.regimes {
        for indicator in regime.indicators {
          for office in divisions {
            let rule = IndicatorRule(
              indicator: indicator, regime: regime, pack: pack, settings: settings, office: office)
            let mine = summaries.filter {
              $0.openedBy == office && $0.pack == pack.code && $0.regime == regime.id
                && ($0.checkKind.isEmpty || $0.checkKind == indicator.check.rawValue)
            }
            if let row = coverage(rule, office: office, inspections: mine, register: subjects[office]?.count ?? 0) {
              rows.append(row)
            }
          }
        }
      }
    }
    return rows
  }

  /// Offices a pack's indicators bind here: those that opened files under it, or whose code begins with its
  /// division, else none.
  private func offices(under pack: RegimePack) -> [String] {
    context.tree.all.map(\.charter.office).filter { office in
      (office == context.office || context.tree.isSuperior(context.office, of: office))
        && office.text.hasPrefix(pack.division)
    }.map(\.text)
  }

  private func coverage(
    _ rule: IndicatorRule, office: String, inspections: [CaseSummary], register: Int
  ) -> CoverageRow? {
    guard let value = rule.value, let period = rule.period else { return nil }
    let inPeriod = inspections.filter { isInPeriod($0.closedOn, period) }
    let visits = inPeriod.count
    let units = Set(inPeriod.map(\.subject).filter { !$0.isEmpty }).count
    let required: Int
    let done: Int
    var base: Int?
    switch rule.indicator.shape {
    case .visits, .eachHalfYear:
      (required, done) = (value, visits)
    case .share(_, _, nil):
      base = register
      // Ceiling: 30 % of 7 units are 3 (field notes 3.10).
      (required, done) = ((register * value + 99) / 100, units)
    case .everyUnit:
      base = register
      (required, done) = (register * value, visits)
    case .share, .unitsPerVisit, .perEvent, .transactions, .dated: return nil
    }
    return CoverageRow(
      office: office, pack: rule.pack.code, regime: rule.regime.id, name: rule.indicator.name, required: required,
      done: done, base: base, period: period.rawValue, met: done >= required, provenance: rule.provenance)
  }

  private func isInPeriod(_ text: String?, _ period: IndicatorPeriod) -> Bool {
    guard let date = text.flatMap({ CivilDate($0) }), date.year == today.year else { return false }
    return switch period {
    case .month: date.month == today.month
    case .quarter: (date.month - 1) / 3 == (today.month - 1) / 3
    case .halfYear: (date.month - 1) / 6 == (today.month - 1) / 6
    case .year: true
    }
  }
}
