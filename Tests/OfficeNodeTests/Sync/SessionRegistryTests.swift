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

  @Test("an inbox holds one frame, tells news before frames and each once, and its end last")
  func inbox() async {
    let inbox = SessionInbox()
    let producer = Task {
      for byte in UInt8(0)..<100 { await inbox.deliver([byte]) }
      inbox.end(nil)
    }
    while !inbox.hasFrame { await Task.yield() }
    inbox.moved()
    inbox.moved()
    inbox.tick()
    var seen: [String] = []
    var frames: [UInt8] = []
    loop: while true {
      switch await inbox.next() {
      case .moved: seen.append("moved")
      case .tick: seen.append("tick")
      case .frame(let bytes): frames += bytes
      case .hangUp: seen.append("hangUp")
      case .ended: break loop
      }
    }
    await producer.value
    #expect(seen == ["moved", "tick"])
    #expect(frames == Array(0..<100))
  }
}
