import Casebook
import Casework

extension Printer {
  func draws(_ rows: [DrawRow]) {
    table(
      [
        ("编号", "number"), ("事项", "title"), ("机构", "office"), ("见证", "witness"), ("制度", "regime"), ("日期", "date"),
        ("名录", "roster"), ("抽取", "drawn"), ("轮次", "rounds"), ("状态", "state"),
      ],
      rows.map { row in
        [
          row.number, row.title, row.office, row.witness, "\(row.pack)/\(row.regime)", row.openedOn, "\(row.units)",
          "\(row.drawn)", "\(row.rounds)", text(row.state.name),
        ]
      })
  }

  func draw(_ view: DrawView) {
    let row = view.row
    Swift.print("\(row.number)  \(row.title)")
    line(
      "  机构：\(row.office)  见证：\(row.witness)  制度：\(row.pack)/\(row.regime)  检查类型：\(row.checkKind)",
      "  office: \(row.office)  witness: \(row.witness)  regime: \(row.pack)/\(row.regime)  check: \(row.checkKind)")
    line(
      "  承诺：\(row.openedOn)  抽取人：\(view.officers.joined(separator: "、"))  状态：\(text(row.state.name))",
      "  committed: \(row.openedOn)  by: \(view.officers.joined(separator: ", "))  state: \(text(row.state.name))")
    line(
      "  名录 \(row.units) 户，抽取 \(row.drawn) 户；检查人员 \(view.officersInRoster) 名，每户 \(view.officersPerSubject) 名",
      "  \(row.drawn) of \(row.units) units; \(view.officersPerSubject) of \(view.officersInRoster) officers for each")
    line("  承诺摘要：\(view.commitment)", "  commitment: \(view.commitment)")
    for round in view.rounds { self.round(round) }
    if !view.standing.isEmpty {
      line("现行结果", "standing list")
      table(
        [("代码", "code"), ("名称", "name"), ("检查人员", "officers")],
        view.standing.map { [$0.code.isEmpty ? "—" : $0.code, $0.name, $0.officers.joined(separator: " ")] })
    }
    findings(view.findings)
    if row.state == .waiting {
      line("请与上级同步（docket sync），取得回执后揭示。", "Synchronise with the superior (docket sync), then reveal.")
    }
  }

  private func round(_ round: DrawRoundView) {
    let reason = round.reason.map { word("：\(text($0))，\(round.note)", ": \(text($0)), \(round.note)") } ?? ""
    line("第 \(round.number) 轮\(reason)", "round \(round.number)\(reason)")
    if !round.replaces.isEmpty {
      line("  替换：\(round.replaces.joined(separator: "；"))", "  replaces: \(round.replaces.joined(separator: "; "))")
    }
    if let seed = round.seed {
      line("  种子（\(time(round.receiptedAt)) 的回执）：\(seed)", "  seed (receipt of \(time(round.receiptedAt))): \(seed)")
    } else {
      line("  回执：\(time(round.receiptedAt))", "  receipt: \(time(round.receiptedAt))")
    }
  }

  func findings(_ findings: [DrawFinding]) {
    for finding in findings { Swift.print("✗ \(text(finding.message))") }
    if findings.isEmpty { line("✓ 核验无误：与承诺和上级回执一致。", "✓ Verified: it follows from commitment and receipts.") }
  }
}
