import Dispatch
import NIOCore
import PeerTransport
import Synchronization
import Testing

@testable import OfficeNode

@Suite("A node's end, and its rest")
struct StoppingTests {
  @Test("sessions that do not end and a peer that does not read together take less than a stop may")
  func stop() {
    let farewell = Duration.nanoseconds(TransportLimits.standard.farewellTime.nanoseconds)
    #expect(NodeService.partingTime + farewell < NodeService.stoppingTime)
  }

  @Test("a stop does not wait for what the node is at: an import, a rebuild")
  func busy() async throws {
    let place = try await BackupHome(officers: 0)
    let node = try place.open()
    let (ready, isReady) = AsyncStream<Void>.makeStream()
    let service = try NodeService(
      node: node, plan: NodeService.Plan(listen: nil, dials: false), logger: BackupHome.logger
    ) { _ in isReady.finish() }
    let serving = Task { try await service.run() }
    for await _ in ready {}
    let isHeld = Mutex(false)
    let gate = DispatchSemaphore(value: 0)
    let holding = Task {
      await node.hold {
        isHeld.withLock { $0 = true }
        return gate.wait(timeout: .now() + 60) == .success
      }
    }
    try await Patience.until("the node is busy") { isHeld.withLock { $0 } }
    serving.cancel()
    try await serving.value
    gate.signal()
    // Not let go of by time: the stop was over before.
    #expect(await holding.value)
  }

  @Test("memory is given back in the step that finds the node at rest, and what works after that is given back again")
  func release() async throws {
    let place = try await BackupHome(officers: 0)
    let node = try place.open()
    let found = await node.rests()
    #expect(found == [true, true, false, true])
  }
}

extension OfficeNode {
  /// - Returns: whether a release is due: after work, after a look that came too early, after one in time, after work
  ///   again.
  fileprivate func rests() -> [Bool] {
    isServing = true
    var due: [Bool] = []
    worked()
    due.append(release != nil)
    let first = release
    due.append(released() != nil && release != nil)
    restsAt = .now
    due.append(released() != nil || release != nil)
    worked()
    due.append(release != nil)
    first?.cancel()
    release?.cancel()
    return due
  }
}
