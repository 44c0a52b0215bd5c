import Casebook
import Casework

/// Contact with other offices, and what waits.
extension Printer {
  func peers(_ views: [PeerView]) {
    table(
      [
        ("机构", "office"), ("名称", "name"), ("关系", "relation"), ("状态", "state"), ("最后接触", "last contact"),
        ("已收到", "received"), ("已回执", "receipted"), ("积压", "backlog"), ("时钟", "clock"), ("软件", "software"),
        ("数据距今", "age of data"),
      ],
      views.map { view in
        [
          view.office, view.name, view.relation == "superior" ? word("上级", "superior") : word("下级", "subordinate"),
          text(view.state.name), time(view.lastContact), "\(view.received.entries)",
          "\(view.acknowledged.entries)/\(view.acknowledged.of)",
          view.backlog.map { $0.entries == 0 ? "0" : "\($0.entries) (\(size($0.bytes)))" } ?? "—",
          view.clockOffset.map(clock) ?? "—", software(view), view.age.map { text(ClockText.span($0)) } ?? "—",
        ]
      })
    for view in views {
      if let backlog = view.backlog, let since = backlog.since, let message = backlog.message {
        line(
          "  \(view.office)：积压最早自 \(time(since))。\(message.zh)",
          "  \(view.office): backlog since \(time(since)). \(message.en)")
      } else if let error = view.lastError {
        line("  \(view.office)：最近一次联系未成：\(error.zh)", "  \(view.office): the last attempt failed: \(error.en)")
      }
    }
  }

  private func software(_ view: PeerView) -> String {
    guard let software = view.software else { return "—" }
    return view.protocolVersion.map { "\(software) v\($0)" } ?? software
  }

  /// Whole seconds the peer is ahead.
  private func clock(_ milliseconds: Int64) -> String {
    let seconds = milliseconds / 1_000
    return seconds > 0 ? "+\(seconds) s" : "\(seconds) s"
  }

  func outbox(_ view: OutboxView) {
    guard !view.outbox.isEmpty else {
      line("没有待送出的记录。", "Nothing waits to go out.")
      return
    }
    table(
      [
        ("对方", "peer"), ("作者", "author"), ("流", "stream"), ("序号", "seq"), ("条数", "entries"), ("大小", "size"),
        ("最早", "oldest"), ("原因", "why"),
      ],
      view.outbox.map { item in
        [
          item.peer ?? "—", item.office, item.stream, "\(item.first)–\(item.last)", "\(item.entries)",
          item.bytes.map(size) ?? "—", text(ClockText.span(view.now > item.since ? view.now - item.since : 0)),
          text(item.message),
        ]
      })
    line(
      "共 \(view.entries) 条，\(size(view.bytes))。", "\(view.entries) entries, \(size(view.bytes)).")
    var told: Set<String> = []
    for item in view.outbox {
      guard let remedy = item.remedy, told.insert("\(item.peer ?? "") \(item.reason)").inserted else { continue }
      line("  处理（\(item.peer ?? "—")）：\(remedy.zh)", "  remedy (\(item.peer ?? "—")): \(remedy.en)")
    }
  }

  /// The lines of `status` about what waits.
  func waiting(_ view: StatusView) {
    if let backlog = view.backlog, backlog.entries > 0 {
      line(
        "  待上级收讫：\(backlog.entries) 条，\(size(backlog.bytes))",
        "  superior has not receipted: \(backlog.entries) entries, \(size(backlog.bytes))")
    }
    guard let oldest = view.oldest else { return }
    let place = "\(oldest.office) \(oldest.stream) \(oldest.first)–\(oldest.last)"
    line(
      "  等待最久：\(place)，自 \(time(oldest.since))。\(oldest.message.zh)",
      "  waits longest: \(place), since \(time(oldest.since)). \(oldest.message.en)")
  }
}
