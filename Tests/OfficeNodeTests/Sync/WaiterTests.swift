import NIOCore
import PeerTransport
import Replication
import Testing

@testable import OfficeNode

@Suite("Who waits for its turn to catch up", .timeLimit(.minutes(20)))
struct WaiterTests {
  /// Kept waiting until it was told, more often than its own limit of silence lasts, that the other side is there.
  @Test("is told so, in a way its version knows, and neither side takes the other for gone", arguments: [1, 2, 3])
  func waits(version: UInt64) async throws {
    let family = try await OfficeFamily()
    let city = family.top
    let county = try await family.join("130526", under: city)
    var limits = TransportLimits()
    // More than a machine busy with other work lets a process wait.
    limits.silenceTime = .seconds(8)
    limits.unreadTime = .seconds(8)
    let look = Duration.milliseconds(100)
    let listener = try await city.takeCalls(limits, look: look)
    await city.catchUpGate.enter()
    var caller = try await RawCaller(as: county, port: listener.port, limits: limits)
    try await caller.begin(version: version)
    // All that it may send before it is given more.
    let credit = version < 3 ? SessionLimits.creditBytes : SessionLimits.firstCreditBytes
    let text = String(repeating: "案", count: 6_000)
    let stream = await county.ownStream(2)
    let entry = try await county.chain(stream, 1, text: text)[0]
    let cost = version == 1 ? entry.encoded.count : EntryRun.bytes(of: entry)
    let entries = try await county.chain(stream, credit / (cost + 8), text: text)
    for entry in entries {
      let run = version == 1 ? .whole(stream, [entry.encoded]) : CarriedRun.spare(try #require(EntryRun([entry])))
      try await caller.send(.entries(run))
    }
    let silences = 2
    var signs = 0
    while signs < silences * Int(Duration.nanoseconds(limits.silenceTime.nanoseconds) / look) {
      let frame = try await caller.next()
      switch try #require(frame) {
      case .ping where version >= 3:
        signs += 1
        try await caller.send(.ping)
      case .credit(bytes: 0) where version < 3: signs += 1
      // The city's own charter, and what else it had to send.
      case .entries, .done: break
      case let frame: Issue.record("\(frame) while the gate is shut")
      }
    }
    #expect(try await city.head(of: stream) == nil)
    await city.catchUpGate.leave()
    var stored = 0
    while stored < entries.count {
      let frame = try await caller.next()
      if case .credit(let bytes) = try #require(frame), bytes > 0 { stored += 1 }
    }
    #expect(try await city.head(of: stream)?.seq == UInt64(entries.count))
    #expect(city.transport.snapshot().cutOff.values.reduce(0, +) == 0)
    await caller.connection.close()
    await listener.close()
  }
}
