import Casebook
import Casework

/// Explanations, as somebody would give them to a colleague.
extension Printer {
  /// Offices of an audience that are named.
  private static let holdersMax = 10

  func explained(_ view: EntryExplanation) {
    let name = view.name.map { "\($0)（\(view.office)）" } ?? view.office
    let english = view.name.map { "\($0) (\(view.office))" } ?? view.office
    line("\(name)的日志 \(view.stream) 第 \(view.seq) 条", "Entry #\(view.seq) of \(english), stream \(view.stream)")
    let part = view.part.flatMap { part in
      view.parts.map { Bilingual(zh: "，同一笔登记的第 \(part)/\($0) 条", en: ", part \(part) of \($0)") }
    }
    line(
      "  哈希 \(view.hash)，\(view.bytes) 字节\(part?.zh ?? "")", "  hash \(view.hash), \(view.bytes) bytes\(part?.en ?? "")")
    signer(view)
    time(of: view)
    line("内容：", "It says:")
    if view.changes.isEmpty { line("  （无法读取）", "  (unreadable)") }
    for change in view.changes {
      Swift.print("  · " + text(change.text))
      if let obstacle = change.obstacle { Swift.print("    ✗ " + text(obstacle)) }
    }
    line("效力：\(view.message.zh)", "It counts as: \(view.message.en)")
    for fact in view.facts {
      let place = fact.place.map { word("（见 \($0)）", " (see \($0))") } ?? ""
      let office = fact.office.map { "\($0) " } ?? ""
      Swift.print("  · \(office)\(text(fact.text))\(place)")
    }
    if view.isProjected {
      line("采用：已计入本机的案卷和登记。", "Use: it is in this office's files and registers.")
    } else if let obstacle = view.obstacle {
      line("采用：没有计入。\(obstacle.zh)", "Use: it is not in the tables. \(obstacle.en)")
      if let remedy = view.remedy { line("  处理：\(remedy.zh)", "  remedy: \(remedy.en)") }
    }
    holders(view)
  }

  private func signer(_ view: EntryExplanation) {
    let state: Bilingual =
      switch view.keyState {
      case "present": Bilingual(zh: "现用", en: "in use")
      case "former": Bilingual(zh: "曾用", en: "former")
      case "retired": Bilingual(zh: "已撤销", en: "revoked (retired)")
      case "compromised": Bilingual(zh: "已撤销，可能被盗用", en: "revoked (compromised)")
      default: Bilingual(zh: "没有授权书", en: "without a charter")
      }
    let checked: Bilingual =
      switch view.isSigned {
      case true?: Bilingual(zh: "签名核对无误", en: "the signature holds")
      case false?: Bilingual(zh: "签名不符！", en: "the signature does NOT hold")
      case nil: Bilingual(zh: "无法核对签名", en: "the signature cannot be checked")
      }
    line(
      "  签名密钥 \(view.key)（\(view.suite)，\(state.zh)），\(checked.zh)",
      "  signed with key \(view.key) (\(view.suite), \(state.en)); \(checked.en)")
  }

  private func time(of view: EntryExplanation) {
    let provable: Bilingual =
      switch (view.provableFrom, view.provableUntil) {
      case (let from?, let until?):
        Bilingual(
          zh: "可证明在 \(time(from)) 至 \(time(until)) 之间", en: "provable between \(time(from)) and \(time(until))")
      case (nil, let until?): Bilingual(zh: "可证明不晚于 \(time(until))", en: "provably not after \(time(until))")
      case (let from?, nil):
        Bilingual(
          zh: "可证明不早于 \(time(from))，尚无回执", en: "provably not before \(time(from)); no receipt yet")
      case (nil, nil): Bilingual(zh: "尚无回执可证明", en: "no receipt proves it yet")
      }
    line(
      "  作者自记 \(time(view.claimed))，\(provable.zh)；本机收于 \(time(view.stored))",
      "  claimed \(time(view.claimed)), \(provable.en); stored here \(time(view.stored))")
    switch view.doubt {
    case .ahead: line("  ！自记时间晚于回执：作者时钟过快", "  ! the claimed time is after a receipt: the author's clock was ahead")
    case .backdated: line("  ！自记时间早于作者当时已有的回执：倒填", "  ! the claimed time is before a receipt the author held: backdated")
    case nil: break
    }
  }

  private func holders(_ view: EntryExplanation) {
    let named = view.holders.prefix(Self.holdersMax).joined(separator: word("、", ", "))
    let more = view.holders.count - Self.holdersMax
    line(
      "可持有者：\(view.audience.zh)。\(named)\(more > 0 ? " 等 \(view.holders.count) 个" : "")",
      "May be held by \(view.audience.en): \(named)\(more > 0 ? " and \(more) more" : "")")
    let receipts = view.receipts.map { "\($0.office) \(time($0.clock))" }.joined(separator: word("，", ", "))
    line("已回执：\(receipts.isEmpty ? "尚无" : receipts)", "Receipted by: \(receipts.isEmpty ? "nobody yet" : receipts)")
  }

  // MARK: Offices

  func explained(_ view: OfficeExplanation) {
    let relation: Bilingual =
      switch view.relation {
      case "self": Bilingual(zh: "本机构", en: "this office")
      case "superior": Bilingual(zh: "上级", en: "superior")
      case "subordinate": Bilingual(zh: "下级", en: "subordinate")
      default: Bilingual(zh: "因移交案卷而知的机构", en: "known by a transferred file")
      }
    line("\(view.name)（\(view.office)），\(relation.zh)", "\(view.name) (\(view.office)), \(relation.en)")
    for reason in view.reasons { Swift.print("  " + text(reason)) }
    charters(view.charters)
    if !view.keys.isEmpty { line("密钥：", "Keys:") }
    for key in view.keys { Swift.print("  · \(key.key)（\(key.suite)）\(keyState(key))\(key.text.map { "：\($0)" } ?? "")") }
    for revocation in view.revocations {
      let cuts = revocation.cuts.map { "\($0.stream) \($0.seq)" }.joined(separator: word("、", ", "))
      line(
        "  ✗ \(revocation.office) 撤销 \(revocation.key)：\(revocation.text)（截止 \(cuts.isEmpty ? "无" : cuts)；见 \(revocation.place)）",
        "  ✗ \(revocation.office) revoked \(revocation.key): \(revocation.text) (stands up to \(cuts.isEmpty ? "nothing" : cuts); see \(revocation.place))")
    }
    line("持有的日志：", "Held of its log:")
    table(
      [
        ("流", "stream"), ("密钥", "key"), ("条数", "entries"), ("大小", "size"), ("最后收到", "last stored"), ("已回执", "receipted"),
        ("回执机构", "by"), ("未采用", "held"), ("另存", "aside"),
      ],
      view.streams.map { stream in
        [
          stream.stream, stream.key, "\(stream.entries)", size(stream.bytes), time(stream.stored),
          stream.receipted.map { "\($0)" } ?? "—", stream.receiptedBy ?? "—", "\(stream.held)", "\(stream.aside)",
        ]
      })
    if let peer = view.peer {
      line("联系：", "Contact:")
      peers([peer])
    }
  }

  private func charters(_ links: [OfficeExplanation.Link]) {
    guard !links.isEmpty else { return }
    line("授权书（自该机构至根机构）：", "Charters, up to the root:")
    for link in links {
      let issuer = link.issuer.map { Bilingual(zh: "由 \($0) 签发", en: "signed by \($0)") }
        ?? Bilingual(zh: "根机构，以六组指纹核对", en: "the root, compared by the six groups")
      let pinned = link.isPinned && link.issuer != nil ? Bilingual(zh: "，条目尚未收到", en: "; its entry is not here yet") : nil
      let revoked = link.isRevoked ? Bilingual(zh: "，密钥已撤销", en: "; its key is revoked") : nil
      let until = link.until.map { Bilingual(zh: "至 \(time($0))", en: " until \(time($0))") }
      let powers = powerWords(link.powers)
      line(
        "  · \(link.name)（\(link.office)） 密钥 \(link.key)（\(link.suite)），\(issuer.zh)，自 \(time(link.from))起\(until?.zh ?? "")\(powers.zh)\(pinned?.zh ?? "")\(revoked?.zh ?? "")",
        "  · \(link.name) (\(link.office)), key \(link.key) (\(link.suite)), \(issuer.en), from \(time(link.from))\(until?.en ?? "")\(powers.en)\(pinned?.en ?? "")\(revoked?.en ?? "")")
    }
  }
}
