import Casework
import RegimePacks
import TestKit
import Testing

/// Every order of every pack is driven from issue to its end between two offices that meet only when they synchronise,
/// each taking the acts that are its own; RegimeWalkTests drives the files of one office.
@Suite("Every order between a superior and a subordinate, by the command line")
struct OrderWalkTests {
  private static let openedOn = CivilDate("2016-01-05")
  private static let packs = ["luquan", "renxian"]

  private func load(_ bundled: BundledPacks.Pack) throws -> RegimePack {
    try PackLoader.load(yaml: bundled.yaml, file: bundled.code)
  }

  @Test("no other pack has an order")
  func others() throws {
    let withOrders = try BundledPacks.all().map(load).filter { $0.workflows.contains { $0.kind == .order } }
    #expect(Set(withOrders.map(\.code)) == Set(Self.packs))
  }

  @Test("each way through an order is gone, and either office is refused what is the other's", arguments: packs)
  func orders(code: String) async throws {
    let bundled = try #require(try BundledPacks.all().first { $0.code == code })
    let pack = try load(bundled)
    let offices = try await OrderOffices(pack, bundled.yaml)
    defer { offices.stop() }
    var walked: Set<String> = []
    for regime in pack.regimes {
      for workflow in regime.workflows.compactMap(pack.workflow) where workflow.kind == .order {
        let walker = WorkflowWalker(
          workflow, openedOn: try #require(Self.openedOn), roles: pack.roles.map(\.id), regime: regime.id)
        let plan = WalkPlan(everyDeedOf: walker)
        let undone = plan.walks.reduce(walker.deeds) { $0.subtracting($1.deeds) }
        #expect(undone.isEmpty, "\(code)/\(workflow.id): \(undone.sorted())")
        let missing = walker.guardKeys.subtracting(plan.guardKeys).filter { !walker.mayBeImplied($0) }
        #expect(missing.isEmpty, "\(code)/\(workflow.id): \(missing.sorted())")
        // One workflow under several regimes is walked with all its ways and refusals once.
        let isFirst = walked.insert(workflow.id).inserted
        let order = OrderOffices.Order(workflow: workflow, regime: regime.id, officers: walker.officers)
        var probes = isFirst ? OrderOffices.Probes() : nil
        if isFirst { try await offices.refuseAddressees(of: order, plan) }
        for walk in isFirst ? plan.walks[...] : plan.walks.prefix(1) {
          try await offices.drive(walk, of: order, probes: &probes)
        }
      }
    }
    let all = pack.workflows.filter { $0.kind == .order }.map(\.id)
    #expect(walked == Set(all), "an order that no regime has")
    try await offices.verify()
  }
}
