import Replication
import Testing

@testable import OfficeNode

@Suite("One session for each pair of offices")
struct SessionRegistryTests {
  private let city = OfficeCode("1305"), district = OfficeCode("130526")

  private func isSuperseded(_ inbox: SessionInbox) async -> Bool {
    if case .hangUp(.superseded, _) = await inbox.next() { true } else { false }
  }

  @Test("of two calls in one direction the later stays")
  func later() async throws {
    let registry = SessionRegistry()
    let own = try #require(city), peer = try #require(district)
    let first = SessionInbox(), second = SessionInbox()
    let one = try #require(registry.enter(peer, from: own, isCaller: false, inbox: first))
    let two = try #require(registry.enter(peer, from: own, isCaller: false, inbox: second))
    #expect(await isSuperseded(first))
    registry.leave(peer, id: one)
    #expect(registry.peers == [peer])
    registry.leave(peer, id: two)
    #expect(registry.peers.isEmpty)
    await registry.drained()
  }

  /// Whichever call comes first at either side, both keep the same one.
  @Test("of two in opposite directions both sides keep the call of the lower code", arguments: [true, false], [true, false])
  func opposite(cityCallsFirstAtCity: Bool, cityCallsFirstAtDistrict: Bool) throws {
    func kept(own: OfficeCode, peer: OfficeCode, cityFirst: Bool) -> String? {
      let registry = SessionRegistry()
      let calls = cityFirst ? ["city", "district"] : ["district", "city"]
      var kept: String?
      for call in calls {
        let isOurs = (call == "city") == (own == city)
        if registry.enter(peer, from: own, isCaller: isOurs, inbox: SessionInbox()) != nil { kept = call }
      }
      return kept
    }
    let a = try #require(city), b = try #require(district)
    #expect(kept(own: a, peer: b, cityFirst: cityCallsFirstAtCity) == "city")
    #expect(kept(own: b, peer: a, cityFirst: cityCallsFirstAtDistrict) == "city")
  }

  @Test("when it closes every session is told, and none is taken until it opens again")
  func closing() async throws {
    let registry = SessionRegistry()
    let own = try #require(city), peer = try #require(district)
    let inbox = SessionInbox()
    let id = try #require(registry.enter(peer, from: own, isCaller: true, inbox: inbox))
    registry.close(.shuttingDown, "stopping")
    #expect(registry.enter(peer, from: own, isCaller: true, inbox: SessionInbox()) == nil)
    guard case .hangUp(.shuttingDown, "stopping") = await inbox.next() else {
      Issue.record("not told")
      return
    }
    async let drained: Void = registry.drained()
    registry.leave(peer, id: id)
    await drained
  }

  @Test("of what moved a session is told what its peer may hold, and sleeps on when there is nothing")
  func moved() async throws {
    let registry = SessionRegistry()
    let own = try #require(city), peer = try #require(district), other = try #require(OfficeCode("130527"))
    let inbox = SessionInbox(), otherInbox = SessionInbox()
    _ = registry.enter(peer, from: own, isCaller: false, inbox: inbox)
    _ = registry.enter(other, from: own, isCaller: false, inbox: otherInbox)
    registry.moved { $0 == peer ? [head(1, seq: 7)] : [] }
    otherInbox.tick()
    guard case .moved(let heads) = await inbox.next(), heads == [head(1, seq: 7)], case .tick = await otherInbox.next()
    else {
      Issue.record("told of what it may not hold, or not told")
      return
    }
  }

  private func head(_ incarnation: UInt64, seq: UInt64) -> StreamHead {
    StreamHead(
      stream: StreamID(author: KeyFingerprint(.zero), incarnation: incarnation, audience: .up), seq: seq, hash: .zero)
  }

  @Test("an inbox holds one frame, tells news before frames and each once, and its end last")
  func inbox() async {
    let inbox = SessionInbox()
    let producer = Task {
      for byte in UInt8(0)..<100 { await inbox.deliver([byte]) }
      inbox.end(nil)
    }
    while !inbox.hasFrame { await Task.yield() }
    inbox.moved([head(1, seq: 1), head(2, seq: 1)])
    inbox.moved([head(1, seq: 2)])
    inbox.tick()
    var seen: [String] = []
    var frames: [UInt8] = []
    loop: while true {
      switch await inbox.next() {
      case .moved(let heads): seen += heads.map { "moved \($0.stream.incarnation) \($0.seq)" }
      case .tick: seen.append("tick")
      case .rested: seen.append("rested")
      case .failed: seen.append("failed")
      case .frame(let bytes): frames += bytes
      case .hangUp: seen.append("hangUp")
      case .ended: break loop
      }
    }
    await producer.value
    #expect(seen == ["moved 2 1", "moved 1 2", "tick"])
    #expect(frames == Array(0..<100))
  }
}
