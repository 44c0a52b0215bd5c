import Casebook
import Casework

extension Printer {
  func leases(_ views: [NumberLeaseView]) {
    table(
      [
        ("系列", "series"), ("名称", "name"), ("年份", "year"), ("号段", "numbers"), ("机构", "office"), ("下达机构", "issuer"),
        ("下达日期", "issued"), ("已用", "used"), ("作废", "void"), ("余", "left"), ("问题", "problem"),
      ],
      views.map { view in
        [
          "\(view.pack)/\(view.series)", text(view.name), "\(view.year)", "\(view.first)–\(view.last)", view.office,
          view.issuer, view.issuedOn, "\(view.used)", "\(view.voided)", "\(view.remaining)",
          view.problem.map(text) ?? "—",
        ]
      })
  }

  func numberRegister(_ rows: [NumberRow]) {
    table(
      [
        ("文号", "number"), ("状态", "state"), ("机构", "office"), ("案卷", "file"), ("文书", "act"), ("日期", "date"),
        ("人员", "officer"), ("说明", "remark"),
      ],
      rows.map { row in
        let remarks = ([row.reason].compactMap { $0 } + row.problems).map(text)
        return [
          row.first == row.last ? row.text : row.text + word(" 至第\(row.last)号", " to \(row.last)"), state(of: row),
          row.office ?? "—", row.file ?? "—", row.act.map(text) ?? "—", row.date ?? "—", row.officer ?? "—",
          remarks.isEmpty ? "—" : remarks.joined(separator: " "),
        ]
      })
  }

  private func state(of row: NumberRow) -> String {
    let state =
      switch row.state {
      case .used: word("已用", "used")
      case .void: word("作废", "void")
      case .unused: word("未用", "unused")
      case .gap: word("跳号", "gap")
      case .lent: word("已下达", "leased on")
      }
    return row.isDuplicate ? state + word("（重号）", " (duplicate)") : state
  }
}
