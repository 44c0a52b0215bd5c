import Casebook
import Casework

extension Printer {
  func regime(_ page: RegimePage) {
    let state = page.isPublished ? word("（已发布）", " (published)") : word("（未发布）", " (not published)")
    Swift.print("\(text(page.name))  \(page.pack)/\(page.regime) v\(page.version)\(state)  \(page.source)")
    line("  \(page.issuer.zh)：\(page.document)", "  \(page.issuer.en): \(page.document)")
    if page.status != "active" { line("  已划转，不再受理新案。", "  transferred: takes no new file.") }
    if let office = page.office { line("  落实：\(office.zh)", "  carried out by: \(office.en)") }
    line(
      "  对象：\(page.subjects.map(\.zh).joined(separator: "、"))",
      "  subjects: \(page.subjects.map(\.en).joined(separator: ", "))")
    if let quorum = page.quorum {
      line("  人数：\(quorum.words.zh)（\(quorum.source)）", "  quorum: \(quorum.words.en) (\(quorum.source))")
    }
    if let moved = page.transferred {
      line("  \(moved.words.zh)（\(moved.source)）", "  \(moved.words.en) (\(moved.source))")
    }
    if page.superiorOverrides { line("  以上级下达监督检查指标为准。", "  The superior's indicators apply.") }
    if !page.basis.isEmpty { lines(page.basis, word("依据", "Basis")) }
    for part in page.parts {
      lines(part.lines, text(part.name))
      if let absent = part.absent { line("  （\(absent.zh)）", "  (\(absent.en))") }
    }
    figures(page.indicators, word("指标", "Indicators"))
    for view in page.inForce where view.value != view.ownValue {
      line(
        "  现行 \(view.indicator)：\(number(view.value))（\(view.provenance.zh)）",
        "  in force, \(view.indicator): \(number(view.value)) (\(view.provenance.en))")
    }
    figures([page.ceiling].compactMap { $0 }, word("频次上限", "Ceiling"))
    figures(page.penalties, word("罚则", "Penalties"))
    figures(page.tallies, word("累计", "Tallies"))
    figures(page.scoreBands, word("得分等次", "Score bands"))
    for workflow in page.workflows { self.workflow(workflow) }
  }

  private func number(_ value: Int?) -> String { value.map(String.init) ?? "—" }

  private func workflow(_ view: WorkflowView) {
    Swift.print("\(word("流程", "Workflow")) \(text(view.name))  \(view.id)  \(view.source)")
    for act in view.acts {
      Swift.print("  \(act.id)  \(text(act.name))  \(text(act.words))  \(act.source)")
      for rule in act.guards { Swift.print("    \(word("须", "if")) \(text(rule.words))  \(rule.source)") }
      for field in act.fields { Swift.print("    \(field.id)  \(text(field.name))  \(text(field.words))") }
    }
    for clock in view.clocks {
      Swift.print("  \(word("期限", "clock")) \(clock.id)  \(text(clock.name))  \(text(clock.words))  \(clock.source)")
    }
  }

  private func figures(_ views: [FigureView], _ title: String) {
    if views.isEmpty { return }
    Swift.print(title)
    for view in views {
      Swift.print("  \(view.id)  \(text(view.name))\(word("：", ": "))\(text(view.words))  \(view.source)")
    }
  }

  private func lines(_ lines: [LineView], _ title: String) {
    Swift.print(title)
    for view in lines {
      let place =
        view.line > 0 ? word("\(view.source) 第 \(view.line) 行", "\(view.source) line \(view.line)") : view.source
      let department = (view.terms["dept"] ?? view.terms["to"]).map { "\($0)  " } ?? ""
      Swift.print("  \(view.id)  \(department)\(text(view.text))\(word("（\(place)）", " (\(place))"))")
    }
  }

  func pack(_ page: PackPage) {
    let state = page.isPublished ? word("（已发布）", " (published)") : word("（未发布）", " (not published)")
    Swift.print("\(text(page.issuer))  \(page.pack) v\(page.version)\(state)  \(page.document)")
    regimes(page.regimes)
    line(
      "职责 \(page.duties.count)  职责边界 \(page.boundaries.count)  公共服务 \(page.services.count)"
        + "  专项行动 \(page.campaigns.count)  备注 \(page.remarks.count)",
      "duties \(page.duties.count)  boundaries \(page.boundaries.count)  services \(page.services.count)"
        + "  campaigns \(page.campaigns.count)  remarks \(page.remarks.count)")
  }

  func groups(_ views: [GroupView], _ title: (zh: String, en: String)) {
    line(title.zh, title.en)
    if views.isEmpty { line("  （没有）", "  (none)") }
    for view in views { group(view) }
  }

  private func group(_ view: GroupView) {
    lines(view.lines, "\(view.id)  \(text(view.name))  \(view.source)")
    if !view.departments.isEmpty {
      line(
        "  部门：\(view.departments.map(\.zh).joined(separator: "、"))",
        "  departments: \(view.departments.map(\.en).joined(separator: ", "))")
    }
    if !view.keywords.isEmpty {
      line("  关键词：\(view.keywords.joined(separator: "、"))", "  keywords: \(view.keywords.joined(separator: ", "))")
    }
  }

  func remarks(_ views: [RemarkView]) {
    line("备注", "Remarks")
    if views.isEmpty { line("  （没有）", "  (none)") }
    for view in views { Swift.print("  \(view.id)  \(text(view.finding)) → \(text(view.chosen))  \(view.source)") }
  }

  func packDiff(_ view: PackDiffView) {
    if let old = view.oldVersion {
      line(
        "\(view.pack)：第 \(old) 版 → 第 \(view.newVersion) 版", "\(view.pack): version \(old) to version \(view.newVersion)"
      )
      for change in view.changes { self.change(change) }
      let counts = PackChange.Kind.allCases.map { kind in
        "\(text(kind.name)) \(view.changes.count { $0.kind == kind })"
      }
      Swift.print(counts.joined(separator: "  "))
    } else {
      line("\(view.pack) 尚未发布到本机构，没有可比较的版本。", "\(view.pack) is not published here; there is nothing to compare.")
    }
    for pinned in view.pinned {
      line(
        "第 \(pinned.version) 版：在办 \(pinned.openFiles) 件", "version \(pinned.version): \(pinned.openFiles) open files")
    }
    Swift.print(text(view.note))
    if let obstacle = view.obstacle { ErrorOutput.warn([obstacle], language: language) }
  }

  private func change(_ change: PackChange) {
    Swift.print("\(text(change.kind.name)) \(text(change.element.name))  \(text(change.name))  \(change.path)")
    if let old = change.old { line("    原：\(old.zh)", "    old: \(old.en)") }
    if let new = change.new { line("    新：\(new.zh)", "    new: \(new.en)") }
  }

  func referrals(_ views: [ReferralView]) {
    for view in views {
      line(
        "\(view.pack) v\(view.version)：命中“\(view.matched.joined(separator: "”“"))”",
        "\(view.pack) v\(view.version): matches “\(view.matched.joined(separator: "”, “"))”")
      group(view.boundary)
    }
    if views.isEmpty {
      line(
        "没有命中职责边界的关键词；是否移送仍须承办人判断。",
        "No boundary's keyword occurs in it; whether to refer it stays the handler's judgement.")
    }
  }
}
