import Casework

/// A small workflow with one of every kind of guard, party, effect and clock, and helpers full of defaults.
enum CaseFixture {
  static let district = "dist"
  static let city = "city"
  static let province = "prov"
  static let neighbour = "next"
  static let hierarchy = OfficeChain(above: [district: city, neighbour: city, city: province])
  static let opening = CaseOpening(office: district, addressee: nil, date: day("2026-01-05"))
  /// Weekends only, and 2026 has had its notice.
  static let calendar = HolidayTable(entries: [], years: [2026])

  static let workflow = Workflow(
    id: "labour-case", name: named("案件查处", "Labour case"), kind: .case, initial: "received",
    states: [
      state("received", "待立案", "Received"), state("filed", "已立案", "Filed"),
      state("suspended", "中止调查", "Suspended"), state("proposed", "待审批", "Proposed"),
      state("decided", "已决定", "Decided"), state("closed", "已结案", "Closed", isFinal: true),
      state("archived", "已归档", "Archived", isFinal: true),
    ],
    acts: [
      rule(
        "file", "立案", "File the case", from: ["received"], to: "filed",
        guards: [.officers(atLeast: 2, certificate: "enforcement")],
        fields: [
          field("ground", "立案事由", "Ground", .choice, choices: ["wages": "拖欠工资", "hours": "超时加班"]),
          field("people", "涉及人数", "People concerned", .integer, required: false),
        ]),
      rule(
        "evidence", "补充材料", "Add evidence",
        fields: [
          field("note", "说明", "Note", .text, required: false),
          field("received", "收到日期", "Received on", .date, required: false),
          field("original", "是否原件", "Original", .flag, required: false),
        ]),
      rule(
        "record", "检查记录", "On-site record", from: ["filed"], guards: [.signedOrRefusalNoted(field: "signed")],
        fields: [
          field("signed", "签名", "Signature", .flag, required: false),
          field("refusalReason", "拒签原因", "Reason of refusal", .text, required: false),
          field("witness", "见证人", "Witness", .text, required: false),
        ]),
      rule(
        "suspend", "中止调查", "Suspend", from: ["filed"], to: "suspended",
        guards: [.approver(role: "head", notOf: [])]),
      rule("resume", "恢复调查", "Resume", from: ["suspended"], to: "filed"),
      rule("extend", "延长期限", "Extend", from: ["filed"], guards: [.approver(role: "head", notOf: ["file"])]),
      rule("prolong", "延长办理", "Prolong", from: ["filed"]),
      rule("endorse", "签注意见", "Endorse", from: ["filed"], guards: [.approver(role: "captain", notOf: [])]),
      rule(
        "propose", "处理报批", "Propose", from: ["filed"], to: "proposed", guards: [.after(acts: ["record"])],
        fields: [
          field("outcome", "处理种类", "Outcome", .choice, choices: ["penalty": "行政处罚", "order": "限期改正"]),
          field("correctBy", "改正期限", "Correct by", .date, required: false),
        ]),
      rule("discuss", "集体讨论", "Collective discussion", from: ["proposed"]),
      rule(
        "decide", "审批决定", "Decide", from: ["proposed"], to: "decided",
        guards: [
          .afterWhere(field: "outcome", values: ["penalty"], acts: ["discuss"]),
          .approver(role: "leader", notOf: ["propose"]),
        ]),
      rule(
        "fine", "罚款催缴", "Collect the fine", from: ["decided"],
        guards: [.fact(field: "outcome", values: ["penalty"])]),
      rule("close", "结案", "Close", from: ["filed", "decided"], to: "closed"),
      rule("withdraw", "撤销立案", "Withdraw the filing", from: ["filed"], to: "closed"),
      rule("visit", "回访", "Visit again", from: ["closed"]),
      rule("archive", "归档", "Archive", from: ["closed"], to: "archived"),
      rule("reopen", "恢复办理", "Reopen", from: ["closed"], to: "filed"),
      rule(
        "takeover", "提级办理", "Take over", by: .superior, effect: .takeover,
        fields: [field("reason", "理由", "Reason", .text, required: false)]),
      rule("remind", "催办", "Remind", by: .issuer),
      rule("acknowledge", "签收", "Acknowledge", by: .addressee),
    ],
    clocks: [
      clock("filing", "立案期限", "Filing", .workingDay, 5, anchor: .opening, stops: ["file"]),
      clock(
        "investigation", "调查期限", "Investigation", .workingDay, 60, anchor: .act("file"), stops: ["propose"],
        suspendedBy: "suspend", resumedBy: "resume", extendedBy: "extend", extraCount: 30),
      clock(
        "correction", "改正期限", "Correction", .day, 0,
        anchor: .actField(act: "propose", field: "correctBy"), stops: ["close"]),
      clock(
        "handling", "办理期限", "Handling", .month, 3, anchor: .act("file"), stops: [], suspendedBy: "suspend",
        resumedBy: "resume", extendedBy: "prolong", extraCount: 1, roll: true),
    ],
    source: "四(九)",
    roles: [
      .init(id: "head", name: named("人社行政部门负责人", "head of the bureau")),
      .init(id: "leader", name: named("局领导", "bureau leader")), .init(id: "captain", name: named("大队长", "captain")),
    ])

  // MARK: - Acts

  static func fold(
    _ acts: [Act], opening: CaseOpening = opening, workflow: Workflow = workflow
  ) -> FoldedCase {
    FoldedCase.fold(workflow: workflow, opening: opening, acts: acts, hierarchy: hierarchy)
  }

  /// An act by the district on the opening's day with what its rule demands.
  static func act(
    _ rule: String, id: String? = nil, by office: String = district, stamp: UInt64 = 1,
    after parents: [String] = [], on date: String = "2026-01-06",
    officers: [ActOfficer]? = nil, facts: [String: FactValue]? = nil
  ) -> Act {
    Act(
      id: id ?? rule, rule: rule, office: office, rank: rank(of: office), stamp: stamp, parents: parents,
      date: day(date), officers: officers ?? usualOfficers(rule), facts: facts ?? usualFacts(rule))
  }

  /// Acts each built on the one before, ids `rule`, `rule-2` for a second of a kind.
  static func chain(_ acts: [Act]) -> [Act] {
    var seen: [String: Int] = [:]
    var last: [String] = []
    return acts.enumerated().map { index, act in
      var act = act
      seen[act.rule, default: 0] += 1
      let count = seen[act.rule] ?? 1
      act.id = count == 1 ? act.rule : "\(act.rule)-\(count)"
      act.parents = last
      act.stamp = UInt64(index + 1)
      last = [act.id]
      return act
    }
  }

  static func officer(
    _ id: String, roles: [String] = ["handler"], kind: String? = "enforcement", until: String = "2027-12-31"
  ) -> ActOfficer {
    ActOfficer(
      id: id, name: "王\(id)", roles: roles,
      certificate: kind.map {
        Certificate(number: "ZF-\(id)", kind: $0, validFrom: day("2024-01-01"), validTo: day(until))
      })
  }

  static let handlers = [officer("a"), officer("b")]

  private static func usualOfficers(_ rule: String) -> [ActOfficer] {
    switch rule {
    case "file", "record", "propose": handlers
    case "suspend", "extend": [officer("h", roles: ["head"])]
    case "decide": [officer("l", roles: ["leader"])]
    case "endorse": [officer("c", roles: ["captain"])]
    default: []
    }
  }

  private static func usualFacts(_ rule: String) -> [String: FactValue] {
    switch rule {
    case "file": ["ground": .text("wages")]
    case "record": ["signed": .flag(true)]
    case "propose": ["outcome": .text("order")]
    default: [:]
    }
  }

  private static func rank(of office: String) -> Int {
    switch office {
    case province: 3
    case city: 2
    default: 1
    }
  }

  // MARK: - Parts of the workflow

  static func named(_ zh: String, _ en: String) -> Bilingual { Bilingual(zh: zh, en: en) }

  static func rule(
    _ id: String, _ zh: String, _ en: String, from: [String] = ["*"], to: String? = nil,
    by party: ActRule.Party = .responsible, guards: [Guard.Condition] = [], effect: ActRule.Effect? = nil,
    fields: [FormField] = []
  ) -> ActRule {
    ActRule(
      id: id, name: named(zh, en), from: from, to: to, by: party,
      guards: guards.map { Guard(condition: $0, article: "条款-\(id)") },
      form: fields.isEmpty ? nil : FormRule(name: named(zh, en), fields: fields), effect: effect,
      source: "来源-\(id)")
  }

  private static func state(
    _ id: String, _ zh: String, _ en: String, isFinal: Bool = false
  ) -> WorkflowState {
    WorkflowState(id: id, name: named(zh, en), isFinal: isFinal)
  }

  private static func field(
    _ id: String, _ zh: String, _ en: String, _ kind: FormField.Kind, required: Bool = true,
    choices: [String: String] = [:]
  ) -> FormField {
    FormField(
      id: id, name: named(zh, en), kind: kind, required: required,
      choices: choices.sorted { $0.key < $1.key }.map { .init(id: $0.key, name: named($0.value, $0.key)) })
  }

  static func clock(
    _ id: String, _ zh: String, _ en: String, _ unit: DeadlineUnit, _ count: Int, anchor: ClockRule.Anchor,
    stops: [String], suspendedBy: String? = nil, resumedBy: String? = nil, extendedBy: String? = nil,
    extraCount: Int = 0, roll: Bool = false
  ) -> ClockRule {
    ClockRule(
      id: id, name: named(zh, en), unit: unit, count: count, anchor: anchor, stops: stops,
      suspendedBy: suspendedBy, resumedBy: resumedBy, extendedBy: extendedBy, extraCount: extraCount,
      roll: roll, article: "条款-\(id)")
  }
}

/// Each office names the one above it.
struct OfficeChain: OfficeHierarchy {
  var above: [String: String]

  func isSuperior(_ superior: String, of office: String) -> Bool {
    var next = above[office]
    while let office = next {
      if office == superior { return true }
      next = above[office]
    }
    return false
  }
}

/// A day that exists.
func day(_ text: String) -> CivilDate { CivilDate(text)! }

extension FoldedCase {
  /// What became of an act.
  func outcome(_ id: String) -> FoldedStep.Outcome? { steps.first { $0.act.id == id }?.outcome }
  func refusal(_ id: String) -> Refusal? { steps.first { $0.act.id == id }?.refusal }
  func stands(_ id: String) -> Bool { steps.contains { $0.act.id == id && $0.stands } }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same acts everywhere.
struct CaseTestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
