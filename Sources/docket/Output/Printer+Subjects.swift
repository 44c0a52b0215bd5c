import Casebook
import Casework

extension Printer {
  func subjects(_ views: [SubjectView]) {
    table(
      [("代码", "code"), ("名称", "name"), ("类别", "kind"), ("机构", "office"), ("提示", "warnings")],
      views.map { view in
        let merged = view.mergedInto.map { Bilingual(zh: "已并入“\($0.name)”", en: "merged into “\($0.name)”") }
        let remarks = ([merged].compactMap { $0 } + view.warnings).map(text).joined(separator: " ")
        return [code(view), view.name, view.kind, view.office, remarks]
      })
  }

  func imported(_ view: ImportView) {
    line(
      "新增 \(view.added) 户，更新 \(view.updated) 户，未变 \(view.unchanged) 户，未导入 \(view.refused) 行。",
      "\(view.added) added, \(view.updated) updated, \(view.unchanged) unchanged, \(view.refused) refused.")
    for row in view.rows where !row.messages.isEmpty || !row.suspects.isEmpty {
      let name = row.name.isEmpty ? "" : word("“\(row.name)”", " “\(row.name)”")
      Swift.print(word("第 \(row.line) 行\(name)：", "line \(row.line)\(name): ") + outcome(row.outcome))
      for message in row.messages { Swift.print("  " + text(message)) }
      for suspect in row.suspects {
        let place = suspect.line.map { word("第 \($0) 行", "line \($0)") } ?? word("登记簿", "the register")
        Swift.print(
          word("  疑似重复（\(place)）：", "  possibly the same (\(place)): ") + reference(suspect.subject)
            + " " + score(suspect.score))
      }
      if !row.suspects.isEmpty, row.moreSuspects > 0 {
        line("  另有 \(row.moreSuspects) 个名称相近的未列出。", "  \(row.moreSuspects) more with much the same name are not listed.")
      }
    }
  }

  func duplicates(_ pairs: [DuplicateView]) {
    table(
      [
        ("代码或编号", "code or id"), ("名称", "name"), ("机构", "office"), ("代码或编号", "code or id"), ("名称", "name"),
        ("机构", "office"), ("相似度", "score"), ("原因", "reason"),
      ],
      pairs.map { pair in
        let reason =
          switch pair.reason {
          case .sameCode: word("代码相同", "same code")
          case .similarName: word("名称相近", "similar name")
          }
        let more = pair.more.map { word("，另有 \($0) 个未列出", ", \($0) more not listed") } ?? ""
        return cells(pair.first) + cells(pair.second) + [score(pair.score), reason + more]
      })
  }

  func revealed(_ view: RevealedSubjectView) {
    for number in view.numbers { Swift.print("\(reference(number.subject)) \(number.residentID)") }
    line("（查看已记录，用途：\(view.purpose)）", "(the look is recorded, for: \(view.purpose))")
  }

  func subject(_ view: SubjectDetailView) {
    record(view.subject, indent: "")
    if !view.others.isEmpty { line("同一对象的其他记录", "other records of it") }
    for other in view.others { record(other, indent: "  ") }
    if !view.merges.isEmpty { line("合并", "merges") }
    for merge in view.merges { self.merge(merge) }
    line("本年检查", "inspections this year")
    visits(view.visits)
    line("案卷", "files")
    table(
      [("编号", "number"), ("标题", "title"), ("制度", "regime"), ("状态", "state"), ("收件", "opened"), ("办结", "closed")],
      view.files.map { row in
        [
          row.file.number, row.file.title, text(row.regime), text(row.file.state), row.file.openedOn,
          row.closedOn ?? "—",
        ]
      })
    if !view.reveals.isEmpty { line("证件号查看记录", "looks at the number") }
    for look in view.reveals { Swift.print("  \(look.on) \(look.office) \(look.officer)  \(look.purpose)") }
    ErrorOutput.warn(view.warnings, language: language)
  }

  private func record(_ view: SubjectView, indent: String) {
    Swift.print("\(indent)\(code(view))  \(view.name)  \(view.kind)  \(view.office)")
    func field(_ name: (String, String), _ value: String?) {
      if let value, !value.isEmpty { line("\(indent)  \(name.0)：\(value)", "\(indent)  \(name.1): \(value)") }
    }
    field(("地址", "address"), view.address)
    field(("法定代表人", "representative"), view.representative)
    field(("证件号", "number"), view.maskedResidentID)
    field(("曾用名", "former names"), view.formerNames.joined(separator: word("、", ", ")))
    field(("已并入", "merged into"), view.mergedInto.map(reference))
    field(("编号", "id"), view.id)
    for warning in view.warnings { Swift.print("\(indent)  " + text(warning)) }
  }

  private func merge(_ merge: SubjectMergeView) {
    func spoken(_ statement: SubjectMergeView.Statement) -> String {
      "\(statement.on) \(statement.office) \(statement.officer)  \(statement.reason)"
    }
    Swift.print("  \(reference(merge.from)) → \(reference(merge.into))  \(spoken(merge.made))")
    if let undone = merge.undone { line("    已撤销：\(spoken(undone))", "    undone: \(spoken(undone))") }
  }

  private func visits(_ rows: [SubjectVisitRow]) {
    if rows.isEmpty { line("  （没有）", "  (none)") }
    for row in rows {
      let limit =
        row.ceiling.map { word("计入频次 \(row.counted)，上限 \($0)", "\(row.counted) counted, ceiling \($0)") }
        ?? word("无频次上限", "no ceiling")
      let source = row.source.map { word("（\(text($0))）", " (\(text($0)))") } ?? ""
      line("  \(text(row.name))：\(row.opened) 次，\(limit)\(source)", "  \(text(row.name)): \(row.opened), \(limit)\(source)")
    }
  }

  /// A person has a masked number in place of a code.
  private func code(_ view: SubjectView) -> String {
    view.code.isEmpty ? view.maskedResidentID ?? "—" : view.code
  }

  private func reference(_ brief: SubjectBrief) -> String {
    "“\(brief.name)” " + (brief.code.isEmpty ? brief.id : brief.code)
  }

  private func cells(_ brief: SubjectBrief) -> [String] {
    [brief.code.isEmpty ? brief.id : brief.code, brief.name, brief.office]
  }

  /// In percent, with one decimal.
  private func score(_ thousandths: Int) -> String { "\(thousandths / 10).\(thousandths % 10)%" }

  private func outcome(_ outcome: ImportRow.Outcome) -> String {
    switch outcome {
    case .added: word("新增", "added")
    case .updated: word("更新", "updated")
    case .unchanged: word("未变", "unchanged")
    case .refused: word("未导入", "refused")
    }
  }
}
