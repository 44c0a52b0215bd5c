/// Why a draw cannot be made.
public enum DrawProblem: Error, Sendable, Hashable {
  case hashLength(Int)
  case nonceLength(Int)
  case seedLength(Int, round: Int)
  case rosterSize(Int)
  case tooManyOfficers(Int)
  case tooManyRecusals(Int)
  case tooManyMinimums(Int)
  case tooManyRounds(Int)
  case officersPerSubject(Int)
  /// A share that is not 1 to 100, or a number that is not 1 to the longest roster.
  case size(Int)
  /// An id, stratum or certificate number that is empty or too long.
  case text(String)
  case repeatedSubject(String)
  case repeatedOfficer(String)
  case repeatedMinimum(String)
  case noCertificate(String)
  /// A recusal of a unit or officer not in the draw: a slip there would send the wrong officer.
  case unknownRecusal(DrawRecusal)
  case tooFewSubjects(wanted: Int, available: Int)
  case stratumTooSmall(String, wanted: Int, available: Int)
  case minimumsExceed(Int, drawn: Int)
  /// A unit for which not enough officers are left.
  case tooFewOfficers(String, wanted: Int, available: Int)
  case roundNumber(Int, expected: Int)
  /// The note of a re-draw is empty or too long.
  case note(round: Int)
  case nothingReplaced(round: Int)
  /// What a re-draw replaces was not drawn, or is replaced already.
  case notStanding(DrawReplacement, round: Int)

  /// A message stays one line on a screen.
  static let foundMax = 40

  public var message: Bilingual {
    let bytes = DrawLimits.hashBytes
    switch self {
    case .hashLength(let found):
      return Bilingual(
        zh: "杂凑算法的输出应为 \(bytes) 字节，现为 \(found) 字节。",
        en: "The hash must have \(bytes) bytes; it has \(found).")
    case .nonceLength(let found):
      return Bilingual(
        zh: "本机关随机数应为 \(bytes) 字节，现为 \(found) 字节。",
        en: "The office's nonce must have \(bytes) bytes; it has \(found).")
    case .seedLength(let found, let round):
      return Bilingual(
        zh: "第 \(round) 轮的种子应为上级回执的杂凑值，\(bytes) 字节，现为 \(found) 字节。",
        en: "The seed of round \(round) must be the hash of the superior's receipt, \(bytes) bytes; it has \(found).")
    case .rosterSize(let found):
      return Bilingual(
        zh: "名录应有 1 至 \(DrawLimits.subjectsMax) 户，现有 \(found) 户。",
        en: "A roster holds 1 to \(DrawLimits.subjectsMax) units; this one holds \(found).")
    case .tooManyOfficers(let found):
      return Self.tooMany("检查人员", "officers", found, DrawLimits.officersMax)
    case .tooManyRecusals(let found):
      return Self.tooMany("回避关系", "recusals", found, DrawLimits.recusalsMax)
    case .tooManyMinimums(let found):
      return Self.tooMany("分类下限", "minimums", found, DrawLimits.minimumsMax)
    case .tooManyRounds(let found):
      return Self.tooMany("抽取轮次", "rounds", found, DrawLimits.roundsMax)
    case .officersPerSubject(let found):
      return Bilingual(
        zh: "每户检查人员应为 1 至 \(DrawLimits.officersPerSubjectMax) 名，现为 \(found) 名。",
        en: "A unit is given 1 to \(DrawLimits.officersPerSubjectMax) officers, not \(found).")
    case .size(let found):
      return Bilingual(
        zh: "抽取数量 \(found) 无效：比例为 1 至 100，户数为 1 至 \(DrawLimits.subjectsMax)。",
        en: "\(found) cannot be drawn: a share is 1 to 100, a number 1 to \(DrawLimits.subjectsMax).")
    case .text(let text):
      return Bilingual(
        zh: "编号、分类或证件号“\(Self.cut(text))”为空或超过 \(DrawLimits.textBytesMax) 字节，请改正。",
        en: "The id, stratum or certificate number \"\(Self.cut(text))\" is empty or longer than "
          + "\(DrawLimits.textBytesMax) bytes; correct it.")
    case .repeatedSubject(let id):
      return Self.repeated("名录", "roster", id)
    case .repeatedOfficer(let id):
      return Self.repeated("检查人员名录", "officers' roster", id)
    case .repeatedMinimum(let stratum):
      return Self.repeated("分类下限", "list of minimums", stratum)
    case .noCertificate(let id):
      return Bilingual(
        zh: "检查人员 \(Self.cut(id)) 没有证件号，不能参加抽取。",
        en: "Officer \(Self.cut(id)) has no certificate number and cannot be drawn.")
    case .unknownRecusal(let recusal):
      return Bilingual(
        zh: "回避关系 \(Self.cut(recusal.subject)) 与 \(Self.cut(recusal.officer)) 不在名录内，请核对。",
        en: "The recusal of \(Self.cut(recusal.officer)) from \(Self.cut(recusal.subject)) names someone not in "
          + "the rosters; check it.")
    case .tooFewSubjects(let wanted, let available):
      return Bilingual(
        zh: "需抽取 \(wanted) 户，名录内可抽 \(available) 户。",
        en: "\(wanted) units are to be drawn; \(available) are left in the roster.")
    case .stratumTooSmall(let stratum, let wanted, let available):
      return Bilingual(
        zh: "分类“\(Self.cut(stratum))”至少需抽取 \(wanted) 户，可抽 \(available) 户。",
        en: "At least \(wanted) of \"\(Self.cut(stratum))\" are to be drawn; \(available) are left.")
    case .minimumsExceed(let total, let drawn):
      return Bilingual(
        zh: "各分类下限合计 \(total) 户，多于抽取的 \(drawn) 户。",
        en: "The minimums add up to \(total), more than the \(drawn) drawn.")
    case .tooFewOfficers(let subject, let wanted, let available):
      return Bilingual(
        zh: "\(Self.cut(subject)) 还需 \(wanted) 名检查人员，除回避和已抽过的以外可派 \(available) 名。",
        en: "\(Self.cut(subject)) needs \(wanted) more officers; \(available) are neither recused nor drawn before.")
    case .roundNumber(let found, let expected):
      return Bilingual(
        zh: "重新抽取的轮次应为 \(expected)，现为 \(found)。", en: "The next round is \(expected), not \(found).")
    case .note(let round):
      return Bilingual(
        zh: "第 \(round) 轮须写明重新抽取的原因，不超过 \(DrawLimits.noteBytesMax) 字节。",
        en: "Round \(round) must say why it is drawn again, in at most \(DrawLimits.noteBytesMax) bytes.")
    case .nothingReplaced(let round):
      return Bilingual(
        zh: "第 \(round) 轮没有写明替换的对象或人员。", en: "Round \(round) does not say what it replaces.")
    case .notStanding(let replacement, let round):
      let name = Self.cut(replacement.subject) + (replacement.officer.map { " / " + Self.cut($0) } ?? "")
      return Bilingual(
        zh: "第 \(round) 轮要替换的 \(name) 不在现行抽取结果中，或已被替换。",
        en: "Round \(round) replaces \(name), which was not drawn or is replaced already.")
    }
  }

  private static func cut(_ text: String) -> String { String(text.prefix(foundMax)) }

  private static func tooMany(_ zh: String, _ en: String, _ found: Int, _ most: Int) -> Bilingual {
    Bilingual(zh: "\(zh)最多 \(most)，现有 \(found)。", en: "At most \(most) \(en); there are \(found).")
  }

  private static func repeated(_ zh: String, _ en: String, _ id: String) -> Bilingual {
    Bilingual(
      zh: "\(zh)中“\(cut(id))”出现两次，请只保留一次。",
      en: "\"\(cut(id))\" stands twice in the \(en); keep one.")
  }
}
