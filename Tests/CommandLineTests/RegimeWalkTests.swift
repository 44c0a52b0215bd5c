import Casework
import Foundation
import RegimePacks
import TestKit
import Testing

/// Every regime of every pack is driven from opening to archive through the executable, with the refusals its guards
/// give on the way: an office that serves, and a clerk at the command line.
@Suite("Every regime from opening to archive, by the command line")
struct RegimeWalkTests {
  private static let openedOn = CivilDate("2016-01-05")

  @Test("each workflow's acts are taken and each guard refuses as the rules say", arguments: [
    "kaifaqu", "renxian", "luquan", "haigang", "hongjiang",
  ])
  func regimes(code: String) async throws {
    let bundled = try #require(try BundledPacks.all().first { $0.code == code })
    let pack = try PackLoader.load(yaml: bundled.yaml, file: code)
    let desk = try await WalkDesk(pack: code)
    defer { desk.stop() }
    try await desk.publish(pack, bundled.yaml)
    for regime in pack.regimes {
      #expect(!regime.workflows.isEmpty, "\(regime.id) has no workflow")
      for id in regime.workflows {
        let workflow = try #require(pack.workflow(id))
        // An order needs two offices; OrderWalkTests drives it.
        if workflow.kind == .order { continue }
        if regime.transferred?.workflows.contains(id) == true {
          try await desk.mustNotOpen(workflow, regime.id)
          continue
        }
        // One workflow under several regimes is walked with all its refusals once, where it has most penalties.
        let users = pack.regimes.filter { $0.workflows.contains(id) }
        let isFirst = users.max { $0.penalties.count < $1.penalties.count }?.id == regime.id
        let walker = WorkflowWalker(
          workflow, openedOn: try #require(Self.openedOn), roles: pack.roles.map(\.id), regime: regime.id)
        let walks = WalkPlan(walker).walks
        #expect(!walks.isEmpty, "\(regime.id)/\(id): no walk ends")
        for walk in isFirst ? walks[...] : walks.prefix(1) {
          try await desk.drive(walk, regime: regime.id, workflow: workflow, officers: walker.officers, probing: isFirst)
        }
      }
    }
  }
}

extension WalkDesk {
  private func open(_ workflow: Workflow, _ regime: String, _ date: CivilDate) async throws -> String {
    let command: [String] =
      switch workflow.kind {
      case .inspection: ["inspect", "start"]
      case .complaint: ["complaint", "register"]
      case .case, .order: ["case", "open"]
      }
    let out = try await must(
      command + [
        workflow.id, "--pack", pack, "--regime", regime, "--workflow", workflow.id, "--date", date.description,
        "--json",
      ])
    return try #require(Self.number(in: out))
  }

  /// A power that moved to another authority takes no new file (已划到行政审批局).
  func mustNotOpen(_ workflow: Workflow, _ regime: String) async throws {
    let result = try await run([
      "case", "open", "x", "--pack", pack, "--regime", regime, "--workflow", workflow.id, "--json",
    ])
    expectRefused(result, .regimeTransferred, "\(regime)/\(workflow.id)")
  }

  func drive(
    _ walk: WorkflowWalker.Walk, regime: String, workflow: Workflow, officers: WalkOfficers, probing: Bool
  ) async throws {
    let number = try await open(workflow, regime, walk.folded.opening.date)
    for event in walk.events {
      switch event {
      case .taken(let act):
        let result = try await take(act, on: number, of: workflow, officers)
        try #require(result.status == 0, "\(pack)/\(regime)/\(workflow.id) \(act.rule): \(result.err)")
      case .refused(let act, let code, let key):
        guard probing else { continue }
        let result = try await take(act, on: number, of: workflow, officers)
        expectRefused(result, code, "\(workflow.id) \(key)")
      }
    }
    let shown = try await must(["case", "show", number, "--json"])
    #expect(shown.contains("\"isFinal\":true"), "\(pack)/\(regime)/\(workflow.id)")
    #expect(shown.contains("\"voidActs\":0"), "\(pack)/\(regime)/\(workflow.id)")
  }
}
