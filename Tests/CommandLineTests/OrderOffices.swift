import Casework
import RegimePacks
import TestKit
import Testing

/// A superior that serves and a subordinate that joined it; both hold an order after they met.
struct OrderOffices {
  struct Order {
    let workflow: Workflow
    let regime: String
    let officers: WalkOfficers
  }

  /// Refusals not driven yet, so that each is driven once over all the walks of an order.
  struct Probes {
    private var met: Set<String> = []
    mutating func isNew(_ what: String) -> Bool { met.insert(what).inserted }
  }

  private let superior: WalkDesk
  private let subordinate: WalkDesk

  /// Commands of `docket order` for one act each, with the field that is typed as an argument.
  private static let commands: [String: (name: String, field: String?)] = [
    "acknowledge": ("acknowledge", nil), "reply": ("reply", "report"), "apply-review": ("review", "reason"),
  ]
  /// Fields that `order issue` has options for.
  private static let issueOptions = ["demand": "--demand", "dueDate": "--due", "kind": "--kind"]

  init(_ pack: RegimePack, _ yaml: String) async throws {
    superior = try await WalkDesk(pack: pack.code, code: WalkHierarchy.superior)
    try await superior.publish(pack, yaml)
    // It joins last: what was published before comes with the first exchange.
    subordinate = try await WalkDesk(joining: superior, code: WalkHierarchy.office)
  }

  func stop() { superior.stop() }

  func verify() async throws {
    for desk in [superior, subordinate] { try await desk.must(["verify"]) }
  }

  // MARK: - Issuing

  private func issue(
    _ act: Act, of order: Order, by desk: WalkDesk, to addressee: String = WalkHierarchy.office
  ) async throws -> Office.Result {
    var arguments = [
      "order", "issue", order.workflow.id, "--to", addressee, "--pack", desk.pack, "--regime", order.regime,
    ]
    for (field, option) in Self.issueOptions { arguments += [option, try #require(act.facts[field]).spelled] }
    return try await desk.run(
      arguments + desk.options(of: act, order.workflow, order.officers, leavingOut: Set(Self.issueOptions.keys)))
  }

  private func orders(at desk: WalkDesk) async throws -> String {
    try await desk.must(["case", "list", "--kind", "order", "--json"])
  }

  /// An order goes down only: not up, and not to the office that issues it.
  func refuseAddressees(of order: Order, _ plan: WalkPlan) async throws {
    let issued = try #require(plan.walks.first?.acts.first)
    for (desk, addressee) in [
      (subordinate, WalkHierarchy.superior), (subordinate, WalkHierarchy.office), (superior, WalkHierarchy.superior),
    ] {
      let result = try await issue(issued, of: order, by: desk, to: addressee)
      desk.expectRefused(result, .notSuperior, "\(order.workflow.id) to \(addressee)")
    }
  }

  // MARK: - Walking

  private func isSuperiors(_ act: Act) -> Bool { act.office == WalkHierarchy.superior }

  /// Takes an act at the office whose it is, or at the other one.
  private func take(
    _ act: Act, on number: String, of order: Order, atOther: Bool = false
  ) async throws -> Office.Result {
    let desk = isSuperiors(act) != atOther ? superior : subordinate
    guard let command = Self.commands[act.rule] else {
      return try await desk.run(
        ["order", "act", number, act.rule] + desk.options(of: act, order.workflow, order.officers))
    }
    let argument = try command.field.map { [try #require(act.facts[$0]).spelled] } ?? []
    return try await desk.run(
      ["order", command.name, number] + argument
        + desk.options(of: act, order.workflow, order.officers, leavingOut: command.field.map { [$0] } ?? []))
  }

  private func expectRefusedAtOther(_ act: Act, on number: String, of order: Order) async throws {
    let result = try await take(act, on: number, of: order, atOther: true)
    let desk = isSuperiors(act) ? subordinate : superior
    desk.expectRefused(result, .notParty, "\(order.workflow.id) \(act.rule) at the wrong office")
  }

  /// - Parameter probes: `nil` where no refusals are driven: by the guards, at the wrong office, and after the end.
  func drive(_ walk: WorkflowWalker.Walk, of order: Order, probes: inout Probes?) async throws {
    let what = "\(order.regime)/\(order.workflow.id)"
    var opened: String?
    for event in walk.events {
      switch event {
      case .refused(let act, let code, let key):
        guard probes?.isNew(key) == true else { continue }
        let before = try await orders(at: superior)
        let result =
          if let number = opened { try await take(act, on: number, of: order) } else {
            try await issue(act, of: order, by: superior)
          }
        superior.expectRefused(result, code, "\(what) \(key)")
        #expect(try await orders(at: superior) == before, "\(what) \(key): what was refused left something")
      case .taken(let act):
        let isNew = probes?.isNew("\(act.rule) at the wrong office") == true
        if let number = opened {
          if isNew { try await expectRefusedAtOther(act, on: number, of: order) }
          let result = try await take(act, on: number, of: order)
          try #require(result.status == 0, "\(what) \(act.rule): \(result.err)")
          try await subordinate.must(["sync"])
        } else {
          let result = try await issue(act, of: order, by: superior)
          try #require(result.status == 0, "\(what) \(act.rule): \(result.err)")
          let number = try #require(WalkDesk.number(in: result.out))
          opened = number
          try await subordinate.must(["sync"])
          if isNew { try await expectRefusedAtOther(act, on: number, of: order) }
        }
      }
    }
    let number = try #require(opened)
    try await ended(number, walk, what)
    for act in walk.acts where probes?.isNew("\(act.rule) at \(walk.folded.state)") == true {
      let result = try await take(act, on: number, of: order)
      superior.expectRefused(result, .fileClosed, "\(what) \(act.rule) after the end")
    }
  }

  /// Both offices show the same acts and the end the walk came to, with nothing void.
  private func ended(_ number: String, _ walk: WorkflowWalker.Walk, _ what: String) async throws {
    let state = try #require(walk.folded.workflow.state(walk.folded.state)?.name)
    var acts: [Substring] = []
    for desk in [superior, subordinate] {
      let shown = try await desk.must(["order", "show", number, "--json"])
      #expect(shown.contains("\"isFinal\":true") && shown.contains("\"voidActs\":0"), "\(what): \(shown)")
      #expect(shown.contains("\"state\":{\"en\":\"\(state.en)\",\"zh\":\"\(state.zh)\"}"), "\(what): \(shown)")
      let taken = shown.matches(of: /"act":"([^"]+)"/).map(\.1)
      if acts.isEmpty { acts = taken }
      #expect(taken == acts, "\(what): the offices do not agree")
    }
    #expect(acts.map(String.init) == walk.acts.map(\.rule), "\(what)")
  }
}
