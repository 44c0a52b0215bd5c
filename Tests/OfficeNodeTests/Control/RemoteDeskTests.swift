import Casebook
import Foundation
import PeerTransport
import Testing

@testable import OfficeNode

@Suite("The desk of a serving node, over its control socket", .timeLimit(.minutes(2)))
struct RemoteDeskTests {
  /// A node's desk under its socket, while `body` runs.
  private func serving(_ body: (RemoteDesk, OfficeNode) async throws -> Void) async throws {
    let home = try await BackupHome(officers: 0)
    let node = try home.open()
    let control = ControlServer(node: node, logger: BackupHome.logger)
    let listener = try await LocalListener.start(path: home.home.socket) { await control.handle($0) }
    let desk = try #require(await RemoteDesk.connect(home.home))
    try await body(desk, node)
    await desk.close()
    await listener.close()
  }

  private func logins(_ desk: RemoteDesk) async throws -> Set<String> {
    guard case .officers(let officers) = try await desk.perform(.officerList) else { return [] }
    return Set(officers.map(\.login))
  }

  private func add(_ login: String, _ desk: RemoteDesk) async throws -> DeskReply {
    try await desk.perform(
      .officerAdd(
        OfficerDraft(
          login: login, name: login, roles: [], certificateNumber: nil, certificateKind: nil, validFrom: nil, validTo: nil)))
  }

  /// Whether one request of several kinds gets what belongs to it.
  private func isAnswered(_ number: Int, _ desk: RemoteDesk) async throws -> Bool {
    switch number % 4 {
    case 0:
      guard case .status = try await desk.perform(.status) else { return false }
    case 1:
      guard case .verified = try await desk.perform(.verify) else { return false }
    case 2:
      do {
        _ = try await desk.perform(.fileShow(file: "no such file"))
        return false
      } catch is DeskFailure {
        return true
      }
    default:
      guard case .officers = try await add("o\(number)", desk) else { return false }
    }
    return true
  }

  @Test("requests made at once over one connection are all answered, each with its own answer")
  func concurrent() async throws {
    try await serving { desk, _ in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            try await isAnswered(number, desk)
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
      #expect(try await logins(desk) == Set(stride(from: 3, to: 40, by: 4).map { "o\($0)" }))
    }
  }

  @Test("who waits no longer takes nobody else's answer away")
  func cancelled() async throws {
    try await serving { desk, _ in
      for number in 0..<10 {
        let asking = Task { try await desk.perform(.verify) }
        asking.cancel()
        // Answered before, or given up.
        if case .failure(let error) = await asking.result { #expect(error is CancellationError) }
        _ = try await add("o\(number)", desk)
        #expect(try await logins(desk).count == number + 1)
      }
    }
  }

  @Test("a connection that is closed tells everybody who waits or comes later")
  func closed() async throws {
    try await serving { desk, node in
      let held = HeldReads()
      let reading = held.read(0, with: node.readers, in: .log)
      try await held.began(1)
      let first = Task { try await desk.perform(.verify) }
      try await Patience.until("the first is asked") { node.readers.waiting(in: .log) == 1 }
      // Only now: a status that came before it would be answered.
      let others = [DeskRequest.status, .verify].map { request in Task { try await desk.perform(request) } }
      await desk.close()
      for one in [first] + others {
        let failure = await #expect(throws: DeskFailure.self) { try await one.value }
        #expect(failure?.code == "node-stopped")
      }
      await #expect(throws: DeskFailure.self) { _ = try await desk.perform(.status) }
      held.release(1)
      _ = try await reading.value
    }
  }
}
