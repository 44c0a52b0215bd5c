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
    let desk = try await WalkDesk(code: code)
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

/// One serving office and the commands a clerk types.
final class WalkDesk: Sendable {
  private let office: Office
  private let node: Office.Running
  private let code: String
  private let known = Registered()

  private actor Registered {
    private var logins: Set<String> = []
    func isNew(_ login: String) -> Bool { logins.insert(login).inserted }
  }

  init(code: String) async throws {
    self.code = code
    office = try Office()
    try await office.found()
    node = try await office.serve().running
  }

  func stop() { node.process.terminate() }

  /// Publishes the bundled pack as if it had been in force for ten years: some periods take more than a year to run
  /// out, and nothing is recorded before its day.
  func publish(_ pack: RegimePack, _ yaml: String) async throws {
    let file = office.folder + "/\(code).yaml"
    try yaml.replacing("effective: \(pack.effective)", with: "effective: 2016-01-01")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try await office.must("regime", "publish", file)
    for series in pack.series {
      for year in 2016...2022 {
        try await office.must(
          "number", "lease", "\(code)/\(series.id)", "--year", "\(year)", "--from", "1", "--to", "5000")
      }
    }
  }

  private func register(_ officer: ActOfficer) async throws {
    guard await known.isNew(officer.id) else { return }
    var arguments = ["officer", "add", officer.id, "--name", officer.name]
    for role in officer.roles { arguments += ["--role", role] }
    if let held = officer.certificate {
      arguments += [
        "--certificate", held.number, "--kind", held.kind, "--from", held.validFrom.description, "--to",
        held.validTo.description,
      ]
    }
    try await must(arguments)
  }

  @discardableResult
  private func must(_ arguments: [String]) async throws -> String {
    let result = try await office.start(Office.executable, ["--home", office.home] + arguments).wait()
    try #require(result.status == 0, "\(arguments): \(result.err)")
    return result.out
  }

  private func open(_ workflow: Workflow, _ regime: String, _ date: CivilDate) async throws -> String {
    let command: [String] =
      switch workflow.kind {
      case .inspection: ["inspect", "start"]
      case .complaint: ["complaint", "register"]
      case .case, .order: ["case", "open"]
      }
    let out = try await must(
      command + [
        workflow.id, "--pack", code, "--regime", regime, "--workflow", workflow.id, "--date", date.description, "--json",
      ])
    return try #require(out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
  }

  /// A power that moved to another authority takes no new file (已划到行政审批局).
  func mustNotOpen(_ workflow: Workflow, _ regime: String) async throws {
    let result = try await office.docket(
      "case", "open", "x", "--pack", code, "--regime", regime, "--workflow", workflow.id, "--json")
    #expect(result.status == 1 && result.err.contains("regime-transferred"), "\(result.err)")
  }

  func drive(
    _ walk: WorkflowWalker.Walk, regime: String, workflow: Workflow, officers: WalkOfficers, probing: Bool
  ) async throws {
    let number = try await open(workflow, regime, walk.folded.opening.date)
    for event in walk.events {
      switch event {
      case .taken(let act):
        let result = try await take(act, on: number, of: workflow, officers)
        try #require(result.status == 0, "\(code)/\(regime)/\(workflow.id) \(act.rule): \(result.err)")
      case .refused(let act, let code, let key):
        guard probing else { continue }
        let result = try await take(act, on: number, of: workflow, officers)
        #expect(result.status == 1, "\(self.code)/\(workflow.id) \(key): \(result.out)\(result.err)")
        #expect(result.err.contains("\"code\":\"\(code.rawValue)\""), "\(self.code)/\(workflow.id) \(key): \(result.err)")
        #expect(result.err.contains("\"remedy\"") && result.err.contains("\"article\""))
      }
    }
    let shown = try await must(["case", "show", number, "--json"])
    #expect(shown.contains("\"isFinal\":true"), "\(code)/\(regime)/\(workflow.id)")
    #expect(shown.contains("\"voidActs\":0"), "\(code)/\(regime)/\(workflow.id)")
  }

  private func take(
    _ act: Act, on number: String, of workflow: Workflow, _ officers: WalkOfficers
  ) async throws -> Office.Result {
    var arguments = ["case", "act", number, act.rule, "--date", act.date.description, "--json"]
    for officer in act.officers {
      try await register(officer)
      arguments += ["--officer", officer.id]
    }
    let fields = workflow.act(act.rule)?.form?.fields ?? []
    for (name, value) in act.facts.sorted(by: { $0.key < $1.key }) {
      let kind = fields.first { $0.id == name }?.kind
      if kind == .officer { try await register(officers.officer(value.spelled)) }
      var text = value.spelled
      if kind == .money, case .integer(let fen) = value { text = Money(fen: fen).description }
      arguments += ["--field", "\(name)=\(text)"]
    }
    return try await office.start(Office.executable, ["--home", office.home] + arguments).wait()
  }
}
