import Testing

@testable import OfficeNode

@Suite("Who may store next of what is caught up with")
struct AdmissionGateTests {
  private actor Passed {
    private(set) var names: [String] = []
    func add(_ name: String) { names.append(name) }
  }

  @Test("one at a time, in their order; who comes to an end goes before those that do not")
  func order() async {
    let gate = AdmissionGate()
    let passed = Passed()
    await gate.enter()
    var tasks: [Task<Void, Never>] = []
    for name in ["a", "b", "end a", "c", "end b"] {
      tasks.append(
        Task {
          await gate.enter(isEnding: name.hasPrefix("end"))
          await passed.add(name)
          await gate.leave()
        })
      while await gate.waitingCount < tasks.count { await Task.yield() }
    }
    #expect(await passed.names.isEmpty)
    await gate.leave()
    for task in tasks { await task.value }
    #expect(await passed.names == ["end a", "end b", "a", "b", "c"])
    // Nobody is left behind, and nobody holds it.
    await gate.enter()
    #expect(await gate.waitingCount == 0)
    await gate.leave()
  }
}
