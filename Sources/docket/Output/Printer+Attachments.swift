import Casebook
import Casework

extension Printer {
  func attached(_ view: AttachedView) {
    let one = view.attachment
    line(
      "已为 \(view.file) 添加附件 \(one.number)：\(one.name)（\(size(one.length))）（\(view.entry)）",
      "Added attachment \(one.number) to \(view.file): \(one.name) (\(size(one.length))) (\(view.entry))")
    if view.wasHeld { line("内容与已有附件相同，不另占空间。", "The content was here already and takes no more room.") }
  }

  func attachments(_ views: [AttachmentView]) {
    table(
      [
        ("序号", "number"), ("名称", "name"), ("大小", "size"), ("状态", "state"), ("取得日期", "taken on"), ("机构", "office"),
        ("人员", "officer"), ("说明", "note"),
      ],
      views.map { one in
        [
          "\(one.number)", one.name, size(one.length), state(of: one), one.takenOn ?? "—", one.office ?? "—",
          one.officer ?? "—", one.note ?? "—",
        ]
      })
  }

  func attachmentTaken(_ view: AttachmentTakenView) {
    line(
      "已写出 \(view.path)（\(size(view.attachment.length))），逐块核对无误。",
      "Wrote \(view.path) (\(size(view.attachment.length))), every chunk verified.")
  }

  func attachmentLimits(_ view: AttachmentLimitsView) {
    line(
      "附件已用 \(size(view.used))，配额 \(size(view.quota))；单个不超过 \(size(view.largest))，不超过 \(size(view.eager)) 的自动取回。",
      "Attachments take \(size(view.used)) of a quota of \(size(view.quota)); one may have \(size(view.largest)), up to \(size(view.eager)) are fetched by themselves.")
  }

  func state(of view: AttachmentView) -> String {
    switch view.state {
    case "present": word("在本机", "present")
    case "partial": word("部分在本机（\(size(view.held))）", "partial (\(size(view.held)))")
    case "refused": word("不取回", "refused")
    default: word("不在本机", "absent")
    }
  }
}
