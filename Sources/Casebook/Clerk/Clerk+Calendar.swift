import Casework
import Replication

/// Holiday notices: looked at before they are published, and passed down as directives.
extension Clerk {
  /// Mistakes of a file that are told one by one; the rest are counted.
  static let calendarMistakesMax = 100

  func importCalendar(_ draft: CalendarDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let table = try holidayTable(draft.csv)
    let notice = draft.notice
    guard !notice.allSatisfy(\.isWhitespace) else {
      throw DeskFailure(
        kind: .badInput, code: "notice",
        message: Bilingual(zh: "须写明放假通知的文号。", en: "State the number of the notice."),
        remedy: Bilingual(zh: "用 --notice 写明，例如 国办发明电〔2026〕7号。", en: "Give --notice."))
    }
    let years = table.years.sorted()
    for year in years { try checkNotDirectedAbove(year) }
    let fresh = years.filter { year in
      let present = context.calendars.directive(for: year, binding: context.office, in: context.tree)
      return present?.notice != notice || present?.table != table.notice(of: year)
    }
    let ids = fresh.map { _ in newID() }
    let effect = try effect(of: fresh, ids, of: table, notice: notice, in: storage)
    var entries: [Entry] = []
    if draft.isApplied, !fresh.isEmpty {
      let changes = try zip(fresh, ids).map { year, id in
        try write(
          .calendarYear, id,
          [(1, .integer(Int64(year))), (2, .text(notice)), (3, .text(table.notice(of: year).csv))], in: storage)
      }
      entries = try record(changes, for: .down, in: storage)
    }
    return .calendarImport(
      CalendarImportView(
        years: years, known: years.filter { !fresh.contains($0) }, notice: notice, isApplied: draft.isApplied,
        entry: entries.isEmpty ? nil : name(entries), moves: effect.moves, openFiles: effect.openFiles,
        untouchedFiles: effect.untouchedFiles, untouchedClocks: effect.untouchedClocks))
  }

  /// What publishing these years would move.
  private func effect(
    of years: [Int], _ ids: [RecordID], of table: HolidayTable, notice: String, in storage: any ReplicaStorage
  ) throws -> CalendarEffect {
    var after = context
    after.calendars = context.calendars.adding(
      zip(years, ids).map { year, id in
        // Later than whatever this office published before.
        CalendarDirective(
          record: id, year: year, notice: notice, author: context.office, stamp: HybridTimestamp(rawValue: .max),
          table: table.notice(of: year))
      }, in: context.tree)
    return try CalendarEffect(before: context, after: after, in: storage)
  }

  private func holidayTable(_ csv: String) throws -> HolidayTable {
    let mistakes = HolidayTable.mistakes(inCSV: csv)
    guard mistakes.isEmpty else {
      let told = mistakes.prefix(Self.calendarMistakesMax).map(\.message)
      let rest = mistakes.count - told.count
      throw DeskFailure(
        kind: .badInput, code: "calendar",
        message: Bilingual(
          zh: (told.map(\.zh) + (rest > 0 ? ["另有 \(rest) 处错误。"] : [])).joined(separator: "\n"),
          en: (told.map(\.en) + (rest > 0 ? ["\(rest) more mistakes."] : [])).joined(separator: "\n")),
        remedy: Bilingual(
          zh: "共 \(mistakes.count) 处，更正后重新导入；没有写入任何内容。",
          en: "\(mistakes.count) in all; correct them and import again. Nothing was written."))
    }
    do throws(CalendarError) {
      return try HolidayTable(csv: csv)
    } catch {
      throw DeskFailure(
        kind: .badInput, code: "calendar", message: error.message,
        remedy: Bilingual(zh: "更正后重新导入。", en: "Correct it and import again."))
    }
  }

  /// The superior's notice stands; a subordinate's beside it would be published and never apply.
  private func checkNotDirectedAbove(_ year: Int) throws {
    guard let present = context.calendars.directive(for: year, binding: context.office, in: context.tree),
      present.author != context.office
    else { return }
    throw DeskFailure(
      kind: .refused, code: "calendar-superior",
      message: Bilingual(
        zh: "\(year) 年放假安排已由上级 \(present.author) 按 \(present.notice) 下达，以上级为准。",
        en: "\(present.author) above has passed down \(year) by \(present.notice); the superior's stands."),
      remedy: Bilingual(
        zh: "用 docket calendar show \(year) 查看；有误的请上级更正后重新下达。",
        en: "See docket calendar show \(year); ask the superior to correct it."))
  }

  func calendarYear(_ year: Int) -> CalendarYearView {
    let standing = context.calendars.directive(for: year, binding: context.office, in: context.tree)
    let table = context.calendar
    let source: CalendarYearView.Source =
      standing != nil ? .directive : table.isProvisional(year: year) ? .none : .shipped
    return CalendarYearView(
      year: year, table: table, source: source,
      directives: context.calendars.directives.filter { $0.year == year }.map {
        CalendarYearView.Directive(
          office: $0.author.text, notice: $0.notice, published: $0.stamp.milliseconds,
          isInForce: $0.record == standing?.record)
      })
  }

  func dueView(_ draft: DueDraft) throws -> DueView {
    guard let view = DueView(draft, calendar: context.calendar) else {
      throw DeskFailure(
        kind: .badInput, code: "date",
        message: Bilingual(zh: "“\(draft.from)”不是日期。", en: "“\(draft.from)” is not a date."),
        remedy: Bilingual(zh: "日期写作 YYYY-MM-DD。", en: "Write YYYY-MM-DD."))
    }
    return view
  }
}

/// Which running periods of open files two calendars count differently. Finished files are left out: their deadlines
/// stay as they were met.
struct CalendarEffect {
  private(set) var moves: [CalendarMove] = []
  private(set) var openFiles = 0
  private(set) var untouchedFiles = 0
  private(set) var untouchedClocks = 0

  /// - Complexity: O(open files), each folded once.
  init(before: ReplicaContext, after: ReplicaContext, in storage: any ReplicaStorage) throws {
    var packs = try PackCache(context: before, storage: storage)
    for summary in try storage.summaries() where !summary.isFinal {
      openFiles += 1
      guard let folded = try packs.file(summary.file)?.folded else {
        untouchedFiles += 1
        continue
      }
      let (old, new) = (before.calendars(for: folded), after.calendars(for: folded))
      let next = [folded.nextDue(calendars: old), folded.nextDue(calendars: new)].compactMap { $0?.rule.id }
      let (oldClocks, newClocks) = (folded.clocks(calendars: old), folded.clocks(calendars: new))
      var hasMoved = false
      // By position: with pairs in closures the optimiser of Swift 6.3.1 breaks off.
      for index in oldClocks.indices where index < newClocks.count {
        let (before, after) = (oldClocks[index], newClocks[index])
        guard before.deadline != nil, before.metOn == nil else { continue }
        guard Self.differs(before.deadline, after.deadline) else {
          untouchedClocks += 1
          continue
        }
        hasMoved = true
        moves.append(
          CalendarMove(
            file: summary.file.description, number: summary.number, title: summary.title, office: folded.responsible,
            clock: before.rule.id, name: before.rule.name, isNext: next.contains(before.rule.id),
            oldDue: before.deadline?.due?.description, newDue: after.deadline?.due?.description,
            wasProvisional: before.deadline?.provisional ?? false, isProvisional: after.deadline?.provisional ?? false))
      }
      if !hasMoved { untouchedFiles += 1 }
    }
    moves.sort { ($0.number, $0.file, $0.newDue ?? "", $0.clock) < ($1.number, $1.file, $1.newDue ?? "", $1.clock) }
  }

  private static func differs(_ old: Deadline?, _ new: Deadline?) -> Bool {
    old?.due != new?.due || old?.provisional != new?.provisional
  }
}
