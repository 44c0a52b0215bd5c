import Casebook
import Casework
import Foundation

extension Printer {
  func bundleMade(_ view: BundleMadeView) {
    if view.files.isEmpty {
      line(
        "\(view.office) 已有全部内容，没有生成文件。", "\(view.office) has everything already; no file was written.")
      return
    }
    line(
      "已为 \(view.office) 生成交换包：\(view.streams) 个流、\(view.entries) 条记录，共 \(view.files.count) 个文件。",
      "Bundle for \(view.office): \(view.streams) streams, \(view.entries) entries in \(view.files.count) files.")
    for file in view.files { Swift.print("  \(file.path)  \(size(file.bytes))") }
    line("请把全部文件送到对方，在那里执行 docket bundle apply。", "Take every file there and run docket bundle apply.")
  }

  func bundlesApplied(_ view: BundleAppliedView) {
    table(
      [("文件", "file"), ("来自", "from"), ("第几个", "part"), ("新收", "new"), ("已有", "known"), ("等待", "waiting"), ("未采用", "refused")],
      view.files.map { file in
        [
          (file.path as NSString).lastPathComponent, file.from ?? "—",
          file.part.map { "\($0)/\(file.parts ?? 0)" } ?? "—", "\(file.stored)", "\(file.known)", "\(file.waiting)",
          "\(file.refused)",
        ]
      })
    line(
      "保存 \(view.stored + view.released) 条（其中此前等待的 \(view.released) 条），写回执 \(view.receipts) 份。",
      "Stored \(view.stored + view.released) entries (\(view.released) of them had waited), wrote \(view.receipts) receipts.")
    if view.receipts > 0 {
      line("回执随下一个交换包送回：docket bundle create --for 机构。", "Receipts travel back in the next bundle: docket bundle create --for OFFICE.")
    }
    for missing in view.missing {
      let parts = missing.parts.map(String.init).joined(separator: ", ")
      line("还缺 \(missing.from) 的同一交换包的第 \(parts) 个文件。", "Of \(missing.from)'s bundle these parts are still missing: \(parts).")
    }
    for gap in view.gaps {
      line(
        "等待 \(gap.office) \(gap.stream) 第 \(gap.first)–\(gap.last) 条；收到后自动采用。",
        "Waiting for \(gap.office) \(gap.stream) #\(gap.first)–\(gap.last); used as soon as they come.")
    }
    if view.waitingRuns > 0, view.missing.isEmpty {
      line(
        "找不到缺少的文件时，请对方用 docket bundle create --whole 重新生成。",
        "Where the files are lost, have the other office make one with docket bundle create --whole.")
    }
    ErrorOutput.warn(view.warnings, language: language)
    // The first problem is told as the command's error.
    for file in view.files.filter({ $0.problem != nil }).dropFirst() {
      if let problem = file.problem { line("✗ \(problem.message.zh) \(problem.remedy.zh)", "✗ \(problem.message.en) \(problem.remedy.en)") }
    }
  }

  func doctor(_ view: DoctorView) {
    if let rebuild = view.rebuild {
      line(
        "已由 \(rebuild.entries) 条日志重建 \(rebuild.tables) 张表。", "Rebuilt \(rebuild.tables) tables from \(rebuild.entries) entries.")
      if rebuild.differing.isEmpty { line("与重建前完全一致。", "They are the same as before.") }
      for table in rebuild.differing {
        line(
          "  表 \(table.name) 原先与日志不符，已更正（\(table.rowsBefore) 行 → \(table.rowsAfter) 行）。",
          "  Table \(table.name) was not what the log gives and is mended (\(table.rowsBefore) rows → \(table.rowsAfter)).")
      }
      if rebuild.unseated > 0 {
        line(
          "  有 \(rebuild.unseated) 条日志的作者没有授权书，保留未用。",
          "  \(rebuild.unseated) entries of authors without a charter are kept unused.")
      }
    }
    for check in view.checks {
      let mark = switch check.finding {
      case .good: "✓"
      case .notice: "!"
      case .bad: "✗"
      }
      Swift.print("\(mark) \(text(check.message))")
      if let remedy = check.remedy { line("    处理：\(remedy.zh)", "    remedy: \(remedy.en)") }
    }
  }

  func size(_ bytes: Int) -> String { text(ByteText.of(bytes)) }
}
