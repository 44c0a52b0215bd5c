import Casebook
import Casework

extension Printer {
  func due(_ view: DueView) {
    Swift.print(view.due + provisionalMark(view.provisional))
    for step in view.derivation { Swift.print("  " + text(step)) }
  }

  func calendarYear(_ view: CalendarYearView) {
    table(
      [("日期", "date"), ("名称", "name"), ("上班", "working")],
      view.days.map { [$0.date, $0.name, $0.isWorkday ? "✓" : ""] })
    line("\(view.year) 年共 \(view.workingDays) 个工作日。", "\(view.workingDays) working days in \(view.year).")
    switch view.source {
    case .directive: break
    case .shipped: line("来源：随软件提供的放假安排。", "From the table the program came with.")
    case .none: line("该年尚无放假安排，按周末计算，结果暂定。", "No notice for that year: weekends only, provisional.")
    }
    for directive in view.directives {
      let isInForce = directive.isInForce
      line(
        "\(isInForce ? "来源" : "不适用")：\(directive.office) 按 \(directive.notice) 下达（\(time(directive.published))）。",
        "\(isInForce ? "From" : "Not applied:") \(directive.notice), passed down by \(directive.office)"
          + " (\(time(directive.published))).")
    }
  }

  func calendarImport(_ view: CalendarImportView) {
    let years = view.years.map(String.init)
    line(
      "\(years.joined(separator: "、")) 年放假安排（\(view.notice)）："
        + (view.isApplied ? "变动的期限" : "预览，将变动的期限"),
      "Notice for \(years.joined(separator: ", ")) (\(view.notice)): "
        + (view.isApplied ? "periods that moved" : "a preview; periods that would move"))
    table(
      [
        ("编号", "number"), ("标题", "title"), ("承办", "office"), ("期限", "clock"), ("原届满", "was due"),
        ("现届满", "now due"), ("最近", "next"),
      ],
      view.moves.map { move in
        [
          move.number, move.title, move.office, text(move.name), day(move.oldDue, move.wasProvisional),
          day(move.newDue, move.isProvisional), move.isNext ? "✓" : "",
        ]
      })
    line(
      "在办 \(view.openFiles) 件，\(view.untouchedFiles) 件不变；\(view.untouchedClocks) 个在计期限不变。已办结的不重新计算。",
      "\(view.openFiles) open files, \(view.untouchedFiles) untouched; \(view.untouchedClocks) running periods"
        + " untouched. Finished files are not recomputed.")
    if !view.known.isEmpty {
      let known = view.known.map(String.init)
      line(
        "\(known.joined(separator: "、")) 年已按同一通知下达，未重复下达。",
        "\(known.joined(separator: ", ")): passed down by the same notice before, not again.")
    }
    if let entry = view.entry {
      line("已下达全部下级（\(entry)）。", "Passed down to every office below (\(entry)).")
    } else if !view.isApplied {
      line("没有写入；确认后加 --apply 下达。", "Nothing was written; add --apply to pass it down.")
    }
  }

  private func day(_ due: String?, _ isProvisional: Bool) -> String {
    (due ?? word("中止", "suspended")) + provisionalMark(isProvisional)
  }

  private func provisionalMark(_ isProvisional: Bool) -> String {
    isProvisional ? word("（暂定）", " (provisional)") : ""
  }
}
