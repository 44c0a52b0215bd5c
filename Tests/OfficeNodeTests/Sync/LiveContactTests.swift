import Casebook
import Foundation
import PeerTransport
import Replication
import Synchronization
import Testing

@testable import OfficeNode

@Suite("What is known of a peer while a session is open, and after it", .timeLimit(.minutes(20)))
struct LiveContactTests {
  private let family: OfficeFamily
  private let city: OfficeNode
  private let county: OfficeNode
  /// So that a minute of pings takes no minute.
  private let look = Duration.milliseconds(20)

  init() async throws {
    family = try await OfficeFamily()
    city = family.top
    county = try await family.join("130526", under: city)
  }

  private func lastContact(_ node: OfficeNode, _ peer: OfficeNode) async throws -> UInt64? {
    let peer = peer.office.text
    guard case .peers(let views) = try await node.perform(.peers) else { throw CancellationError() }
    return views.first { $0.office == peer }?.lastContact
  }

  private func outbox(_ node: OfficeNode, for peer: OfficeNode) async throws -> [WaitingView] {
    guard case .outbox(let view) = try await node.perform(.outbox(office: peer.office.text)) else {
      throw CancellationError()
    }
    return view.outbox
  }

  /// Asks until it is so.
  private func until(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<3_000 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("never came to be so")
  }

  /// The county calls and stays.
  /// - Returns: once everything is exchanged, the session that goes on.
  private func stay(_ port: Int) async throws -> (connection: PeerConnection, session: Task<Void, Never>) {
    let connection = try await county.dial(port)
    let (completed, complete) = AsyncStream<Void>.makeStream()
    let (county, peer, look) = (county, city.office, look)
    let session = Task {
      _ = try? await SessionRunner(
        node: county, connection: connection, peer: peer, role: .stayingCaller, look: look,
        onComplete: { _ in complete.finish() }
      ).run()
      complete.finish()
    }
    for await _ in completed {}
    return (connection, session)
  }

  @Test("a session that was cut after it had stayed open: both know the time of the last word, not of the first")
  func cut() async throws {
    let listener = try await city.takeCalls(look: look)
    let (connection, session) = try await stay(listener.port)
    // The other side may come to the end of the exchange a little later.
    try await until { try await lastContact(city, county) != nil }
    let atCounty = try #require(try await lastContact(county, city))
    let atCity = try #require(try await lastContact(city, county))
    // Some pings later, each of which is a look's multiple.
    let bytes = connection.bytesReceived
    try await until { connection.bytesReceived >= bytes + 4 * (4 + SyncFrame.ping.encoded.count) }
    await listener.close()
    await session.value
    await city.sessions.drained()
    #expect(try await lastContact(county, city) ?? 0 > atCounty)
    #expect(try await lastContact(city, county) ?? 0 > atCity)
  }

  @Test("what a subordinate has stored over an open session does not wait for the next one, nor after a cut")
  func delivered() async throws {
    let listener = try await city.takeCalls(look: look)
    let (_, session) = try await stay(listener.port)
    try await until { try await outbox(city, for: county).isEmpty }
    // For this audience a subordinate says nothing of its own.
    _ = try await city.name(Array("content".utf8), for: .subtree(county.office))
    let stream = await city.ownStream(1, .subtree(county.office))
    let head = try #require(try await city.head(of: stream))
    try await until { try await county.head(of: stream) == head }
    try await until { try await outbox(city, for: county).isEmpty }
    await listener.close()
    await session.value
    await city.sessions.drained()
    #expect(city.delivered.all.isEmpty)
    #expect(try await outbox(city, for: county).isEmpty)
    // What comes after that waits.
    _ = try await city.name(Array("more".utf8), for: .subtree(county.office))
    #expect(try await outbox(city, for: county).count == 1)
  }

  @Test("of several addresses the one that worked last is called first")
  func alternates() async throws {
    let calls = Calls()
    let one = try await city.takeCalls { calls.count("one") }
    let other = try await city.takeCalls { calls.count("other") }
    func exchange(_ addresses: String) async throws {
      await county.reachSuperior(at: addresses)
      _ = try await county.exchange(with: city.office, role: .caller, progress: { _ in }, onComplete: { _ in })
    }
    let (first, second) = ("127.0.0.1:\(one.port)", "127.0.0.1:\(other.port)")
    try await exchange(second)
    try await exchange("\(first),\(second)")
    #expect(calls.all == ["other", "other"])
    // It is gone: the others are called in their order.
    await other.close()
    try await exchange("\(first),\(second)")
    #expect(calls.all == ["other", "other", "one"])
    await one.close()
  }
}

private final class Calls: Sendable {
  private let names = Mutex<[String]>([])
  var all: [String] { names.withLock { $0 } }
  func count(_ name: String) { names.withLock { $0.append(name) } }
}
