import Casebook
import Casework

extension Printer {
  func files(_ rows: [FileRow]) {
    table(
      [("编号", "number"), ("标题", "title"), ("承办", "office"), ("状态", "state"), ("收件", "opened"), ("期限", "due")],
      rows.map { row in
        var state = text(row.state)
        if row.voidActs > 0 { state += word("（不生效 \(row.voidActs)）", " (\(row.voidActs) void)") }
        if row.waitingActs > 0 { state += word("（待前序 \(row.waitingActs)）", " (\(row.waitingActs) waiting)") }
        return [row.number, row.title, row.addressee.map { "\(row.office)→\($0)" } ?? row.office, state, row.openedOn, due(row)]
      })
  }

  func acted(_ view: ActedView) {
    let row = view.file
    line(
      "已登记 \(row.number)：\(text(row.state))，期限 \(due(row))（\(view.entry)）",
      "Recorded \(row.number): \(text(row.state)), due \(due(row)) (\(view.entry))")
    if let number = view.documentNumber { line("文号：\(number)", "Official number: \(number)") }
    ErrorOutput.warn(view.warnings, language: language)
  }

  func file(_ view: FileView) {
    let row = view.row
    Swift.print("\(row.number)  \(row.title)")
    line("  制度：\(text(view.regime))（\(view.pack)）  流程：\(text(view.workflow))", "  regime: \(text(view.regime)) (\(view.pack))  workflow: \(text(view.workflow))")
    if let subject = view.subject { line("  对象：\(subject)", "  subject: \(subject)") }
    line(
      "  承办：\(row.office)  收件机构：\(view.openedBy)\(row.addressee.map { "  受送达：\($0)" } ?? "")",
      "  office: \(row.office)  opened by: \(view.openedBy)\(row.addressee.map { "  addressee: \($0)" } ?? "")")
    line("  状态：\(text(row.state))  收件：\(row.openedOn)", "  state: \(text(row.state))  opened: \(row.openedOn)")
    if let related = view.relatesTo { line("  来源案卷：\(related)", "  from file: \(related)") }
    if let band = view.scoreBand { line("  得分等次：\(band.zh)", "  band of the score: \(band.en)") }
    if let reason = view.overCeilingReason, !reason.isEmpty {
      line("  超频次上限理由：\(reason)", "  above the ceiling because: \(reason)")
    }
    if let transfer = view.transfer {
      line(
        "  移交：\(transfer.from) → \(transfer.to)（\(transfer.on)，\(transfer.reason)；截止 \(transfer.position)）",
        "  transferred: \(transfer.from) → \(transfer.to) (\(transfer.on), \(transfer.reason); scope ends at \(transfer.position))")
      if transfer.hasEndedHere {
        line("  本机构只保留移交前的内容，此后的办理情况不再显示。", "  This office keeps what it had; what follows is not shown here.")
      }
    }
    if view.hasSealedComplainant { line("  投诉举报人：已密封", "  complainant: sealed") }
    if !view.attachments.isEmpty {
      line("附件", "attachments")
      for one in view.attachments {
        Swift.print("  \(one.number)  \(one.name)  \(size(one.length))  \(state(of: one))")
      }
    }
    line("步骤", "acts")
    for act in view.acts { self.act(act) }
    line("期限", "deadlines")
    for clock in view.clocks { self.clock(clock, isLong: false) }
    if !view.possible.isEmpty {
      line("本机构现在可办", "possible here now")
      for act in view.possible {
        Swift.print("  \(act.act)  \(text(act.name))  \(act.fields.joined(separator: " "))")
      }
    }
  }

  private func act(_ act: ActView) {
    let officers = act.officers.joined(separator: "、")
    Swift.print("  \(act.date) \(act.stands ? "✓" : "✗") \(text(act.name))  \(act.office)  \(officers)")
    for (name, value) in act.facts.sorted(by: { $0.key < $1.key }) { Swift.print("      \(name)=\(value)") }
    line(
      "      自称 \(time(act.claimed))  可证 \(interval(act))", "      claimed \(time(act.claimed))  provable \(interval(act))")
    switch act.doubt {
    case .ahead: line("      ⚠ 自称的时间晚于上级收到的时间：作者时钟偏快", "      ⚠ claimed later than it was received: the author's clock was ahead")
    case .backdated: line("      ⚠ 自称的时间早于可证的时间：倒签或时钟偏慢", "      ⚠ claimed earlier than can be: backdated, or a slow clock")
    case nil: break
    }
    if let reason = act.reason {
      Swift.print("      \(text(reason))" + (act.article.map { word("（\($0)）", " (\($0))") } ?? ""))
    }
  }

  private func interval(_ act: ActView) -> String {
    if act.provableFrom == nil, act.provableUntil == nil { return word("尚无回执", "not yet receipted") }
    return "\(act.provableFrom.map { time($0) } ?? "…") – \(act.provableUntil.map { time($0) } ?? "…")"
  }

  func clock(_ clock: ClockView, isLong: Bool) {
    let state: String
    if clock.startedOn == nil {
      state = word("未起算", "not started")
    } else if let met = clock.metOn {
      state = word("\(met) 已办\(clock.isOverdue ? "（超期）" : "")", "met \(met)\(clock.isOverdue ? " (late)" : "")")
    } else if clock.isSuspended {
      state = word("中止", "suspended")
    } else {
      state =
        (clock.due ?? "—") + (clock.isProvisional ? word("（暂定）", " (provisional)") : "")
        + (clock.isOverdue ? word("（超期）", " (overdue)") : "")
    }
    Swift.print("  \(text(clock.name))  \(state)  \(clock.article)")
    if isLong { for step in clock.derivation { Swift.print("      \(text(step))") } }
  }

  func clocks(_ view: FileView) {
    Swift.print("\(view.row.number)  \(view.row.title)")
    for clock in view.clocks { self.clock(clock, isLong: true) }
  }
}
