import Casebook
import Dispatch
import Foundation
import PeerTransport
import Synchronization
import Testing

@testable import OfficeNode

@Suite("What a node does for a desk that hangs up, and while it is busy", .timeLimit(.minutes(3)))
struct HangUpTests {
  private func serving(
    _ node: OfficeNode, _ home: Home, _ body: () async throws -> Void
  ) async throws {
    let control = ControlServer(node: node, logger: BackupHome.logger)
    let listener = try await LocalListener.start(path: home.socket) { await control.handle($0) }
    try await body()
    await listener.close()
  }

  @Test("a question gives up its place in the line when its asker hangs up, also one that was sent behind it")
  func waiting() async throws {
    let place = try await BackupHome(officers: 0)
    let node = try place.open()
    try await serving(node, place.home) {
      let held = HeldReads()
      let first = held.read(0, with: node.readers)
      try await held.began(1)
      let gone = try await LocalConnection.dial(path: place.home.socket)
      let stays = try await LocalConnection.dial(path: place.home.socket)
      for _ in 0..<2 { try await gone.send(try DeskCodec.encode(DeskRequest.board)) }
      try await stays.send(try DeskCodec.encode(DeskRequest.board))
      try await Patience.until("both wait") { node.readers.waiting(in: .rows) == 2 }
      await gone.close()
      try await Patience.until("one waits") { node.readers.waiting(in: .rows) == 1 }
      held.release(1)
      _ = try await first.value
      var answers = stays.frames.makeAsyncIterator()
      let answer = try DeskCodec.decode(DeskAnswer.self, from: try #require(try await answers.next()))
      guard case .reply(.board) = answer else {
        Issue.record("\(answer)")
        return
      }
      await stays.close()
    }
  }

  @Test("what writes is carried out although its asker hung up")
  func writing() async throws {
    let place = try await BackupHome(officers: 0)
    let node = try place.open()
    try await serving(node, place.home) {
      for index in 0..<10 {
        let asker = try await LocalConnection.dial(path: place.home.socket)
        let draft = OfficerDraft(
          login: "o\(index)", name: "o", roles: [], certificateNumber: nil, certificateKind: nil, validFrom: nil,
          validTo: nil)
        try await asker.send(try DeskCodec.encode(DeskRequest.officerAdd(draft)))
        await asker.close()
      }
      try await Patience.until("all are there") {
        guard case .officers(let officers) = try await node.perform(.officerList) else { return false }
        return officers.count == 10
      }
    }
  }

  /// A clock that stops whoever asks it next until it is let go of.
  private final class StoppingClock: Sendable {
    let gate = DispatchSemaphore(value: 0)
    private let isArmed = Mutex(false)
    private let hasStopped = Mutex(false)

    var stopped: Bool { hasStopped.withLock { $0 } }
    func arm() { isArmed.withLock { $0 = true } }

    func now() -> UInt64 {
      let stops = isArmed.withLock { isArmed in
        defer { isArmed = false }
        return isArmed
      }
      if stops {
        hasStopped.withLock { $0 = true }
        _ = gate.wait(timeout: .now() + 60)
      }
      return SystemEffects.live.now()
    }
  }

  @Test("a board that was read beside the node is handed out although the node is busy")
  func busy() async throws {
    let place = try await BackupHome(officers: 1)
    let clock = StoppingClock()
    let node = try place.open(
      effects: SystemEffects(now: { clock.now() }, randomBytes: SystemEffects.live.randomBytes))
    try await serving(node, place.home) {
      let desk = try #require(await RemoteDesk.connect(place.home))
      // Of a board the reading side alone asks for the time, beside the node.
      clock.arm()
      let asking = Task { try await desk.perform(.board) }
      try await Patience.until("the board is being read") { clock.stopped }
      let isHeld = Mutex(false)
      let gate = DispatchSemaphore(value: 0)
      let holding = Task {
        await node.hold {
          isHeld.withLock { $0 = true }
          return gate.wait(timeout: .now() + 60) == .success
        }
      }
      try await Patience.until("the node is busy") { isHeld.withLock { $0 } }
      clock.gate.signal()
      guard case .board = try await asking.value else { throw CancellationError() }
      gate.signal()
      // Not let go of by time: the answer was here before.
      #expect(await holding.value)
      await desk.close()
    }
  }
}

extension OfficeNode {
  /// Does something at the node, which does nothing else meanwhile.
  func hold(_ body: @Sendable () -> Bool) -> Bool { body() }
}
