import Casework
import Replication

/// Who an office is, how much of its work is here, and whether it can be reached.
extension Clerk {
  func explanation(of office: OfficeCode, in storage: any ReplicaStorage) throws -> OfficeExplanation {
    let tree = context.tree
    let seat = tree.seat(office)
    let isNeighbour = Outbox(context: context, storage: storage).neighbours.contains(office)
    let relation =
      office == context.office
      ? "self"
      : seat == nil ? "guest" : tree.isSuperior(office, of: context.office) ? "superior" : "subordinate"
    let ended = endedTerm(between: office)
    return OfficeExplanation(
      office: office.text, name: seat?.charter.name ?? tree.guest(office)?.name ?? "", relation: relation,
      charters: try chain(of: office, in: storage), keys: try keyViews(in: storage).filter { $0.office == office.text },
      streams: try streams(of: office, in: storage), revocations: try revocations(of: office, in: storage), peer: nil,
      maySync: isNeighbour && ended == nil, reasons: reasons(office, seat, isNeighbour: isNeighbour, ended: ended))
  }

  /// The end of the term that keeps an office away from this one, where it has come: of the lower one's charter.
  private func endedTerm(between office: OfficeCode) -> UInt64? {
    let lower = context.tree.isSuperior(context.office, of: office) ? office : context.office
    guard let charter = context.tree.seat(lower)?.charter, charter.hasEnded(at: now) else { return nil }
    return charter.until
  }

  private func chain(of office: OfficeCode, in storage: any ReplicaStorage) throws -> [OfficeExplanation.Link] {
    let stored = try storage.charters()
    var links: [OfficeExplanation.Link] = []
    var next: OfficeCode? = office
    while let code = next, let seat = context.tree.seat(code) {
      let charter = seat.charter
      links.append(
        .init(
          office: code.text, name: charter.name, key: KeyView.name(seat.key), suite: "\(charter.signingKey.suite)",
          issuer: charter.parent?.text, from: charter.from, until: charter.until, powers: charter.powers,
          isPinned: stored.first { $0.charter == charter }?.stamp == nil, isRevoked: context.tree.isRevoked(seat.key)))
      next = charter.parent
    }
    return links
  }

  private func streams(of office: OfficeCode, in storage: any ReplicaStorage) throws -> [OfficeExplanation.Stream] {
    let superiors = context.tree.all.filter { context.tree.isSuperior($0.charter.office, of: office) }
    let held = Dictionary(grouping: try storage.heldChanges(), by: \.stream)
    return try storage.heads().filter { context.tree.office(of: $0.stream.author) == office }.map { head in
      let tail = try storage.tail(of: head.stream, after: 0)
      var receipt: (office: String, mark: ReceiptMark)?
      for superior in superiors {
        for key in context.tree.keys(of: superior.charter.office) {
          guard let mark = try storage.lastReceipt(of: head.stream, by: key), mark.seq > receipt?.mark.seq ?? 0 else {
            continue
          }
          receipt = (superior.charter.office.text, mark)
        }
      }
      return .init(
        stream: StreamName.of(head.stream), key: KeyView.name(head.stream.author), entries: Int(head.seq),
        bytes: tail?.bytes ?? 0, hash: Hexadecimal.string(head.hash.bytes.prefix(KeyView.nameBytes)),
        stored: tail.flatMap { $0.newest == 0 ? nil : $0.newest }, receipted: receipt?.mark.seq,
        receiptedBy: receipt?.office, receiptedAt: receipt?.mark.clock,
        aside: try storage.entriesAside(of: head.stream).count, held: Set((held[head.stream] ?? []).map(\.seq)).count)
    }
  }

  private func revocations(
    of office: OfficeCode, in storage: any ReplicaStorage
  ) throws -> [OfficeExplanation.Revocation] {
    try storage.facts().compactMap { stored in
      guard case .revocation(let revocation) = stored.change, revocation.office == office,
        let issuer = context.tree.office(of: stored.stream.author), context.tree.isSuperior(issuer, of: office)
      else { return nil }
      return .init(
        key: KeyView.name(revocation.key), reason: revocation.reason == .retired ? "retired" : "compromised",
        office: issuer.text, text: revocation.text,
        cuts: revocation.cuts.map { .init(stream: StreamName.of($0.stream), seq: $0.seq) },
        place: "\(issuer) \(StreamName.of(stored.stream)) \(stored.seq)")
    }
  }

  /// Whether sessions are possible, and why.
  private func reasons(_ office: OfficeCode, _ seat: OfficeTree.Seat?, isNeighbour: Bool, ended: UInt64?) -> [Bilingual] {
    guard let seat else {
      return [
        Bilingual(
          zh: "本机构没有该机构的授权书，只从移交的案卷得知其名称和密钥；与它不直接交换。",
          en: "No charter of it is held here: its name and keys are known from a transferred file. Nothing is exchanged with it.")
      ]
    }
    let isRevoked = context.tree.isRevoked(seat.key)
    if office == context.office {
      return isRevoked
        ? [
          Bilingual(
            zh: "这是本机构；密钥已被上级撤销：尚未送出的记录仍可送交，等待追认；请上级重新邀请。",
            en: "This is the office itself. Its key is revoked: what was not handed in yet still can be, and waits to be ratified; have the superior invite it anew.")
        ] : [Bilingual(zh: "这是本机构。", en: "This is the office itself.")] + (ended.map { [Self.ended($0)] } ?? [])
    }
    guard isNeighbour else {
      return [
        Bilingual(
          zh: "不是本机构的上级或直接下级，不直接同步；记录由两者之间的机构转递。",
          en: "Neither the superior nor directly below: entries reach it through the offices between.")
      ]
    }
    if isRevoked {
      return [
        Bilingual(
          zh: "现用密钥已撤销：它仍可送交尚未送出的记录（暂存待追认），但得不到发给各下级的内容；请用 docket invite 重新邀请。",
          en: "Its key is revoked: it may still hand in what it had not sent (to be ratified), and gets nothing of what goes to all below. Invite it anew with docket invite.")
      ]
    }
    if let ended { return [Self.ended(ended)] }
    return [
      Bilingual(
        zh: "授权书成立，密钥没有撤销：可以同步。", en: "Its charter stands and its key is not revoked: sessions are possible.")
    ]
  }

  /// The same at both ends.
  private static func ended(_ until: UInt64) -> Bilingual {
    Bilingual(
      zh: "下级的授权书已于 \(ClockText.of(until)) 期满：上级不再接受其连接；已签发的记录照常有效，交换包照收。上级执行 docket office renew 续签后即可同步。",
      en: "The lower office's charter ended on \(ClockText.of(until)): the superior admits no session of it. What it signed stays valid and its bundles are taken; once the superior has run docket office renew, sessions are possible again.")
  }
}
