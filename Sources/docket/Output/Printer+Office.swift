import Casebook
import Casework
import Foundation

extension Printer {
  func status(_ view: StatusView) {
    line("\(view.name)（\(view.office)）\(view.serving ? "  正在服务" : "")", "\(view.name) (\(view.office))\(view.serving ? "  serving" : "")")
    line("  核对指纹：\(view.fingerprint)", "  fingerprint: \(view.fingerprint)")
    if let superior = view.superior {
      line(
        "  上级：\(superior)  最后接触：\(time(view.lastContact))  待上级回执：\(view.unsent) 条",
        "  superior: \(superior)  last contact: \(time(view.lastContact))  not yet receipted: \(view.unsent)")
    }
    line(
      "  在办 \(view.openFiles)  超期 \(view.overdueFiles)  冲突 \(view.conflicts)  暂存 \(view.heldChanges)  日志 \(view.entries) 条/\(view.streams) 流",
      "  open \(view.openFiles)  overdue \(view.overdueFiles)  conflicts \(view.conflicts)  held \(view.heldChanges)  log \(view.entries) entries in \(view.streams) streams")
    if let until = view.charterUntil { line("  授权书期限：至 \(time(until))", "  charter until: \(time(until))") }
    if let rotation = view.rotation { line(Self.text(rotation).zh, Self.text(rotation).en) }
    waiting(view)
    if !view.live.isEmpty {
      line("  在线：\(view.live.joined(separator: " "))", "  live: \(view.live.joined(separator: " "))")
    }
    waiting(view.waiting)
    ErrorOutput.warn(view.warnings, language: language)
  }

  /// Runs named by `status`; `--json` has them all.
  private static let waitingShownMax = 10

  private func waiting(_ runs: [WaitingRunView]) {
    for run in runs.prefix(Self.waitingShownMax) {
      let what = Bilingual(
        zh: "  交换包中 \(run.office) \(run.stream) 第 \(run.first)–\(run.last) 条在等待",
        en: "  from a bundle: \(run.office) \(run.stream) #\(run.first)–\(run.last) waits for ")
      if let first = run.missingFirst, let last = run.missingLast {
        line("\(what.zh)第 \(first)–\(last) 条", "\(what.en)#\(first)–\(last)")
      } else {
        line("\(what.zh)该机构的授权书", "\(what.en)its office's charter")
      }
    }
    if runs.count > Self.waitingShownMax {
      line("  另有 \(runs.count - Self.waitingShownMax) 段在等待", "  \(runs.count - Self.waitingShownMax) more runs wait")
    }
  }

  private static func text(_ rotation: KeyRotationView) -> Bilingual {
    guard let key = rotation.key, let suite = rotation.suite else {
      return Bilingual(zh: "  正在更换传输密钥：等待上级确认", en: "  new transport key: awaits the superior")
    }
    return Bilingual(
      zh: "  正在更换密钥：新密钥 \(key)（\(suite)）等待上级确认，此前仍用原密钥签名",
      en: "  changing keys: the new one, \(key) (\(suite)), awaits the superior; until then the old one signs")
  }

  func verified(_ view: VerifyView) {
    line(
      "已核对：\(view.streams) 个流、\(view.entries) 条日志、\(view.signatures) 个签名、\(view.charters) 份授权书、\(view.receipts) 份回执、\(view.files) 个案卷。",
      "Checked \(view.streams) streams, \(view.entries) entries, \(view.signatures) signatures, \(view.charters) charters, \(view.receipts) receipts, \(view.files) files.")
    if view.forkProofs > 0 || view.aside > 0 {
      line(
        "另有 \(view.forkProofs) 份分叉证据、\(view.aside) 条另存的分支记录。",
        "And \(view.forkProofs) fork proofs, \(view.aside) entries of branches kept aside.")
    }
    if let counts = view.attachments, counts.named > 0 || counts.bytesChecked > 0 {
      line(
        "附件 \(counts.named) 件：在本机 \(counts.present)（读取核对 \(size(counts.bytesChecked))），部分在本机 \(counts.partial)，不在本机 \(counts.absent)，不取回 \(counts.refused)。",
        "\(counts.named) attachments: \(counts.present) here (\(size(counts.bytesChecked)) read and compared), \(counts.partial) partly, \(counts.absent) not, \(counts.refused) refused.")
    }
    if view.problems.isEmpty { line("全部相符。", "All is as it was signed.") }
    for problem in view.problems {
      Swift.print("✗ \(problem.office) \(problem.stream)\(problem.seq.map { " #\($0)" } ?? "")：\(text(problem.message))")
    }
  }

  func offices(_ views: [OfficeView]) {
    table(
      [("机构", "office"), ("名称", "name"), ("上级", "superior"), ("核对指纹", "fingerprint")],
      views.map { ["\($0.office)\($0.isSelf ? " *" : "")", $0.name, $0.superior ?? "—", $0.key] })
    for view in views where view.until != nil || !view.powers.isEmpty {
      let terms = termWords(view.until, view.powers)
      line("  \(view.office)：授权书\(terms.zh)", "  \(view.office): charter \(terms.en)")
    }
  }

  private func termWords(_ until: UInt64?, _ powers: [String]) -> Bilingual {
    let end = until.map { Bilingual(zh: "期限至 \(time($0))", en: "until \(time($0))") }
      ?? Bilingual(zh: "不定期", en: "without an end")
    let named = powerWords(powers)
    return Bilingual(zh: end.zh + named.zh, en: end.en + named.en)
  }

  /// What follows a charter's term; empty where no power is named.
  func powerWords(_ powers: [String]) -> Bilingual {
    guard !powers.isEmpty else { return Bilingual(zh: "", en: "") }
    return Bilingual(zh: "，权限：\(powers.joined(separator: "、"))", en: "; powers: \(powers.joined(separator: ", "))")
  }

  func keyState(_ view: KeyView) -> String {
    if view.isNext { return word("待上级确认", "awaits the superior") }
    return switch (view.revoked, view.isPresent) {
    case ("compromised", _): word("已撤销（可能被盗用）", "revoked (compromised)")
    case (.some, _): word("已撤销", "revoked (retired)")
    case (nil, true): word("现用", "in use")
    case (nil, false): word("曾用", "former")
    }
  }

  func invitation(_ view: InvitationView) {
    line("邀请 \(view.office)，有效期至 \(time(view.expires))，只能使用一次：", "Invitation for \(view.office), until \(time(view.expires)), for one use:")
    Swift.print(view.code)
    if view.until != nil || !view.powers.isEmpty {
      let terms = termWords(view.until, view.powers)
      line("授权书\(terms.zh)。", "The charter: \(terms.en).")
    }
    line(
      "在新机构的机器上执行：docket join 邀请码；然后双方在电话中核对六组指纹（docket status 与 docket office list）。",
      "On the new machine: docket join CODE; then read the six groups to each other (docket status, docket office list).")
  }

  func synced(_ view: SyncView) {
    if view.wasIdle {
      line("与 \(view.peer) 一致，没有新内容。", "In step with \(view.peer), nothing new.")
    } else {
      line(
        "已与 \(view.peer) 同步：发出 \(view.sent) 条，收到 \(view.received) 条（发 \(view.bytesSent) 字节，收 \(view.bytesReceived) 字节）。",
        "Synchronised with \(view.peer): \(view.sent) sent, \(view.received) received (\(view.bytesSent) bytes out, \(view.bytesReceived) in).")
    }
    ErrorOutput.warn(view.warnings, language: language)
  }
}

extension JSONOutput {
  /// The payload alone: each reply's contract is in Protocol/10-desk.md.
  static func reply(_ reply: DeskReply) -> String {
    switch reply {
    case .status(let view): text(view)
    case .verified(let view): text(view)
    case .offices(let views): text(["offices": views])
    case .keys(let views): text(["keys": views])
    case .invitation(let view): text(view)
    case .officers(let views): text(["officers": views])
    case .subjects(let views): text(["subjects": views])
    case .subject(let view): text(view)
    case .duplicates(let pairs): text(["duplicates": pairs])
    case .subjectRevealed(let view): text(view)
    case .imported(let view): text(view)
    case .regimes(let views): text(["regimes": views])
    case .regime(let page): text(page)
    case .pack(let page): text(page)
    case .packDiff(let view): text(view)
    case .referrals(let views): text(["referrals": views])
    case .calendarImport(let view): text(view)
    case .calendarYear(let view): text(view)
    case .due(let view): text(view)
    case .indicators(let views): text(["indicators": views])
    case .leases(let views): text(["leases": views])
    case .numberRegister(let rows): text(["numbers": rows])
    case .files(let rows): text(["files": rows])
    case .file(let view): text(view)
    case .acted(let view): text(view)
    case .revealed(let view): text(view)
    case .draw(let view): text(view)
    case .draws(let rows): text(["draws": rows])
    case .attached(let view): text(view)
    case .attachments(let views): text(["attachments": views])
    case .attachmentTaken(let view): text(view)
    case .attachmentLimits(let view): text(view)
    case .board(let view): text(view)
    case .coverage(let rows): text(["coverage": rows])
    case .tallies(let rows): text(["tallies": rows])
    case .conflicts(let views): text(["conflicts": views])
    case .held(let views): text(["held": views])
    case .peers(let views): text(["peers": views])
    case .outbox(let view): text(view)
    case .entry(let view): text(["entry": view])
    case .office(let view): text(["office": view])
    case .log(let rows): text(["log": rows])
    case .synced(let view): text(view)
    case .bundleMade(let view): text(view)
    case .bundlesApplied(let view): text(view)
    case .doctor(let view): text(view)
    case .backupMade(let view): text(view)
    case .backupDrilled(let view): text(view)
    case .done: "{}"
    }
  }
}
