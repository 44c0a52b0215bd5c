import Casebook
import Casework
import Foundation

extension Printer {
  func backupMade(_ view: BackupMadeView) {
    line(
      "已备份到 \(view.path)（\(size(view.bytes))，\(view.isProtected ? "已加密" : "未加密")），读回核对无误。",
      "Backed up to \(view.path) (\(size(view.bytes)), \(view.isProtected ? "encrypted" : "not encrypted")), read back and found whole.")
    line(
      "内容为 \(time(view.created)) 之前的 \(view.streams) 个流、\(view.entries) 条记录；用时 \(seconds(view.milliseconds))。",
      "It holds \(view.streams) streams and \(view.entries) entries of before \(time(view.created)); it took \(seconds(view.milliseconds)).")
    audited(view.audit)
    for path in view.removed { line("已删除旧备份 \(path)。", "Deleted the older backup \(path).") }
    ErrorOutput.warn(view.warnings, language: language)
  }

  func backupChecked(_ view: BackupCheckView) {
    if isJSON {
      Swift.print(JSONOutput.text(view))
      return
    }
    line("\(view.path) 完好。", "\(view.path) is whole.")
    line("  机构：\(view.name)（\(view.office)），指纹 \(view.fingerprint)", "  office: \(view.name) (\(view.office)), fingerprint \(view.fingerprint)")
    line(
      "  时间：\(time(view.created))，程序 \(view.software)，日志代次 \(view.incarnation)",
      "  made: \(time(view.created)) by \(view.software), incarnation \(view.incarnation)")
    line(
      "  内容：\(view.streams) 个流、\(view.entries) 条记录，\(size(view.bytes))，\(view.isProtected ? "已加密" : "未加密，含私钥")",
      "  holds: \(view.streams) streams, \(view.entries) entries, \(size(view.bytes)), \(view.isProtected ? "encrypted" : "not encrypted, with private keys")")
    audited(view.audit)
  }

  func backups(_ rows: [BackupRow]) {
    if isJSON {
      Swift.print(JSONOutput.text(["backups": rows]))
      return
    }
    table(
      [("时间", "made"), ("机构", "office"), ("大小", "size"), ("加密", "encrypted"), ("文件", "file"), ("问题", "problem")],
      rows.map { row in
        [
          time(row.created), row.office ?? "—", size(row.bytes),
          row.isProtected.map { $0 ? word("是", "yes") : word("否", "no") } ?? "—",
          (row.path as NSString).lastPathComponent, row.problem.map { text($0.message) } ?? "—",
        ]
      })
  }

  func backupDrilled(_ view: BackupDrillView) {
    if view.isKept {
      backupMade(view.backup)
    } else {
      line(
        "备份：\(size(view.backup.bytes))，\(view.backup.entries) 条记录，用时 \(seconds(view.backup.milliseconds))。",
        "Backed up \(size(view.backup.bytes)) with \(view.backup.entries) entries in \(seconds(view.backup.milliseconds)).")
    }
    line(
      "恢复用时 \(seconds(view.restoreMilliseconds))，打开 \(seconds(view.openMilliseconds))，核对 \(seconds(view.auditMilliseconds))；数据库 \(size(view.databaseBytes))。",
      "Restored in \(seconds(view.restoreMilliseconds)), opened in \(seconds(view.openMilliseconds)), audited in \(seconds(view.auditMilliseconds)); database \(size(view.databaseBytes)).")
    audited(view.audit)
    for problem in view.problems { line("✗ \(problem.zh)", "✗ \(problem.en)") }
    if view.problems.isEmpty, view.audit.problems.isEmpty {
      line(
        "演练通过：\(view.tables) 张表与原数据一致，恢复的目录会先要求与上级核对。",
        "The drill passed: \(view.tables) tables are the original's, and the restored home asks to be compared first.")
    }
    if view.newer > 0 { line("演练期间现用数据又保存了 \(view.newer) 条记录。", "Meanwhile the home in use stored \(view.newer) entries more.") }
    if !view.isKept { line("演练用的备份和目录已清除。", "The drill's backup and folder are cleared away.") }
  }

  func restored(_ view: RestoredView) {
    if isJSON {
      Swift.print(JSONOutput.text(view))
      return
    }
    line(
      "已恢复 \(view.name)（\(view.office)）到 \(view.home)：\(time(view.created)) 的状态，\(view.streams) 个流、\(view.entries) 条记录。",
      "Restored \(view.name) (\(view.office)) to \(view.home): as of \(time(view.created)), \(view.streams) streams, \(view.entries) entries.")
    line("随后：", "Next:")
    for step in view.next { line("  · \(step.zh)", "  · \(step.en)") }
  }

  private func audited(_ view: VerifyView?) {
    guard let view else { return }
    line(
      "核对了 \(view.entries) 条记录、\(view.signatures) 个签名、\(view.files) 个案卷，\(view.problems.isEmpty ? "没有问题" : "有 \(view.problems.count) 处问题")。",
      "Checked \(view.entries) entries, \(view.signatures) signatures and \(view.files) files: \(view.problems.isEmpty ? "no problem" : "\(view.problems.count) problems").")
  }

  private func seconds(_ milliseconds: Int) -> String {
    let tenths = (milliseconds + 50) / 100
    return word("\(tenths / 10).\(tenths % 10) 秒", "\(tenths / 10).\(tenths % 10) s")
  }
}
