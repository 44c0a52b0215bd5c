import Casework
import Testing

private typealias Fix = CaseFixture

/// Acts that a rule does not allow: each is void with its code, and says by name what is missing.
@Suite("Acts a rule does not allow")
struct RefusalTests {
  struct Situation: Sendable, CustomTestStringConvertible {
    var name: String
    var before: [Act] = []
    var act: Act
    var code: Refusal.Code
    /// Must stand in both languages' messages or remedies.
    var says: (zh: String, en: String)
    /// Article shown.
    var article: String

    var testDescription: String { name }
  }

  private static let filed = [Fix.act("file")]
  private static let recorded = filed + [Fix.act("record")]
  private static let proposed = recorded + [Fix.act("propose")]

  private static func file(_ officers: [ActOfficer], on date: String = "2026-01-06") -> Act {
    Fix.act("file", on: date, officers: officers)
  }

  private static func formField(_ name: String, _ act: Act, _ zh: String, _ en: String) -> Situation {
    Situation(
      name: name, act: act, code: .formField, says: (zh, en), article: "来源-\(act.rule)")
  }

  static let byActAndOffice: [Situation] = [
    .init(
      name: "an act the workflow does not have", act: Fix.act("demolish"), code: .unknownAct,
      says: ("demolish", "demolish"), article: "四(九)"),
    .init(
      name: "dated before the opening", act: Fix.act("evidence", on: "2026-01-04"), code: .dateOrder,
      says: ("早于收件日期 2026-01-05", "before the file was opened on 2026-01-05"), article: "来源-evidence"),
    .init(
      name: "in another state", act: Fix.act("resume"), code: .wrongState,
      says: ("“中止调查”（suspended）", "“Suspended” (suspended)"), article: "来源-resume"),
    .init(
      name: "after the file was closed", before: filed + [Fix.act("close")], act: Fix.act("evidence"),
      code: .fileClosed, says: ("“已结案”（closed）", "“Closed” (closed)"), article: "来源-evidence"),
    .init(
      name: "by another district", act: Fix.act("file", by: Fix.neighbour), code: .notResponsible,
      says: ("由承办机构 dist 办理，不由 next", "the responsible office dist, not for next"), article: "来源-file"),
    .init(
      name: "by a superior who has not taken the file over", act: Fix.act("file", by: Fix.city),
      code: .notResponsible, says: ("提级办理", "take the file over first"), article: "来源-file"),
    .init(
      name: "a takeover by a neighbour", act: Fix.act("takeover", by: Fix.neighbour), code: .notSuperior,
      says: ("dist 的上级机构", "an office above dist"), article: "来源-takeover"),
    .init(
      name: "a takeover by the responsible office itself", act: Fix.act("takeover"), code: .notSuperior,
      says: ("dist 不是其上级", "dist is not"), article: "来源-takeover"),
    .init(
      name: "an issuer's act by its superior", act: Fix.act("remind", by: Fix.city), code: .notParty,
      says: ("发文机构 dist", "issuer dist"), article: "来源-remind"),
    .init(
      name: "an addressee's act on a file without one", act: Fix.act("acknowledge"), code: .notParty,
      says: ("没有收文机构", "this file has none"), article: "来源-acknowledge"),
  ]

  static let byGuard: [Situation] = [
    .init(
      name: "one officer", act: file([Fix.officer("a")]), code: .quorum,
      says: ("2 名以上人员办理，现为 1 名", "at least 2 officers; there are 1"), article: "条款-file"),
    .init(
      name: "the same officer twice", act: file([Fix.officer("a"), Fix.officer("a")]), code: .quorum,
      says: ("“立案”（file）", "“File the case” (file)"), article: "条款-file"),
    .init(
      name: "no certificate", act: file([Fix.officer("a"), Fix.officer("b", kind: nil)]), code: .certificate,
      says: ("王b（b）没有行政执法证", "王b (b) holds no enforcement certificate"), article: "条款-file"),
    .init(
      name: "a certificate of another kind",
      act: file([Fix.officer("a"), Fix.officer("b", kind: "supervision")]),
      code: .certificate, says: ("行政执法监督检查证件", "supervision certificate"), article: "条款-file"),
    .init(
      name: "a certificate that ran out the day before",
      act: file([Fix.officer("a"), Fix.officer("b", until: "2026-01-05")]), code: .certificate,
      says: ("2024-01-01 至 2026-01-05", "2024-01-01 to 2026-01-05"), article: "条款-file"),
    .init(
      name: "a third officer without a certificate", act: file(Fix.handlers + [Fix.officer("c", kind: nil)]),
      code: .certificate, says: ("王c", "王c"), article: "条款-file"),
    .init(
      name: "a step left out", before: filed, act: Fix.act("propose"), code: .missingStep,
      says: ("须先办理“检查记录”（record）", "preceded by “On-site record” (record)"), article: "条款-propose"),
    .init(
      name: "a penalty without collective discussion",
      before: recorded + [Fix.act("propose", facts: ["outcome": .text("penalty")])], act: Fix.act("decide"),
      code: .missingStep,
      says: ("“处理种类”（outcome）为“行政处罚”（penalty）的", "“Collective discussion” (discuss)"),
      article: "条款-decide"),
    .init(
      name: "a fine where none was decided", before: proposed + [Fix.act("decide")], act: Fix.act("fine"),
      code: .factMismatch, says: ("为“限期改正”（order），须为“行政处罚”（penalty）", "(order), must be"),
      article: "条款-fine"),
    .init(
      name: "a decision by a handler", before: proposed,
      act: Fix.act("decide", officers: [Fix.officer("x", roles: ["handler"])]), code: .approverRole,
      says: ("“局领导”（leader）", "“bureau leader” (leader)"), article: "条款-decide"),
    .init(
      name: "a decision by nobody", before: proposed, act: Fix.act("decide", officers: []),
      code: .approverRole, says: ("没有写明办理人员", "no officer is named"), article: "条款-decide"),
    .init(
      name: "the leader named second", before: proposed,
      act: Fix.act("decide", officers: [Fix.officer("x"), Fix.officer("l", roles: ["leader"])]),
      code: .approverRole, says: ("第一办理人", "named first"), article: "条款-decide"),
    .init(
      name: "a leader who was one of the handlers", before: proposed,
      act: Fix.act("decide", officers: [Fix.officer("b", roles: ["handler", "leader"])]), code: .ownApproval,
      says: ("王b（b）参与了“处理报批”（propose）", "took part in “Propose” (propose)"), article: "条款-decide"),
    .init(
      name: "a record neither signed nor noted", before: filed, act: Fix.act("record", facts: [:]),
      code: .unsigned, says: ("“拒签原因”（refusalReason）、“见证人”（witness）", "“Signature” (signed)"),
      article: "条款-record"),
    .init(
      name: "a refusal to sign without a witness", before: filed,
      act: Fix.act("record", facts: ["signed": .flag(false), "refusalReason": .text("无故")]), code: .unsigned,
      says: ("注明“见证人”（witness）", "note “Witness” (witness)"), article: "条款-record"),
    .init(
      name: "a refusal to sign with a blank reason", before: filed,
      act: Fix.act("record", facts: ["refusalReason": .text("  "), "witness": .text("李")]), code: .unsigned,
      says: ("注明“拒签原因”（refusalReason）", "note “Reason of refusal” (refusalReason)"), article: "条款-record"),
  ]

  static let byForm: [Situation] = [
    formField(
      "a required field left out", Fix.act("file", facts: [:]), "“立案事由”（ground）", "“Ground” (ground)"),
    formField(
      "a required field left blank", Fix.act("file", facts: ["ground": .text(" ")]),
      "缺少“立案事由”", "lacks “Ground”"),
    formField(
      "a field the form does not have", Fix.act("evidence", facts: ["colour": .text("red")]),
      "可填写：“说明”（note）", "no field colour"),
    formField(
      "a field on an act without a form", Fix.act("takeover", by: Fix.city, facts: ["x": .flag(true)]),
      "没有 x 这一项", "no field x"),
    formField(
      "not among the choices", Fix.act("file", facts: ["ground": .text("noise")]),
      "“超时加班”（hours）、“拖欠工资”（wages）", "“hours” (hours)"),
    formField(
      "a choice by number", Fix.act("file", facts: ["ground": .integer(1)]), "的值“1”", "“1” does not fit"),
    formField(
      "text for a number", Fix.act("file", facts: ["ground": .text("wages"), "people": .text("7")]),
      "须为整数", "whole number"),
    formField("a flag for a text", Fix.act("evidence", facts: ["note": .flag(true)]), "须为文字", "A text"),
    formField(
      "text for a flag", Fix.act("evidence", facts: ["original": .text("true")]), "true（是）", "true or false"),
    formField(
      "a day that does not exist", Fix.act("evidence", facts: ["received": .text("2026-02-29")]),
      "“2026-02-29”不合要求", "day that exists"),
    formField(
      "a day in another spelling", Fix.act("evidence", facts: ["received": .text("2026/02/01")]),
      "YYYY-MM-DD", "YYYY-MM-DD"),
  ]

  @Test("refused with code, article and remedy", arguments: byActAndOffice + byGuard + byForm)
  func refused(_ situation: Situation) throws {
    let acts = Fix.chain(situation.before + [situation.act])
    let folded = Fix.fold(acts)
    #expect(folded.steps.dropLast().allSatisfy { $0.stands })
    let last = try #require(folded.steps.last)
    #expect(last.act == acts.last)
    let refusal = try #require(last.refusal)
    #expect(refusal.code == situation.code)
    #expect(refusal.article == situation.article)
    #expect((refusal.message.zh + refusal.remedy.zh).contains(situation.says.zh), "\(refusal)")
    #expect((refusal.message.en + refusal.remedy.en).contains(situation.says.en), "\(refusal)")
    #expect(!refusal.remedy.zh.isEmpty && !refusal.remedy.en.isEmpty)
  }

  /// What the fold judges; the other codes belong to opening a file, packs and conflicts.
  @Test("every code of the fold has its situation")
  func everyCode() {
    let tested = Set((Self.byActAndOffice + Self.byGuard + Self.byForm).map(\.code))
    let elsewhere: Set<Refusal.Code> = [
      .regimeTransferred, .notEffective, .legalConflict, .suspendedOfficer, .noNumber, .overCeiling,
      // ProcedureGuardTests.
      .recused, .participants, .notElapsed, .outOfBand, .hearingNotTold, .outOfTime, .precondition,
    ]
    #expect(tested.union(elsewhere) == Set(Refusal.Code.allCases))
  }

  @Test("a void act has no effect on what follows")
  func voidHasNoEffect() {
    let folded = Fix.fold(
      Fix.chain([
        Fix.act("evidence", facts: ["note": .text("一")]),
        Fix.act("evidence", on: "2026-01-01", facts: ["note": .text("二")]), Fix.act("file"),
      ]))
    #expect(!folded.stands("evidence-2"))
    #expect(folded.stands("file"))
    #expect(folded.state == "filed")
    #expect(folded.facts == ["note": .text("一"), "ground": .text("wages")])
    #expect(folded.standing("evidence").map(\.id) == ["evidence"])
  }

  @Test(
    "attempting says beforehand what the fold says afterwards", arguments: byActAndOffice + byGuard + byForm)
  func attemptAgrees(_ situation: Situation) {
    let before = Fix.fold(Fix.chain(situation.before))
    var act = situation.act
    act.id = "z"
    act.stamp = .max
    act.parents = before.heads
    let after = Fix.fold(before.steps.map(\.act) + [act])
    #expect(before.attempt(act, hierarchy: Fix.hierarchy) == after.refusal("z"))
  }
}

@Suite("Acts a rule allows")
struct AllowedActTests {
  @Test("the last day of a certificate counts")
  func lastDay() {
    let officers = [Fix.officer("a"), Fix.officer("b", until: "2026-01-06")]
    #expect(Fix.fold([Fix.act("file", on: "2026-01-06", officers: officers)]).stands("file"))
    let late = Fix.fold([Fix.act("file", on: "2026-01-07", officers: officers)])
    #expect(late.refusal("file")?.code == .certificate)
  }

  @Test("a refusal to sign that is noted with a witness stands")
  func refusalNoted() {
    let facts: [String: FactValue] = [
      "signed": .flag(false), "refusalReason": .text("无故"), "witness": .text("李"),
    ]
    #expect(Fix.fold(Fix.chain([Fix.act("file"), Fix.act("record", facts: facts)])).stands("record"))
  }

  @Test("the day of opening is in time")
  func openingDay() {
    #expect(Fix.fold([Fix.act("file", on: "2026-01-05")]).stands("file"))
  }

  @Test("a fact the act itself states is the one judged")
  func ownFact() throws {
    var workflow = Fix.workflow
    let propose = try #require(workflow.acts.firstIndex { $0.id == "propose" })
    workflow.acts[propose].guards = [
      Guard(condition: .fact(field: "outcome", values: ["penalty"]), article: "x")
    ]
    let acts = Fix.chain([Fix.act("file"), Fix.act("propose", facts: ["outcome": .text("penalty")])])
    #expect(Fix.fold(acts, workflow: workflow).stands("propose"))
  }

  @Test("no certificate is asked for where the document names none")
  func noCertificate() {
    var workflow = Fix.workflow
    workflow.acts[0].guards = [Guard(condition: .officers(atLeast: 2, certificate: "none"), article: "x")]
    let officers = [Fix.officer("a", kind: nil), Fix.officer("b", kind: nil)]
    #expect(Fix.fold([Fix.act("file", officers: officers)], workflow: workflow).stands("file"))
  }

  @Test("a penalty discussed and decided by another officer runs through to its closing")
  func wholeCase() {
    let folded = Fix.fold(
      Fix.chain([
        Fix.act("file"), Fix.act("record"), Fix.act("propose", facts: ["outcome": .text("penalty")]),
        Fix.act("discuss"), Fix.act("decide"), Fix.act("fine"), Fix.act("close", on: "2026-03-02"),
      ]))
    #expect(folded.steps.allSatisfy { $0.stands })
    #expect(folded.outcome("decide") == .stands(from: "proposed", to: "decided"))
    #expect(folded.outcome("fine") == .stands(from: "decided", to: "decided"))
    #expect(folded.isFinal)
    #expect(folded.finishedOn == day("2026-03-02"))
  }

  @Test("an order: its addressee and its issuer each take their own acts")
  func order() {
    let opening = CaseOpening(office: Fix.city, addressee: Fix.district, date: day("2026-01-05"))
    let acts = Fix.chain([Fix.act("acknowledge", by: Fix.district), Fix.act("remind", by: Fix.city)])
    #expect(Fix.fold(acts, opening: opening).steps.allSatisfy { $0.stands })
    let wrong = Fix.chain([Fix.act("acknowledge", by: Fix.city), Fix.act("remind", by: Fix.district)])
    #expect(Fix.fold(wrong, opening: opening).steps.map { $0.refusal?.code } == [.notParty, .notParty])
  }

  @Test("what can be done next depends on state and office")
  func possibleActs() {
    func ids(_ folded: FoldedCase, _ office: String) -> [String] {
      folded.possibleActs(for: office, hierarchy: Fix.hierarchy).map(\.id)
    }
    let opened = Fix.fold([])
    #expect(ids(opened, Fix.district) == ["file", "evidence", "remind"])
    #expect(ids(opened, Fix.city) == ["takeover"])
    #expect(ids(opened, Fix.neighbour) == [])
    let closed = Fix.fold(Fix.chain([Fix.act("file"), Fix.act("close")]))
    #expect(ids(closed, Fix.district) == ["visit", "archive", "reopen"])
    #expect(ids(closed, Fix.province) == [])
    let taken = Fix.fold(Fix.chain([Fix.act("file"), Fix.act("takeover", by: Fix.city)]))
    #expect(ids(taken, Fix.district) == ["evidence", "record", "remind"])
    #expect(ids(taken, Fix.city).contains("close"))
    #expect(ids(taken, Fix.province) == ["takeover"])
  }
}
