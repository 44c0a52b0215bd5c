import Casebook
import Casework

/// One small pack, whatever text was published: a workflow with one of everything that moves a file between offices.
struct SimulatedShelf: PackShelf {
  static let text = "simulated"
  static let code = "simulated"
  static let regime = "inspection"

  func pack(fromYAML yaml: String) -> RegimePack? { yaml == Self.text ? Self.pack : nil }
  func selfContained(_ yaml: String) -> String { yaml }

  private static let pack = RegimePack(
    code: code, version: 1, issuer: name("模拟"), division: "000000",
    effective: CivilDate.fromUnixMilliseconds(0), document: code,
    regimes: [
      Regime(
        id: regime, name: name("检查"), status: .active, subjects: [], indicators: [], superiorOverrides: false,
        quorum: nil, workflows: ["case", "order"], source: "1")
    ],
    workflows: [workflow("case", .case), workflow("order", .order)])

  static let acts = ["file", "evidence", "suspend", "resume", "close", "reopen"]
  static let takeover = "takeover"
  static let acknowledge = "acknowledge"

  private static func workflow(_ id: String, _ kind: Workflow.Kind) -> Workflow {
    Workflow(
      id: id, name: name(id), kind: kind, initial: "received",
      states: [
        state("received"), state("filed"), state("suspended"), state("closed", isFinal: true),
      ],
      acts: [
        act("file", from: ["received"], to: "filed"), act("evidence"),
        act("suspend", from: ["filed"], to: "suspended"), act("resume", from: ["suspended"], to: "filed"),
        act("close", from: ["filed", "suspended"], to: "closed"), act("reopen", from: ["closed"], to: "filed"),
        act(takeover, by: .superior, effect: .takeover), act(acknowledge, by: .addressee),
      ],
      clocks: [
        ClockRule(
          id: "handling", name: name("办理"), unit: .workingDay, count: 60, anchor: .act("file"), stops: ["close"],
          suspendedBy: "suspend", resumedBy: "resume", extendedBy: nil, extraCount: 0, roll: true, article: "1")
      ], source: "1")
  }

  private static func name(_ text: String) -> Bilingual { Bilingual(zh: text, en: text) }

  private static func state(_ id: String, isFinal: Bool = false) -> WorkflowState {
    WorkflowState(id: id, name: name(id), isFinal: isFinal)
  }

  private static func act(
    _ id: String, from: [String] = ["*"], to: String? = nil, by: ActRule.Party = .responsible,
    effect: ActRule.Effect? = nil
  ) -> ActRule {
    ActRule(id: id, name: name(id), from: from, to: to, by: by, guards: [], form: nil, effect: effect, source: "1")
  }
}
