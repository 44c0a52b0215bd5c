import Casework
public import Replication

/// Keys of the offices below: who holds which, taking one out of office, and ratifying what it left in quarantine.
extension KeyView {
  /// A key as people see it in lists.
  public static func name(_ key: KeyFingerprint) -> String { Hexadecimal.string(key.bytes.prefix(nameBytes)) }
}

extension Clerk {
  func keyViews(in storage: any ReplicaStorage) throws -> [KeyView] {
    let pending = try KeyRotation.allPending(in: context, storage)
    return context.tree.all.flatMap { seat in
      let next = pending[seat.charter.office]?.signingKey
      let introduced = next == seat.charter.signingKey ? nil : next
      let introducedView = introduced.flatMap { key in
        context.suites[key.suite].map { suite in
          KeyView(
            office: seat.charter.office.text, key: KeyView.name(key.fingerprint(using: suite)), suite: "\(key.suite)",
            isPresent: false, isNext: true, revoked: nil, text: nil)
        }
      }
      return (introducedView.map { [$0] } ?? []) + context.tree.keys(of: seat.charter.office).reversed().map { key in
        let revocations = context.standing.revocations(of: key)
        return KeyView(
          office: seat.charter.office.text, key: KeyView.name(key),
          suite: context.tree.publicKey(key).map { "\($0.suite)" } ?? "?", isPresent: key == seat.key,
          revoked: revocations.last.map { $0.reason == .retired ? "retired" : "compromised" },
          text: revocations.last?.text)
      }
    }
  }

  /// Takes an office's present key out of office.
  func revokeKey(_ draft: KeyRevocationDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    guard let office = OfficeCode(draft.office), let seat = context.tree.seat(office) else {
      throw StandingFailure.unknownOffice(draft.office)
    }
    guard context.tree.isSuperior(context.office, of: office) else { throw StandingFailure.notSuperior(draft.office) }
    let reason: Revocation.Reason
    switch draft.reason {
    case "retired": reason = .retired
    case "compromised": reason = .compromised
    default: throw StandingFailure.reason(draft.reason)
    }
    guard Array(draft.text.utf8).count <= Revocation.textBytesMax, !draft.text.isEmpty else {
      throw StandingFailure.text
    }
    if context.tree.isRevoked(seat.key) { throw StandingFailure.revokedAlready(draft.office) }
    let cuts = try cuts(of: seat.key, notAfter: draft.notAfter, in: storage)
    let revocation = Revocation(
      office: office, key: seat.key, reason: reason, position: try storage.entryCount(), cuts: cuts, text: draft.text)
    try record([.revocation(revocation)], for: .subtree(office), in: storage)
    return .keys(try keyViews(in: storage))
  }

  /// The last entries that stand: what is held here, or what this office had receipted by a day.
  private func cuts(
    of key: KeyFingerprint, notAfter day: String?, in storage: any ReplicaStorage
  ) throws -> [StreamHead] {
    let heads = try storage.heads().filter { $0.stream.author == key }
    guard let day else { return heads }
    guard let date = CivilDate(day) else { throw StandingFailure.day(day) }
    // The day's end in China, eight hours before the world's.
    let end = UInt64(max(0, date.dayNumber + 1)) * 86_400_000 - 8 * 3_600_000
    return try heads.compactMap { head in
      try storage.receipts(of: head.stream).filter { $0.issuer == context.key && $0.receipt.clock < end }
        .map(\.receipt.head).max { $0.seq < $1.seq }
    }
  }

  /// Lets entries in quarantine count.
  func ratify(_ draft: RatificationDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    guard let office = OfficeCode(draft.office), context.tree.seat(office) != nil else {
      throw StandingFailure.unknownOffice(draft.office)
    }
    guard context.tree.isSuperior(context.office, of: office) else { throw StandingFailure.notSuperior(draft.office) }
    let held = try storage.heldChanges().filter { held in
      held.index == -1 && (held.reason == .quarantined || held.reason == .disputed)
        && context.tree.office(of: held.stream.author) == office && StreamName.of(held.stream) == draft.stream
        && (draft.first...max(draft.first, draft.last)).contains(held.seq)
    }
    guard !held.isEmpty else { throw StandingFailure.nothingHeld(draft) }
    // Entry by entry: what a stolen key left may be ratified in no other way, and it is right for the other too.
    let changes: [Change] = try held.compactMap { held in
      try context.hash(of: held.stream, at: held.seq, in: storage).map { hash in
        .ratification(Ratification(stream: held.stream, first: held.seq, last: held.seq, hash: hash))
      }
    }
    try record(changes, for: .subtree(office), in: storage)
    return .held(try heldViews(in: storage))
  }
}

/// What can be wrong with a revocation or ratification.
enum StandingFailure {
  static func unknownOffice(_ code: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "unknown-office",
      message: Bilingual(zh: "没有机构“\(code)”。", en: "There is no office “\(code)”."),
      remedy: Bilingual(zh: "用 docket office list 查看。", en: "See docket office list."))
  }

  static func notSuperior(_ code: String) -> DeskFailure {
    DeskFailure(
      kind: .notPermitted, code: "not-superior",
      message: Bilingual(zh: "“\(code)”不是本机构的下级。", en: "“\(code)” is not below this office."),
      remedy: Bilingual(zh: "由其上级机构办理。", en: "An office above it does this."))
  }

  static func reason(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .usage, code: "reason",
      message: Bilingual(zh: "没有撤销原因“\(text)”。", en: "There is no reason “\(text)”."),
      remedy: Bilingual(
        zh: "retired（正常停用）或 compromised（可能被盗用）。", en: "retired (put away in order) or compromised (may be stolen)."))
  }

  static let text = DeskFailure(
    kind: .badInput, code: "text",
    message: Bilingual(zh: "须写明撤销的事由。", en: "Say why the key is revoked."),
    remedy: Bilingual(zh: "用 --text 填写，不超过 600 字。", en: "Give --text, 2,000 bytes at the most."))

  static func day(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "date",
      message: Bilingual(zh: "“\(text)”不是日期。", en: "“\(text)” is no date."),
      remedy: Bilingual(zh: "写成 2026-01-31。", en: "Write it as 2026-01-31."))
  }

  static func revokedAlready(_ code: String) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "revoked",
      message: Bilingual(zh: "“\(code)”的密钥已经撤销。", en: "The key of “\(code)” is revoked already."),
      remedy: Bilingual(
        zh: "用 docket invite 为该机构签发新密钥的邀请码。", en: "Invite the office anew with docket invite; it gets a new key."))
  }

  static func nothingHeld(_ draft: RatificationDraft) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "nothing-held",
      message: Bilingual(
        zh: "机构 \(draft.office) 的流 \(draft.stream) 第 \(draft.first) 至 \(draft.last) 条没有待追认的记录。",
        en: "Nothing of \(draft.office) in stream \(draft.stream) from \(draft.first) to \(draft.last) waits to be ratified."),
      remedy: Bilingual(zh: "用 docket quarantine 查看。", en: "See docket quarantine."))
  }
}
