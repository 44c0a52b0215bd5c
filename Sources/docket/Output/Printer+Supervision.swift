import Casebook
import Casework

extension Printer {
  func board(_ view: BoardView) {
    line("监督看板  \(view.today)", "Supervision board  \(view.today)")
    table(
      [
        ("机构", "office"), ("名称", "name"), ("在办", "open"), ("将到期", "due"), ("超期", "overdue"),
        ("最长超期", "longest"), ("中止", "suspended"), ("办结", "closed"), ("检查", "inspected"), ("指标", "coverage"),
        ("不生效", "void"), ("数据截至", "data as of"),
      ],
      view.rows.map { row in
        [
          row.office, row.name, "\(row.open)", "\(row.dueSoon)", "\(row.overdue)", "\(row.longestOverdue)",
          "\(row.suspended)", "\(row.closed)", "\(row.inspections)", row.coverage.map { "\($0)%" } ?? "—",
          "\(row.voidActs)", time(row.asOf) + (row.isStale ? word(" 滞后", " stale") : ""),
        ]
      })
    for row in view.rows where row.doubtedActs > 0 {
      line(
        "⚠ \(row.name)：\(row.doubtedActs) 个行为自称的时间与回执矛盾，详见案卷。",
        "⚠ \(row.name): \(row.doubtedActs) acts claim a time that receipts contradict; see the files.")
    }
    if view.staleOffices > 0 {
      line(
        "\(view.staleOffices) 个机构数据超过 3 天未更新，其数字为最低值。",
        "\(view.staleOffices) offices have data older than 3 days: their figures are lowest values.")
    }
  }

  func coverage(_ rows: [CoverageRow]) {
    table(
      [
        ("机构", "office"), ("制度", "regime"), ("指标", "indicator"), ("应", "required"), ("今日应", "due now"),
        ("已", "done"), ("基数", "base"), ("周期", "period"), ("达标", "met"), ("只计记录为", "counting"), ("上限", "ceiling"),
        ("依据", "source"),
      ],
      rows.map { row in
        [
          row.office, row.regime, text(row.name), number(row.required), number(row.dueNow), "\(row.done)",
          number(row.base) + (row.baseOn.map { " (\($0))" } ?? ""), row.period, mark(row),
          row.counted.map { text($0.name) } ?? "—", ceiling(row), text(row.provenance),
        ]
      })
    for row in rows {
      guard let note = row.note else { continue }
      Swift.print("\(row.office) \(row.regime) \(text(row.name))\(word("：", ": "))\(text(note))")
    }
  }

  private func number(_ value: Int?) -> String { value.map(String.init) ?? "—" }

  private func mark(_ row: CoverageRow) -> String {
    if row.met { return "✓" }
    return row.required == nil || row.isPending ? "—" : "✗"
  }

  private func ceiling(_ row: CoverageRow) -> String {
    guard let ceiling = row.ceiling else { return "—" }
    return row.overCeiling == 0
      ? "\(ceiling)" : word("\(ceiling)，超上限 \(row.overCeiling) 户", "\(ceiling), \(row.overCeiling) units over")
  }

  func tallies(_ rows: [TallyRow]) {
    table(
      [
        ("制度", "regime"), ("统计", "tally"), ("对象", "counted for"), ("年度", "year"), ("次数", "count"),
        ("后果", "consequence"), ("依据", "source"),
      ],
      rows.map { row in
        [
          "\(row.pack)/\(row.regime)", text(row.name), row.key, number(row.year), "\(row.count)",
          (row.consequence.map(text) ?? "—") + (row.suspends ? word("（暂停办理）", " (suspended)") : ""), row.source,
        ]
      })
  }

  func regimes(_ views: [RegimeView]) {
    table(
      [("制度包", "pack"), ("制度", "regime"), ("名称", "name"), ("人数", "quorum"), ("指标", "indicators"), ("上级优先", "override"), ("流程", "workflows"), ("出处", "source"), ("状态", "status")],
      views.map { view in
        [
          "\(view.pack) v\(view.version)", view.regime, text(view.name), view.quorum.map(String.init) ?? "—",
          "\(view.indicators.count)", view.superiorOverrides ? "✓" : "—", view.workflows.joined(separator: " "), view.source,
          view.status == "active" ? (view.published ? word("已发布", "published") : word("未发布", "not published")) : word("已划转", "transferred"),
        ]
      })
  }

  func indicators(_ views: [IndicatorView]) {
    table(
      [
        ("制度", "regime"), ("指标", "indicator"), ("名称", "name"), ("制度值", "own"), ("现行值", "in force"),
        ("周期", "period"), ("只计记录为", "counting"), ("依据", "provenance"),
      ],
      views.map { view in
        [
          "\(view.pack)/\(view.regime)", view.indicator, text(view.name), view.ownValue.map(String.init) ?? "—",
          view.value.map(String.init) ?? "—", view.period ?? "—",
          view.counted.map { text($0.name) } ?? "—", text(view.provenance),
        ]
      })
  }

  func conflicts(_ views: [ConflictView]) {
    for view in views {
      line(
        "\(view.type) \(view.record) 的 \(view.field)\(view.isLegal ? "（法定要素，解决前不得制发文书）" : "")：",
        "\(view.field) of \(view.type) \(view.record)\(view.isLegal ? " (legal field: no documents until resolved)" : ""):")
      for (index, value) in view.values.enumerated() {
        Swift.print("  \(index)\(index == 0 ? "*" : " ") \(value.value)  \(value.office)  \(time(value.time))")
      }
    }
    if views.isEmpty { line("没有冲突。", "No conflicts.") }
  }
}
