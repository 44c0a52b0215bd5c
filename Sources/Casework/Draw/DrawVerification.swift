/// What is wrong with a published draw; nothing found means that the list follows from what was committed and
/// from the superior's receipts.
public enum DrawVerification: Sendable, Hashable {
  /// The roster is not the one committed to.
  case roster
  /// The parameters are not those committed to.
  case parameters
  /// The nonce is not the one committed to.
  case nonce
  /// The commitment's digest does not fit its parts.
  case commitment
  /// The result names another commitment.
  case otherCommitment
  /// The seed of a round is not the hash of the superior's receipt, or there is no receipt for it.
  case seed(round: Int)
  /// The draw cannot be derived at all.
  case impossible(DrawProblem)
  /// Rounds are missing or too many: in the result, or in the reveal for the receipts there are.
  case rounds(Int, expected: Int)
  /// Number, reason or replacements of a round are not those revealed.
  case redraw(round: Int)
  /// Other units, or in another order.
  case subjects(round: Int)
  /// Other officers for a unit, or in another order.
  case officers(round: Int, subject: String)

  /// Derives the draw again.
  ///
  /// Whether the commitment came before the receipts is seen in the log, not here: take both from there.
  ///
  /// - Parameters:
  ///   - receipts: hash of the superior's receipt for each round, the first at 0, from the superior's own log
  ///     and not from the office that drew.
  ///   - hash: of the office's suite; 32 bytes.
  /// - Returns: what is wrong. When something fed in is wrong, the list is not derived: it would differ anyhow.
  public static func findings(
    in publication: DrawPublication, receipts: [[UInt8]], hash: @escaping ([UInt8]) -> [UInt8]
  ) -> [DrawVerification] {
    do throws(DrawProblem) {
      let draw = try Draw(roster: publication.roster, parameters: publication.parameters, hash: hash)
      let wrong = try inputs(publication, draw, receipts)
      if !wrong.isEmpty { return wrong }
      return outputs(publication.result, expected: try draw.result(publication.reveal))
    } catch {
      return [.impossible(error)]
    }
  }

  private static func inputs(
    _ publication: DrawPublication, _ draw: Draw, _ receipts: [[UInt8]]
  ) throws(DrawProblem) -> [DrawVerification] {
    let found = publication.commitment
    let own = try draw.commitment(nonce: publication.reveal.nonce)
    var wrong: [DrawVerification] = []
    if found.roster != own.roster { wrong.append(.roster) }
    if found.parameters != own.parameters { wrong.append(.parameters) }
    if found.nonce != own.nonce { wrong.append(.nonce) }
    if found.digest != found.digest(by: draw.hash) { wrong.append(.commitment) }
    if publication.result.commitment != found.digest { wrong.append(.otherCommitment) }
    for (index, seed) in publication.reveal.seeds.enumerated()
    where index >= receipts.count || receipts[index] != seed {
      wrong.append(.seed(round: index + 1))
    }
    let revealed = publication.reveal.seeds.count
    if revealed < receipts.count { wrong.append(.rounds(revealed, expected: receipts.count)) }
    return wrong
  }

  private static func outputs(_ found: DrawResult, expected: DrawResult) -> [DrawVerification] {
    if found.rounds.count != expected.rounds.count {
      return [.rounds(found.rounds.count, expected: expected.rounds.count)]
    }
    return zip(found.rounds, expected.rounds).flatMap(differences)
  }

  private static func differences(_ found: DrawRound, _ expected: DrawRound) -> [DrawVerification] {
    let round = expected.number
    if found.number != round || found.redraw != expected.redraw { return [.redraw(round: round)] }
    if found.drawn.map(\.subject) != expected.drawn.map(\.subject) { return [.subjects(round: round)] }
    return zip(found.drawn, expected.drawn).filter { $0.officers != $1.officers }.map { _, unit in
      .officers(round: round, subject: unit.subject)
    }
  }

  public var message: Bilingual {
    switch self {
    case .roster: Bilingual(zh: "公布的名录与承诺的不一致。", en: "The roster is not the one committed to.")
    case .parameters:
      Bilingual(zh: "公布的抽取规则与承诺的不一致。", en: "The parameters are not those committed to.")
    case .nonce: Bilingual(zh: "公布的随机数与承诺的不一致。", en: "The nonce is not the one committed to.")
    case .commitment:
      Bilingual(zh: "承诺的摘要与其各部分不一致。", en: "The commitment's digest does not fit its parts.")
    case .otherCommitment:
      Bilingual(zh: "抽取结果对应的是另一份承诺。", en: "The result belongs to another commitment.")
    case .seed(let round):
      Bilingual(
        zh: "第 \(round) 轮的种子不是上级回执的杂凑值，或没有该回执。",
        en: "The seed of round \(round) is not the hash of a receipt of the superior.")
    case .impossible(let problem):
      Bilingual(
        zh: "无法重新推算：\(problem.message.zh)", en: "The draw cannot be derived: \(problem.message.en)")
    case .rounds(let found, let expected):
      Bilingual(
        zh: "应有 \(expected) 轮，公布的有 \(found) 轮。",
        en: "There must be \(expected) rounds; \(found) are published.")
    case .redraw(let round):
      Bilingual(
        zh: "第 \(round) 轮的轮次、原因或替换内容与揭示的不一致。",
        en: "Number, reason or replacements of round \(round) are not those revealed.")
    case .subjects(let round):
      Bilingual(
        zh: "第 \(round) 轮抽取的对象与推算的不一致。", en: "Round \(round) lists other units than those drawn.")
    case .officers(let round, let subject):
      Bilingual(
        zh: "第 \(round) 轮 \(subject) 的检查人员与推算的不一致。",
        en: "Round \(round) lists other officers for \(subject) than those drawn.")
    }
  }
}
