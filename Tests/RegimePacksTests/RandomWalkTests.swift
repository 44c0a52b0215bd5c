import Casework
import RegimePacks
import TestKit
import Testing

/// Random walks through every workflow of every pack: no dead end, no decision without what must precede it, no
/// negative clock, one state whatever the order of arrival.
@Suite("Random walks through the workflows")
struct RandomWalkTests {
  /// A thousand by hand (`DOCKET_WALKS=1000`); a slice of them in every run.
  private static let walks = UInt64(ProcessEnvironment.value("DOCKET_WALKS") ?? "") ?? 50

  private static let packs: [RegimePack] = (try? BundledPacks.all().map {
    try PackLoader.load(yaml: $0.yaml, file: $0.code)
  }) ?? []

  static let workflows: [(pack: String, workflow: String)] = packs.flatMap { pack in
    pack.workflows.map { (pack.code, $0.id) }
  }

  private func walker(_ pack: String, _ workflow: String) throws -> WorkflowWalker {
    let pack = try #require(Self.packs.first { $0.code == pack })
    let workflow = try #require(pack.workflow(workflow))
    return WorkflowWalker(workflow, openedOn: try #require(CivilDate("2016-01-05")), roles: pack.roles.map(\.id))
  }

  @Test("every walk ends in a final state, its clocks run forward, and any order of arrival gives the same file", arguments: workflows)
  func walks(pack: String, workflow: String) throws {
    let walker = try walker(pack, workflow)
    var reached: Set<String> = []
    for seed in 1...Self.walks {
      let walk = walker.walk(seed: seed, stepsMax: 200, probing: false)
      #expect(walk.folded.isFinal, "seed \(seed): stuck in \(walk.folded.state) after \(walk.acts.map(\.rule))")
      reached.insert(walk.folded.state)
      for reading in walk.folded.clocks(calendar: .empty) {
        guard let start = reading.startedOn, let due = reading.deadline?.due else { continue }
        #expect(due >= start, "seed \(seed): \(reading.rule.id)")
      }
      var random = WalkGenerator(seed: seed)
      let shuffled = FoldedCase.fold(
        workflow: walker.workflow, opening: walk.folded.opening, acts: walk.acts.shuffled(using: &random),
        hierarchy: WalkHierarchy())
      #expect(shuffled.state == walk.folded.state && shuffled.facts == walk.folded.facts, "seed \(seed)")
      #expect(shuffled.steps.map(\.act.id) == walk.folded.steps.map(\.act.id), "seed \(seed)")
      try decided(walk.folded, seed)
    }
    #expect(!reached.isEmpty)
  }

  /// 行政处罚法 第四十四、四十五、五十八、六十二条: no penalty without notice, defence, report and legal review.
  private func decided(_ folded: FoldedCase, _ seed: UInt64) throws {
    guard folded.workflow.act("serve-notice") != nil, !folded.standing("decide").isEmpty else { return }
    for act in ["approve-filing", "conclude-investigation", "approve-handling", "serve-notice", "hear-defence", "final-report"] {
      #expect(!folded.standing(act).isEmpty, "seed \(seed): decided without \(act)")
    }
    let penalty = folded.standing("propose-handling").last?.facts["disposition"] == .text("penalty")
    if penalty { #expect(!folded.standing("legal-review").isEmpty, "seed \(seed)") }
  }

  @Test("every guard of every act refuses on some walk", arguments: workflows)
  func guards(pack: String, workflow: String) throws {
    let walker = try walker(pack, workflow)
    let plan = WalkPlan(walker)
    let missing = walker.guardKeys.subtracting(plan.guardKeys).filter { !walker.mayBeImplied($0) }
    #expect(missing.isEmpty, "\(missing.sorted())")
    #expect(!plan.walks.isEmpty)
  }
}
