import Casework
import Replication

/// What an entry is, what it counts for, and the facts that make it so.
extension Clerk {
  /// - Parameter words: an office's code, or what `EntrySearch` takes.
  func explain(_ words: [String], in storage: any ReplicaStorage) throws -> DeskReply {
    if words.count == 1, let office = OfficeCode(words[0]),
      context.tree.seat(office) != nil || context.tree.guest(office) != nil
    {
      return .office(try explanation(of: office, in: storage))
    }
    return .entry(try explanation(of: try EntrySearch(context: context, storage: storage).find(words), in: storage))
  }

  private func explanation(of found: FoundEntry, in storage: any ReplicaStorage) throws -> EntryExplanation {
    let header = found.entry.header
    let (stream, seq) = (header.stream, header.seq)
    let author = context.tree.office(of: stream.author)
    let key = context.tree.publicKey(stream.author)
    let judgement = try judgement(of: found, in: storage)
    let held = try found.isAside ? [] : storage.heldChanges().filter { $0.stream == stream && $0.seq == seq }
    let (obstacle, remedy) = try standstill(found, held, judgement, in: storage)
    let interval = try found.isAside ? nil : Witness.interval(of: stream, seq: seq, in: storage)
    let claimed = header.stamp.milliseconds
    return EntryExplanation(
      office: author?.text ?? "?", name: author.flatMap { context.tree.seat($0)?.charter.name },
      stream: StreamName.of(stream), seq: seq, hash: Hexadecimal.string(found.hash.bytes),
      key: KeyView.name(stream.author),
      suite: "\(header.suite)", keyState: keyState(stream.author),
      isSigned: key.flatMap { key in
        context.suites[header.suite].map {
          found.entry.isSigned(by: key, using: $0) && found.entry.isPayloadIntact(using: $0)
        }
      }, claimed: claimed, stored: found.isAside ? nil : try arrival(of: stream, seq, in: storage),
      provableFrom: interval?.from, provableUntil: interval?.until,
      doubt: TimeDoubt(claimed: claimed, from: interval?.from, until: interval?.until),
      bytes: found.entry.headerBytes.count + found.entry.signature.count + found.entry.payload.count,
      part: header.part?.index, parts: header.part?.count, changes: try changes(found.entry, held, in: storage),
      class: author == nil ? "unknown" : judgement.entryClass.rawValue,
      rule: author == nil ? nil : judgement.rule.rawValue,
      message: author == nil ? WaitReason.noCharter.message(peer: "?", since: nil, error: nil) : Self.message(judgement),
      facts: try EntryFacts(context: context, storage: storage).deciding(over: found), isAside: found.isAside,
      isProjected: obstacle == nil, obstacle: obstacle, remedy: remedy, audience: Self.words(stream.audience),
      holders: context.tree.all.map(\.charter.office).filter { context.tree.mayRead($0, stream) }.map(\.text),
      receipts: try EntryFacts(context: context, storage: storage).receipts(over: found))
  }

  private func arrival(of stream: StreamID, _ seq: UInt64, in storage: any ReplicaStorage) throws -> UInt64? {
    try storage.tail(of: stream, after: seq - 1).map(\.since).flatMap { $0 == 0 ? nil : $0 }
  }

  private func keyState(_ key: KeyFingerprint) -> String {
    if let revocation = context.standing.revocations(of: key).last {
      return revocation.reason == .retired ? "retired" : "compromised"
    }
    guard let seat = context.tree.seat(of: key) else { return "unknown" }
    return seat.key == key ? "present" : "former"
  }

  /// Of an entry that lies aside it is judged by the chain through it.
  private func judgement(of found: FoundEntry, in storage: any ReplicaStorage) throws -> Judgement {
    let stream = found.entry.header.stream
    guard found.isAside else {
      guard context.standing.concerns(stream) else { return Judgement(.valid, .undisputed) }
      return try context.judge(stream, in: storage).judgement(at: found.entry.header.seq)
    }
    let chain = try EntryFacts(context: context, storage: storage).chain(through: found)
    let trunkEnd = chain.keys.min() ?? 0
    return try context.judge(stream, in: storage) { seq in
      try seq < trunkEnd ? context.hash(of: stream, at: seq, in: storage) : chain[seq]
    }.judgement(at: found.entry.header.seq)
  }

  private func changes(
    _ entry: Entry, _ held: [HeldChange], in storage: any ReplicaStorage
  ) throws -> [EntryExplanation.Change] {
    let words = ChangeWords(context: context, storage: storage)
    return try ((try? entry.changes()) ?? []).enumerated().map { index, change in
      let reason = held.first { $0.index == index }.map(Self.message)
      return EntryExplanation.Change(
        kind: ChangeWords.kind(change), text: try words.text(change),
        obstacle: try reason ?? refusal(of: change, in: storage))
    }
  }

  /// Why the law gives an act no effect, or what it waits for.
  private func refusal(of change: Change, in storage: any ReplicaStorage) throws -> Bilingual? {
    guard case .act(let act) = change, let folded = try context.file(act.file, in: storage)?.folded else { return nil }
    let id = act.id.description
    for step in folded.steps where step.act.id == id {
      if case .void(let refusal) = step.outcome { return refusal.message }
      return nil
    }
    guard let waiting = folded.waiting.first(where: { $0.act.id == id }) else { return nil }
    let missing = waiting.missing.map { String($0.prefix(8)) }.joined(separator: "、")
    return Bilingual(zh: "待前序步骤到达：\(missing)", en: "waits for earlier acts: \(missing)")
  }

  /// Why not all of it is projected, and what would mend it.
  private func standstill(
    _ found: FoundEntry, _ held: [HeldChange], _ judgement: Judgement, in storage: any ReplicaStorage
  ) throws -> (obstacle: Bilingual?, remedy: Bilingual?) {
    let header = found.entry.header
    guard let office = context.tree.office(of: header.stream.author) else {
      return (WaitReason.noCharter.message(peer: "?", since: nil, error: nil), WaitReason.noCharter.remedy(peer: "?"))
    }
    let ratify = Bilingual(
      zh: "上级可以追认：docket quarantine ratify \(office) \(StreamName.of(header.stream)) \(header.seq)",
      en: "A superior may ratify it: docket quarantine ratify \(office) \(StreamName.of(header.stream)) \(header.seq)")
    if found.isAside {
      return (
        Bilingual(
          zh: "日志分叉：同一位置的另一份记录有效，本份另行保存，不采用。",
          en: "The stream forked: another entry stands at this position; this one lies aside and is not used."),
        judgement.rule == .forked ? ratify : nil
      )
    }
    if let whole = held.first(where: { $0.index == -1 }) {
      return (Self.message(whole), Self.remedy(whole.reason) ?? ratify)
    }
    if let part = held.first { return (Self.message(part), Self.remedy(part.reason)) }
    if let part = header.part, part.index < part.count {
      let last = header.seq + UInt64(part.count - part.index)
      if try storage.head(of: header.stream)?.seq ?? 0 < last {
        return (
          Bilingual(
            zh: "同一笔登记共 \(part.count) 条，待第 \(last) 条到达后一并采用。",
            en: "One of \(part.count) entries of a transaction; they are used together when #\(last) is here."),
          Bilingual(zh: "与上级同步。", en: "Exchange with the superior.")
        )
      }
    }
    return (nil, nil)
  }

  /// `nil`: a superior ratifies.
  private static func remedy(_ reason: HeldChange.Reason) -> Bilingual? {
    switch reason {
    case .unknownKind: WaitReason.laterVersion.remedy(peer: "")
    case .unreadable: Bilingual(zh: "请作者机构核对软件版本后重新登记。", en: "The author looks at its program and records it again.")
    case .charterRefused: Bilingual(zh: "由该机构的上级重新签发授权书（docket invite）。", en: "The office's own superior charters it (docket invite).")
    case .charterWaiting:
      Bilingual(
        zh: "由原密钥确认（docket key rotate），或由上级撤销原密钥（docket key revoke）。",
        en: "The present key introduces it (docket key rotate), or a superior revokes that key (docket key revoke).")
    case .receiptRefused, .factRefused:
      Bilingual(zh: "无须处理；须由作者的上级签发才有效。", en: "Nothing to do; an office above the author would have to sign it.")
    case .dossierRefused:
      Bilingual(zh: "请移交机构用 docket verify 检查后重新移交。", en: "The office that handed it over runs docket verify and transfers it again.")
    case .disputed, .quarantined: nil
    }
  }

  private static func message(_ judgement: Judgement) -> Bilingual {
    switch judgement.rule {
    case .undisputed: Bilingual(zh: "有效：密钥有授权书，没有撤销，没有分叉。", en: "Valid: the key is chartered, not revoked, and the stream never forked.")
    case .receiptedInTime:
      Bilingual(
        zh: "有效：在撤销截止点之后，但撤销之前已取得上级回执。", en: "Valid: beyond the cut, but receipted before the key was revoked.")
    case .ratified: Bilingual(zh: "有效：上级已追认。", en: "Valid: a superior ratified it.")
    case .witnessedBranch:
      Bilingual(zh: "有效：日志有分叉，上级先收到的是这一份。", en: "Valid: the stream forked, and this is the branch a superior witnessed first.")
    case .forked, .otherThanCut, .afterCompromise, .afterRevocation: message(judgement.rule)
    }
  }

  static func words(_ audience: Audience) -> Bilingual {
    switch audience {
    case .own: Bilingual(zh: "仅作者机构（密封），不外传", en: "its author alone (sealed); it never leaves")
    case .up: Bilingual(zh: "作者机构及其各级上级", en: "its author and the offices above it")
    case .down: Bilingual(zh: "作者机构及其全部上级、下级", en: "its author and every office above and below it")
    case .office(let target):
      Bilingual(
        zh: "作者机构及其上级、\(target) 及两者之间的机构", en: "its author and those above it, \(target), and the offices between them")
    case .subtree(let target):
      Bilingual(
        zh: "作者机构及其上级、\(target) 及其下级，以及两者之间的机构",
        en: "its author and those above it, \(target) and those below it, and the offices between them")
    }
  }
}
