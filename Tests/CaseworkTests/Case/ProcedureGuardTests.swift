import Casework
import Testing

private typealias Fix = CaseFixture

/// The guards of a penalty procedure: recusal, participants, periods that must run out, bands, the right to a hearing.
@Suite("Guards of the penalty procedure")
struct ProcedureGuardTests {
  private static func field(_ id: String, _ kind: FormField.Kind, _ choices: [String] = []) -> FormField {
    FormField(
      id: id, name: Fix.named("事项\(id)", id), kind: kind, required: false,
      choices: choices.map { .init(id: $0, name: Fix.named("值\($0)", $0)) })
  }

  static let workflow = Workflow(
    id: "penalty", name: Fix.named("处罚", "Penalty"), kind: .case, initial: "open",
    states: [WorkflowState(id: "open", name: Fix.named("在办", "open"), isFinal: false)],
    acts: [
      Fix.rule("recuse", "回避", "Recuse", fields: [field("recusedOfficer", .officer)]),
      Fix.rule("inspect", "检查", "Inspect", guards: [.notRecused(by: "recuse")]),
      Fix.rule("discuss", "集体讨论", "Discuss", guards: [.participants(roles: ["leader", "recorder"])]),
      Fix.rule("report", "送达报告", "Report"), Fix.rule("comment", "反馈", "Comment"),
      Fix.rule("deem", "视为无异议", "Deem", guards: [.elapsed(clock: "comment", unless: ["comment"])]),
      Fix.rule("pursue", "追究", "Pursue", guards: [.within(clock: "limitation")]),
      Fix.rule(
        "assign", "指定承办人", "Assign", guards: [.distinct(fields: ["first", "second"])],
        fields: [field("first", .officer), field("second", .officer)]),
      Fix.rule(
        "propose", "提出处罚", "Propose",
        guards: [
          .preconditionMet(state: "uncorrected", penalty: "penalty", other: "noOther"), .amountWithinBand(amount: "amount", penalty: "penalty", tier: "tier", reason: "why"),
        ],
        fields: [
          field("uncorrected", .choice, ["none", "overdue", "refused"]), field("noOther", .flag),
          field("amount", .money), field("penalty", .penalty), field("tier", .choice, ["normal", "lighter", "heavier"]),
          field("why", .text), field("gains", .money), field("persons", .integer),
          field("party", .choice, ["citizen", "organisation"]), field("measure", .choice, ["none", "revoke"]),
        ]),
      Fix.rule(
        "notify", "告知", "Notify",
        guards: [.hearingTold(told: "told", amount: "amount", party: "party", measure: "measure", measures: ["revoke"])],
        fields: [field("told", .flag)]),
    ],
    clocks: [
      Fix.clock("comment", "反馈期", "Comment", .day, 10, anchor: .act("report"), stops: ["comment", "deem"]),
      Fix.clock("limitation", "追究时效", "Limitation", .year, 1, anchor: .act("report"), stops: ["pursue"]),
    ],
    source: "来源",
    penalties: [
      PenaltyRule(
        id: "overtime", name: Fix.named("超时", "overtime"),
        formula: .perUnit(min: Money(yuan: 100), max: Money(yuan: 500), unit: "persons"), article: "条例 第二十五条"),
      PenaltyRule(
        id: "dispatch", name: Fix.named("派遣", "dispatch"),
        formula: .firstOf([
          .multiple(minHundredths: 100, maxHundredths: 500, base: "gains"),
          .range(min: .zero, max: Money(yuan: 50_000)),
        ]), article: "劳动合同法 第九十二条"),
      PenaltyRule(
        id: "overdue", name: Fix.named("逾期", "overdue"), formula: .none, precondition: .afterOverdueCorrection,
        article: "a"),
      PenaltyRule(
        id: "refusal", name: Fix.named("拒不改正", "refusal"), formula: .none, precondition: .afterRefusal, article: "b"),
      PenaltyRule(
        id: "residual", name: Fix.named("兜底", "residual"), formula: .none, precondition: .noOtherStatute, article: "c"),
    ],
    discretion: DiscretionRule(
      standard: Fix.named("基准", "standard"),
      tiers: [
        PenaltyTier(id: "normal", name: Fix.named("一般", "normal"), fromPercent: 0, toPercent: 100),
        PenaltyTier(id: "lighter", name: Fix.named("从轻", "lighter"), fromPercent: 0, toPercent: 30),
        PenaltyTier(id: "heavier", name: Fix.named("从重", "heavier"), fromPercent: 70, toPercent: 100),
      ].compactMap { $0 },
      hearing: [HearingThreshold(party: .citizen, amount: Money(yuan: 1000), source: "省规定")], source: "来源"),
    roles: [.init(id: "leader", name: Fix.named("局领导", "leader"))])

  private func last(_ acts: [Act]) -> Refusal? { Fix.fold(Fix.chain(acts), workflow: Self.workflow).steps.last?.refusal }

  private func propose(_ facts: [String: FactValue]) -> Act {
    Fix.act("propose", officers: [], facts: ["tier": .text("normal")].merging(facts) { $1 })
  }

  private func yuan(_ amount: Int64) -> FactValue { .integer(amount * 100) }

  @Test("a recused officer takes no further part; another one may")
  func recusal() throws {
    let recuse = Fix.act("recuse", facts: ["recusedOfficer": .text("a")])
    let refusal = try #require(last([recuse, Fix.act("inspect", officers: Fix.handlers)]))
    #expect(refusal.code == .recused && refusal.message.zh.contains("王a") && refusal.article == "条款-inspect")
    #expect(last([recuse, Fix.act("inspect", officers: [Fix.officer("b"), Fix.officer("c")])]) == nil)
    #expect(last([Fix.act("inspect", officers: Fix.handlers)]) == nil)
  }

  @Test("a collective discussion needs everyone it names")
  func participants() throws {
    let refusal = try #require(last([Fix.act("discuss", officers: [Fix.officer("l", roles: ["leader"])])]))
    #expect(refusal.code == .participants && refusal.message.en.contains("recorder"))
    let all = [Fix.officer("l", roles: ["leader"]), Fix.officer("r", roles: ["recorder"])]
    #expect(last([Fix.act("discuss", officers: all)]) == nil)
  }

  /// 被检查单位在收到报告 10 日内提出书面意见，逾期视为没有异议（任县 四(六)五）.
  @Test("silence is no objection only after the tenth day", arguments: [
    ("2026-01-16", false), ("2026-01-17", true),
  ])
  func silence(date: String, stands: Bool) throws {
    let report = Fix.act("report", on: "2026-01-06", officers: [])
    let refusal = last([report, Fix.act("deem", on: date, officers: [])])
    #expect((refusal == nil) == stands)
    if let refusal { #expect(refusal.code == .notElapsed && refusal.message.zh.contains("2026-01-16")) }
  }

  @Test("a period that has not begun cannot have run out; an act that excuses it can")
  func notBegun() {
    #expect(last([Fix.act("deem", officers: [])])?.code == .notElapsed)
    let acts = [Fix.act("report", officers: []), Fix.act("comment", officers: []), Fix.act("deem", officers: [])]
    #expect(last(acts) == nil)
  }

  @Test("a fine keeps within its tier, or has a reason, and never exceeds the law")
  func band() throws {
    func check(_ amount: Int64, _ more: [String: FactValue]) -> Refusal? {
      last([propose(["amount": yuan(amount), "penalty": .text("overtime"), "persons": .integer(10)].merging(more) { $1 })])
    }
    // Ten workers: 1000 to 5000 yuan; the heavier tier begins at 3800.
    #expect(check(5000, [:]) == nil)
    #expect(check(5001, [:])?.code == .outOfBand)
    #expect(check(3799, ["tier": .text("heavier")])?.code == .outOfBand)
    #expect(check(3800, ["tier": .text("heavier")]) == nil)
    #expect(check(3799, ["tier": .text("heavier"), "why": .text("首次违法")]) == nil)
    #expect(check(999, ["tier": .text("heavier"), "why": .text("首次违法")])?.code == .outOfBand)
    let untiered = Fix.act("propose", officers: [], facts: ["amount": yuan(5000), "penalty": .text("overtime"), "persons": .integer(10)])
    #expect(last([untiered])?.code == .outOfBand)
    #expect(check(5001, ["tier": .text("heavier"), "why": .text("恶劣")])?.code == .outOfBand)
    let refusal = try #require(check(9000, [:]))
    #expect(refusal.article.contains("第二十五条"))
  }

  @Test("without unlawful gains the other rule applies; without the rule's name nothing can be judged")
  func fallback() {
    #expect(last([propose(["amount": yuan(50_000), "penalty": .text("dispatch")])]) == nil)
    #expect(last([propose(["amount": yuan(50_001), "penalty": .text("dispatch")])])?.code == .outOfBand)
    let gains = propose(["amount": yuan(50_001), "penalty": .text("dispatch"), "gains": yuan(20_000)])
    #expect(last([gains]) == nil)
    #expect(last([propose(["amount": yuan(1)])])?.code == .outOfBand)
    #expect(last([propose(["penalty": .text("nothing")])])?.code == .formField)
    #expect(last([propose(["amount": .integer(-1), "penalty": .text("dispatch")])])?.code == .formField)
  }

  @Test("from the jurisdiction's threshold, and for heavy measures, the party is told of the hearing", arguments: [
    (999, "citizen", "none", false), (1000, "citizen", "none", true), (1000, "organisation", "none", false),
    (1, "organisation", "revoke", true), (1000, "", "none", true), (999, "", "none", false),
  ])
  func hearing(amount: Int64, party: String, measure: String, isDue: Bool) {
    var facts: [String: FactValue] = ["amount": yuan(amount), "penalty": .text("dispatch"), "measure": .text(measure)]
    if !party.isEmpty { facts["party"] = .text(party) }
    let proposed = propose(facts)
    let untold = last([proposed, Fix.act("notify", officers: [], facts: ["told": .flag(false)])])
    #expect((untold?.code == .hearingNotTold) == isDue)
    #expect(last([proposed, Fix.act("notify", officers: [], facts: ["told": .flag(true)])]) == nil)
  }

  /// 错案追究时效为一年（开发区 [2]六）.
  @Test("a limitation bars from the day after its last day", arguments: [("2027-01-06", true), ("2027-01-07", false)])
  func limitation(date: String, stands: Bool) {
    let acts = [Fix.act("report", on: "2026-01-06", officers: []), Fix.act("pursue", on: date, officers: [])]
    #expect((last(acts) == nil) == stands)
    if !stands { #expect(last(acts)?.code == .outOfTime) }
    #expect(last([Fix.act("pursue", officers: [])]) == nil)
  }

  @Test("a penalty that comes after a correction order waits for it", arguments: [
    ("overdue", "none", false), ("overdue", "overdue", true), ("overdue", "refused", true), ("refusal", "overdue", false),
    ("refusal", "refused", true),
  ])
  func precondition(penalty: String, state: String, stands: Bool) {
    let refusal = last([propose(["penalty": .text(penalty), "uncorrected": .text(state)])])
    #expect((refusal == nil) == stands)
    if !stands { #expect(refusal?.code == .precondition) }
  }

  @Test("a residual penalty asks whether another statute goes before it")
  func residual() {
    #expect(last([propose(["penalty": .text("residual")])])?.code == .precondition)
    #expect(last([propose(["penalty": .text("residual"), "noOther": .flag(true)])]) == nil)
  }

  @Test("two officers are two persons")
  func distinct() {
    func assign(_ second: String) -> Refusal? {
      last([Fix.act("assign", officers: [], facts: ["first": .text("a"), "second": .text(second)])])
    }
    #expect(assign("a")?.code == .quorum)
    #expect(assign("b") == nil)
  }

  @Test("a guard with a scope is asked for only there")
  func scope() {
    var workflow = Self.workflow
    workflow.acts = workflow.acts.map { rule in
      var rule = rule
      rule.guards = rule.guards.map {
        Guard(condition: $0.condition, article: $0.article, scope: .init(field: "measure", values: ["revoke"]))
      }
      return rule
    }
    func refusal(_ measure: String) -> Refusal? {
      let acts = Fix.chain([propose(["measure": .text(measure)]), Fix.act("discuss", officers: [])])
      return Fix.fold(acts, workflow: workflow).steps.last?.refusal
    }
    #expect(refusal("none") == nil)
    #expect(refusal("revoke")?.code == .participants)
  }
}
