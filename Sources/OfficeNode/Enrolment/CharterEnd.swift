import Casebook
import Casework
import PeerTransport
import Replication

/// The end of a charter's term as a node meets it: no sessions, and words for who has to mend it. What an office signed
/// counts as before, and bundles are taken, so that no work is lost.
enum CharterEnd {
  static let code = "charter-ended"
  /// Offices that one warning names.
  static let namedMax = 10

  static func message(_ until: UInt64) -> Bilingual {
    Bilingual(
      zh: "本机构的授权书已于 \(ClockText.of(until)) 期满，上级不再接受连接。",
      en: "This office's charter ended on \(ClockText.of(until)); the superior admits no session any more.")
  }

  static func remedy(_ office: OfficeCode) -> Bilingual {
    Bilingual(
      zh: "请上级执行 docket office renew \(office) --until 日期，之后即可照常同步；此前登记照常保存，可用交换包送交。",
      en: "Have the superior run docket office renew \(office) --until DAY; sessions are possible at once. Until then work is kept, and may be handed in by bundle.")
  }

  static func failure(_ office: OfficeCode, _ until: UInt64) -> DeskFailure {
    DeskFailure(kind: .notPermitted, code: code, message: message(until), remedy: remedy(office))
  }
}

extension OfficeNode {
  /// Whether an office below is admitted to no session: its charter has ended by this node's clock. A node that was
  /// restored goes by no end, for the renewal may be what it lost.
  func isTermOver(of office: OfficeCode) -> Bool {
    guard !mayNotWrite, context.tree.isSuperior(context.office, of: office), let seat = context.tree.seat(office)
    else { return false }
    return seat.charter.hasEnded(at: effects.now())
  }

  /// Why the superior turned this office away, where its own charter tells. It calls all the same: a renewal comes by no
  /// other line, and the superior knows of it first.
  func explained(_ error: any Error) -> any Error {
    guard let failure = error as? DeskFailure, failure.code == TransportError.Code.refusedByPeer.rawValue,
      let charter = context.tree.seat(context.office)?.charter, let until = charter.until,
      charter.hasEnded(at: effects.now())
    else { return error }
    return CharterEnd.failure(context.office, until)
  }

  /// Warnings of charters that have ended or soon will: this office's own, and those it has to renew.
  func termWarnings() -> [Bilingual] {
    let now = effects.now()
    let own = context.tree.seat(context.office).flatMap { Self.ownWarning($0.charter, at: now) }
    let below = context.tree.all.filter { seat in
      seat.charter.parent == context.office && seat.charter.until != nil && !context.tree.isRevoked(seat.key)
    }.map(\.charter)
    let ended = below.filter { $0.hasEnded(at: now) }
    let ending = below.filter { !$0.hasEnded(at: now) && $0.hasEnded(at: now + CharterTerms.warningMilliseconds) }
    return [own, Self.endedWarning(ended), Self.endingWarning(ending)].compactMap(\.self)
  }

  private static func ownWarning(_ charter: Charter, at now: UInt64) -> Bilingual? {
    guard let until = charter.until, charter.hasEnded(at: now + CharterTerms.warningMilliseconds) else { return nil }
    if charter.hasEnded(at: now) {
      let (message, remedy) = (CharterEnd.message(until), CharterEnd.remedy(charter.office))
      return Bilingual(zh: message.zh + remedy.zh, en: "\(message.en) \(remedy.en)")
    }
    return Bilingual(
      zh: "本机构的授权书将于 \(ClockText.of(until)) 期满，此后上级不再接受连接；请上级及时续签（docket office renew \(charter.office)）。",
      en: "This office's charter ends on \(ClockText.of(until)); after that the superior admits no session. Have it renewed in time (docket office renew \(charter.office)).")
  }

  private static func endedWarning(_ charters: [Charter]) -> Bilingual? {
    named(charters).map { names in
      Bilingual(
        zh: "下级机构的授权书已期满，不再接受其连接（交换包照收）：\(names.zh)。续签：docket office renew 机构 --until 日期。",
        en: "Charters of subordinates have ended, and no session of theirs is admitted (bundles are taken): \(names.en). To renew: docket office renew OFFICE --until DAY.")
    }
  }

  private static func endingWarning(_ charters: [Charter]) -> Bilingual? {
    named(charters).map { names in
      Bilingual(
        zh: "下级机构的授权书即将期满：\(names.zh)。续签：docket office renew 机构 --until 日期。",
        en: "Charters of subordinates end soon: \(names.en). To renew: docket office renew OFFICE --until DAY.")
    }
  }

  /// The offices with the ends of their terms, the earliest first; `nil`: there are none.
  private static func named(_ charters: [Charter]) -> Bilingual? {
    guard !charters.isEmpty else { return nil }
    let sorted = charters.sorted { ($0.until ?? .max, $0.office) < ($1.until ?? .max, $1.office) }
    let names = sorted.prefix(CharterEnd.namedMax).map { "\($0.office) \($0.until.map(ClockText.of) ?? "")" }
    let more = charters.count - names.count
    return Bilingual(
      zh: names.joined(separator: "、") + (more > 0 ? "，另有 \(more) 个" : ""),
      en: names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""))
  }
}
