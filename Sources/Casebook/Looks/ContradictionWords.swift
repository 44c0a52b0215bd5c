public import Casework
public import Replication

/// What a person is told of receipts that name another entry than the one held, and what to do.
public struct ContradictionWords {
  /// More of them than fit on a page are counted.
  private static let toldMax = 3

  private let context: ReplicaContext

  public init(context: ReplicaContext) { self.context = context }

  /// One text with its remedy for each stream, the first few; then how many more there are.
  public func warnings(in storage: any ReplicaStorage) throws -> [Bilingual] {
    let found = try ContradictionLedger.firsts(in: storage)
    var texts = found.prefix(Self.toldMax).map { contradiction in
      let (text, remedy) = (text(contradiction), remedy(contradiction))
      return Bilingual(zh: text.zh + remedy.zh, en: "\(text.en) \(remedy.en)")
    }
    if found.count > Self.toldMax {
      let more = found.count - Self.toldMax
      texts.append(
        Bilingual(
          zh: "另有 \(more) 个日志流与上级回执相矛盾，见 docket verify。",
          en: "\(more) more streams contradict receipts of superiors; see docket verify."))
    }
    return texts
  }

  public func text(_ contradiction: Contradiction) -> Bilingual {
    let place = place(contradiction.head)
    let witness = office(contradiction.witness)
    return Bilingual(
      zh: "\(place.zh)：\(witness) 的回执所证的，与本机所存的不是同一条。作者可能对不同机构出示了两面，或者回执有误。",
      en: "\(place.en): the receipt of \(witness) proves another entry than the one held here. Its author may have shown two faces, or the receipt is false.")
  }

  public func remedy(_ contradiction: Contradiction) -> Bilingual {
    let stream = contradiction.head.stream
    let (author, witness) = (office(stream.author), office(contradiction.witness))
    if context.isOwn(stream.author) {
      return Bilingual(
        zh: "可能另有一台机器在用本机构的密钥，或本机由备份恢复：请先与上级同步，再继续登记。",
        en: "Another machine may write with this office's keys, or this one was restored: synchronise with the superior before recording more.")
    }
    guard context.isAbove(context.tree.office(of: contradiction.witness), context.office) else {
      let others = [author, witness].filter { $0 != context.office.text }
      return Bilingual(
        zh: "请与 \(others.joined(separator: "、")) 交换；交来另一条，即成分叉证据。",
        en: "Exchange with \(others.joined(separator: " and ")): whoever hands in the other entry completes the proof.")
    }
    return Bilingual(
      zh: "本机所存的一条已写入上报的日志。查清之前，\(author) 发来的内容请另向 \(witness) 核实；中间机构可能扣压上报，可用 docket bundle create --for \(witness) 直接送达。",
      en: "The entry held here stands in the log that goes up. Until it is settled, check with \(witness) what came from \(author); offices between may hold the log back, so hand it over with docket bundle create --for \(witness).")
  }

  /// For an entry's explanation.
  func fact(_ contradiction: Contradiction) -> Bilingual {
    let seq = contradiction.head.seq
    return Bilingual(zh: "回执所证的第 \(seq) 条与本机所存的不同", en: "its receipt proves another #\(seq) than the one held here")
  }

  private func place(_ head: StreamHead) -> Bilingual {
    let name = "\(office(head.stream.author)) \(StreamName.of(head.stream))"
    return Bilingual(zh: "\(name) 第 \(head.seq) 条", en: "\(name) #\(head.seq)")
  }

  private func office(_ key: KeyFingerprint) -> String { context.tree.office(of: key)?.text ?? KeyView.name(key) }
}
