import Casework
import Replication

/// Revealing the rounds of a draw, and asking for further ones.
extension Clerk {
  private typealias Field = DrawRecords.Field
  private typealias RoundField = DrawRecords.RoundField

  // MARK: - Revealing

  /// Reveals the round that was asked for last, by the witness's first receipt over what asked for it.
  func revealDraw(_ reference: String, in storage: any ReplicaStorage) throws -> DrawView {
    let draw = try ownDraw(reference, in: storage)
    guard draw.revealed.isEmpty || draw.pending != nil else {
      throw DeskFailure(
        kind: .refused, code: "draw-revealed",
        message: Bilingual(
          zh: "抽取 \(draw.number) 已揭示，没有待揭示的轮次。", en: "Draw \(draw.number) is revealed; no round waits."),
        remedy: Bilingual(
          zh: "需要更换的，用 docket draw redraw 写明原因。", en: "Where something must be replaced, use docket draw redraw."))
    }
    let number = draw.revealed.count + 1
    guard let seed = try context.witness(ofRound: number, of: draw, in: storage)?.seed else {
      throw DeskFailure(
        kind: .refused, code: "no-receipt",
        message: Bilingual(
          zh: "上级 \(draw.witness) 对第 \(number) 轮的回执尚未到达，种子未定，不能揭示。",
          en: "The receipt of \(draw.witness) for round \(number) has not arrived: there is no seed yet."),
        remedy: Bilingual(zh: "请先与上级同步（docket sync）再揭示。", en: "Synchronise with the superior first (docket sync)."))
    }
    let nonce = try draw.revealed.first?.nonce ?? drawSecret(of: draw, in: storage)
    guard let nonce else {
      throw DeskFailure(
        kind: .integrity, code: "draw-secret",
        message: Bilingual(
          zh: "抽取 \(draw.number) 的随机数不在本机，无法揭示。", en: "The nonce of draw \(draw.number) is not on this machine."),
        remedy: Bilingual(
          zh: "请从备份恢复；确已丢失的，重新承诺并说明情况。",
          en: "Restore it from a backup; if it is lost, commit again and explain."))
    }
    let result = try derive(draw, nonce: nonce, seed: seed, round: number)
    try publish(result, round: number, of: draw, nonce: nonce, seed: seed, in: storage)
    return try drawView(draw.id.description, in: storage)
  }

  /// The list with one more round than is revealed.
  private func derive(_ draw: OpenedDraw, nonce: [UInt8], seed: [UInt8], round: Int) throws -> DrawResult {
    guard let roster = draw.roster, let parameters = draw.parameters, let hash = context.hash(of: draw) else {
      throw notAsCommitted(draw)
    }
    return try drawing {
      let made = try Draw(roster: roster, parameters: parameters, hash: hash)
      // Nothing is published that would not stand.
      guard try made.commitment(nonce: nonce).digest == draw.digest(Field.commitment) else {
        throw notAsCommitted(draw)
      }
      var reveal = draw.reveal() ?? DrawReveal(nonce: nonce, seed: seed)
      if let pending = draw.pending, pending.number == round { reveal.redraws.append(pending.redraw(seed: seed)) }
      return try made.result(reveal)
    }
  }

  private func publish(
    _ result: DrawResult, round: Int, of draw: OpenedDraw, nonce: [UInt8], seed: [UInt8], in storage: any ReplicaStorage
  ) throws {
    guard let drawn = result.rounds.last?.drawn else { return }
    let id = draw.pending?.row.id ?? newID()
    try recordDrawSections(
      DrawRecords.sections(DrawRecords.text(of: drawn), .result, of: id, newID: newID), in: storage)
    var values: [(UInt64, FieldValue)] = [(RoundField.seed, .text(Hexadecimal.string(seed)))]
    if round == 1 {
      values += [
        (RoundField.draw, .text(draw.id.description)), (RoundField.round, .integer(1)),
        (RoundField.nonce, .text(Hexadecimal.string(nonce))),
      ]
    }
    try record([try write(.drawResult, id, values, in: storage)], for: .up, in: storage)
  }

  private func notAsCommitted(_ draw: OpenedDraw) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "draw-altered",
      message: Bilingual(
        zh: "抽取 \(draw.number) 的名录、规则或随机数与承诺的不一致，未揭示。",
        en: "Roster, parameters or nonce of draw \(draw.number) are not those committed to; nothing was revealed."),
      remedy: Bilingual(zh: "请用 docket verify 检查日志。", en: "Check the log with docket verify."))
  }

  private func ownDraw(_ reference: String, in storage: any ReplicaStorage) throws -> OpenedDraw {
    let draw = try openedDraw(reference, in: storage)
    guard draw.office == context.office.text else {
      throw DeskFailure(
        kind: .notPermitted, code: "not-own-draw",
        message: Bilingual(
          zh: "抽取 \(draw.number) 由 \(draw.office) 承诺，只能由其办理。", en: "Draw \(draw.number) is \(draw.office)'s."),
        remedy: Bilingual(zh: "本机构可用 docket draw verify 核验。", en: "This office can check it with docket draw verify."))
    }
    return draw
  }

  // MARK: - Drawing again

  /// Asks for a further round; its seed is the first receipt over this request.
  func redraw(_ draft: DrawRedrawDraft, in storage: any ReplicaStorage) throws -> DrawView {
    let draw = try ownDraw(draft.draw, in: storage)
    guard let nonce = draw.revealed.first?.nonce, draw.pending == nil else {
      throw DeskFailure(
        kind: .refused, code: "draw-open",
        message: Bilingual(
          zh: "抽取 \(draw.number) 还有未揭示的轮次，不能再次抽取。", en: "A round of draw \(draw.number) is not revealed yet."),
        remedy: Bilingual(
          zh: "请先与上级同步并揭示：docket draw reveal \(draw.number)。",
          en: "Synchronise with the superior and reveal it: docket draw reveal \(draw.number)."))
    }
    let people = try conductors(draft.officers, in: storage)
    let replaces = try draft.replaces.map { try replacement($0, of: draw, in: storage) }
    let number = draw.revealed.count + 1
    let request: [(UInt64, FieldValue)] = [
      (RoundField.draw, .text(draw.id.description)), (RoundField.round, .integer(Int64(number))),
      (RoundField.reason, .text(draft.reason.rawValue)), (RoundField.note, .text(draft.note)),
      (RoundField.replaces, .text(DrawRecords.text(of: replaces))), (RoundField.officers, .text(people)),
    ]
    guard DrawRecords.text(of: replaces).utf8.count <= PackSections.bytesMax else {
      throw DeskFailure(
        kind: .badInput, code: "too-many-replacements",
        message: Bilingual(zh: "一轮替换的对象和人员过多。", en: "One round replaces too many units and officers."),
        remedy: Bilingual(zh: "请分几轮办理。", en: "Split it into several rounds."))
    }
    // Whether the round can be filled does not depend on its seed: tried with one that means nothing, so that no
    // request is written that can never be revealed.
    try tryRound(
      DrawRedraw(
        round: number, reason: draft.reason, note: draft.note, replaces: replaces,
        seed: [UInt8](repeating: 0, count: DrawLimits.hashBytes)), of: draw, nonce: nonce)
    // In an entry of its own, as the commitment.
    try record([try write(.drawResult, newID(), request, in: storage)], for: .up, in: storage)
    return try drawView(draw.id.description, in: storage)
  }

  private func tryRound(_ redraw: DrawRedraw, of draw: OpenedDraw, nonce: [UInt8]) throws {
    guard let roster = draw.roster, let parameters = draw.parameters, let hash = context.hash(of: draw),
      var reveal = draw.reveal()
    else { throw notAsCommitted(draw) }
    reveal.redraws.append(redraw)
    _ = try drawing { try Draw(roster: roster, parameters: parameters, hash: hash).result(reveal) }
  }

  /// A replacement by ids.
  private func replacement(
    _ typed: DrawReplacement, of draw: OpenedDraw, in storage: any ReplicaStorage
  ) throws -> DrawReplacement {
    let standing = draw.standing
    let subject = try drawnSubject(typed.subject, among: standing.map(\.subject), in: storage)
    guard let text = typed.officer else { return DrawReplacement(subject: subject) }
    let drawn = standing.first { $0.subject == subject }?.officers ?? []
    let officer = try drawn.first { id in
      guard id != text, let row = try RecordID(hex: id).flatMap({ try storage.row(RecordType.officer.number, $0) })
      else { return id == text }
      return row.text(8) == text || row.text(1) == text
    }
    guard let officer else {
      throw DeskFailure(
        kind: .badInput, code: "not-drawn",
        message: Bilingual(zh: "“\(text)”未被抽为该对象的检查人员。", en: "“\(text)” was not drawn for that unit."),
        remedy: Bilingual(zh: "用 docket draw show 查看。", en: "See docket draw show."))
    }
    return DrawReplacement(subject: subject, officer: officer)
  }
}
