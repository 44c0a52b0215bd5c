import Casebook
import Foundation
import NIOCore
import PeerTransport
import Replication
import Synchronization
import Testing

@testable import OfficeNode

@Suite("How sessions end", .timeLimit(.minutes(20)))
struct SessionEndTests {
  @Test("an exchange that is given up ends, although the peer says nothing and the line is well")
  func mute() async throws {
    let offices = try await LinkedOffices()
    let calls = Mutex(0)
    let listener = try await offices.listen { connection in
      do {
        for try await _ in connection.frames { calls.withLock { $0 += 1 } }
      } catch {}
    }
    let exchange = offices.exchange(.caller)
    try await Patience.until("the peer was greeted") { calls.withLock { $0 } > 0 }
    exchange.cancel()
    try await exchange.ends("the exchange has ended")
    await #expect(throws: CancellationError.self) { try await exchange.value }
    #expect(!offices.sub.sessions.isAnyOpen)
    await listener.close()
  }

  @Test("an exchange that is given up while entries pass ends, and the next one goes on from there")
  func givenUp() async throws {
    let offices = try await LinkedOffices()
    for index in 0..<40 { try await BackupHome.add("o\(index)", offices.sub) }
    let listener = try await offices.listen()
    let present = Mutex<Task<Bool, any Error>?>(nil)
    let exchange = offices.exchange(.caller) { _ in present.withLock { $0 }?.cancel() }
    present.withLock { $0 = exchange }
    try await exchange.ends("the exchange has ended")
    try await Patience.until("both know") {
      !offices.sub.sessions.isAnyOpen && !offices.top.sessions.isAnyOpen
    }
    let next = offices.exchange(.caller)
    try await next.ends("the next exchange has ended")
    _ = try await next.value
    guard case .officers(let officers) = try await offices.top.perform(.officerList) else { throw CancellationError() }
    #expect(officers.count == 40)
    await listener.close()
  }

  @Test("a session that breaks after everything was exchanged is not counted as complete; one that is hung up is")
  func broken() async throws {
    let offices = try await LinkedOffices()
    var limits = TransportLimits.standard
    // Nothing is said in a session at rest for longer than this.
    limits.silenceTime = .seconds(3)
    let strict = try await offices.listen(limits)
    // On a machine that is very busy a session may be cut before it is complete: another one then.
    for _ in 0..<8 where !offices.lines.contains(where: { $0.contains("session-complete") }) {
      try await offices.exchange(.stayingCaller).ends("the bureau has cut the line")
    }
    #expect(offices.lines.contains { $0.contains("session-complete peer=130526") })
    try await Patience.until("it is counted") { offices.ended(.timeout) > 0 }
    #expect(offices.ended(.complete) == 0)
    await strict.close()

    let calm = try await offices.listen()
    let exchange = offices.exchange(.caller)
    try await exchange.ends("the exchange has ended")
    _ = try await exchange.value
    try await Patience.until("it is counted") { offices.ended(.complete) == 1 }
    await calm.close()
  }

  @Test("trouble with content on this machine is told to the peer as such; the log says with whom")
  func localTrouble() async throws {
    let offices = try await LinkedOffices()
    let listener = try await offices.listen()
    // No folder can be made there.
    let path = await offices.sub.home.blobs
    try? FileManager.default.removeItem(atPath: path)
    try Data().write(to: URL(fileURLWithPath: path))
    let exchange = offices.exchange(.stayingCaller)
    try await exchange.ends("the exchange has ended")
    let failure = await #expect(throws: DeskFailure.self) { try await exchange.value }
    #expect(failure?.code == "folder")
    try await Patience.until("the bureau knows") { !offices.lines.filter { $0.contains("session-ended") }.isEmpty }
    let line = try #require(offices.lines.first { $0.contains("session-ended") })
    #expect(line.contains("peer=130526") && line.contains("failure=internalFailure"), "\(line)")
    await listener.close()
  }

  @Test("an open session makes what is known of the office no younger before everything was exchanged")
  func catchingUp() async throws {
    let family = try await OfficeFamily()
    let sub = try await family.join("130526", under: family.top)
    func peer() async throws -> PeerView {
      guard case .peers(let views) = try await family.top.perform(.peers) else { throw CancellationError() }
      return try #require(views.first { $0.office == "130526" })
    }
    let inbox = SessionInbox()
    let id = try #require(family.top.sessions.enter(sub.office, from: family.top.office, isCaller: false, inbox: inbox))
    #expect(try await peer().age == nil)
    family.top.sessions.settled(sub.office, SessionInbox())
    #expect(try await peer().age == nil)
    family.top.sessions.settled(sub.office, inbox)
    #expect(try await peer().age == 0)
    family.top.sessions.leave(sub.office, id: id)
    #expect(try await peer().age == nil)
  }

  @Test("of a session that stays open both sides know when everything was exchanged")
  func settled() async throws {
    let offices = try await LinkedOffices()
    let listener = try await offices.listen()
    let exchange = offices.exchange(.stayingCaller)
    try await Patience.until("both know") {
      offices.top.sessions.settledPeers == [offices.sub.office]
        && offices.sub.sessions.settledPeers == [offices.top.office]
    }
    exchange.cancel()
    try await exchange.ends("the exchange has ended")
    try await Patience.until("both know") {
      offices.top.sessions.settledPeers.isEmpty && offices.sub.sessions.settledPeers.isEmpty
    }
    await listener.close()
  }
}
