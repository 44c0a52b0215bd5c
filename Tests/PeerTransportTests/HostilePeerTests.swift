import Dispatch
import NIOCore
import NIOPosix
import PeerTransport
import TestKit
import Testing

/// Each of these peers is cut off within its limit and counted, and the honest one beside it goes on. Limits are small
/// here, so that nobody waits for minutes; no time is measured.
@Suite("Peers that mean no good", .timeLimit(.minutes(10)))
struct HostilePeerTests {
  private static func limits(_ change: (inout TransportLimits) -> Void) -> TransportLimits {
    var limits = TransportLimits()
    change(&limits)
    return limits
  }

  /// Before TLS.
  @Test("garbage instead of a handshake", arguments: [
    Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [UInt8](repeating: 0xA5, count: 512), [22, 3, 1, 0xFF, 0xFF, 1],
    [0, 0, 0, 1, 5], Array("SSH-2.0-OpenSSH_9.2\r\n".utf8),
  ])
  func garbage(_ bytes: [UInt8]) async throws {
    let bureau = try await Bureau.open()
    try await bureau.besideAnHonestPeer {
      let peer = try await RawPeer.call(bureau.listener.port)
      await peer.say(bytes)
      await peer.untilClosed()
      try await bureau.until { $0.handshakesFailed[.garbage] == 1 }
    }
    await bureau.listener.close()
  }

  @Test("garbage again and again shuts its address out, and no other one")
  func garbageForEver() async throws {
    let bureau = try await Bureau.open()
    try await bureau.besideAnHonestPeer {
      for _ in 0..<1_000 where bureau.counters.snapshot().refused[.struck] == 0 {
        let peer = try await RawPeer.call(bureau.listener.port, from: "127.0.0.2")
        await peer.say(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        await peer.untilClosed()
      }
      #expect(bureau.counters.snapshot().refused[.struck] == 1)
      let other = try await bureau.dial(try bureau.office())
      try await other.send([1])
      await other.close()
    }
    await bureau.listener.close()
  }

  @Test("nothing at all, and a handshake that is never finished")
  func stalled() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.handshakeTime = .seconds(10) })
    try await bureau.besideAnHonestPeer {
      let mute = try await RawPeer.call(bureau.listener.port)
      let half = try await RawPeer.call(bureau.listener.port, as: try bureau.office(), answers: false)
      half.shout([1])
      await mute.untilClosed()
      await half.untilClosed()
      try await bureau.until { $0.handshakesFailed[.tooSlow, default: 0] >= 2 }
    }
    await bureau.listener.close()
  }

  @Test("within TLS: a length of 4 GiB, and of nothing", arguments: [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0]] as [[UInt8]])
  func length(_ head: [UInt8]) async throws {
    let bureau = try await Bureau.open()
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      await peer.say(head + [1, 2, 3])
      await peer.untilClosed()
      try await bureau.until { $0.cutOff[.frameLength] != 0 }
    }
    await bureau.listener.close()
  }

  @Test("an admitted peer that speaks no TLS any more")
  func garbageWithin() async throws {
    let bureau = try await Bureau.open()
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      try await peer.sayBelow([23, 3, 3, 0, 32] + [UInt8](repeating: 0x5A, count: 32))
      await peer.untilClosed()
      try await bureau.until { $0.cutOff[.garbage] != 0 }
    }
    await bureau.listener.close()
  }

  @Test("half a frame and good-bye")
  func halfFrame() async throws {
    let bureau = try await Bureau.open()
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      await peer.say([0, 0, 0, 100, 1, 2, 3])
      await peer.close()
      try await bureau.until { $0.cutOff[.halfFrame] != 0 }
    }
    await bureau.listener.close()
  }

  @Test("a byte now and then, so that it is never silent")
  func trickle() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.frameTime = .seconds(8) })
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      await peer.say([0, 1, 0, 0])
      while peer.isOpen {
        await peer.say([9])
        try await Task.sleep(for: .milliseconds(50))
      }
      try await bureau.until { $0.cutOff[.slowFrame] != 0 }
    }
    await bureau.listener.close()
  }

  @Test("silence")
  func silence() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.silenceTime = .seconds(10) })
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      await peer.untilClosed()
      try await bureau.until { $0.cutOff[.silent] != 0 }
    }
    await bureau.listener.close()
  }

  @Test("a peer that talks and never reads")
  func notReading() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.unreadTime = .seconds(8) })
    try await bureau.besideAnHonestPeer {
      let peer = try await bureau.admittedPeer()
      try await peer.stopReading()
      // Each of these comes back, and nobody takes it.
      for _ in 0..<100 { peer.shout([0, 4, 0, 0] + [UInt8](repeating: 3, count: 256 * 1024)) }
      try await bureau.until { $0.cutOff[.notReading] != 0 }
      await peer.close()
    }
    await bureau.listener.close()
  }

  @Test("who uploads while we take our time is not cut off")
  func patience() async throws {
    let limits = Self.limits {
      $0.silenceTime = .seconds(12)
      $0.frameTime = .seconds(12)
      $0.heldBytesMax = 64 * 1024
    }
    // What arrives is "stored" for longer than any silence, while more than is held waits to be read.
    let bureau = try await Bureau.open(limits) { frame, _ in
      if frame.count == 65_536 { try? await Task.sleep(for: .seconds(16)) }
    }
    try await bureau.besideAnHonestPeer(saying: [0, 1, 0, 0] + [UInt8](repeating: 5, count: 65_536)) {
      try await Task.sleep(for: .seconds(18))
    }
    #expect(bureau.counters.snapshot().cutOff.values.allSatisfy { $0 == 0 })
    await bureau.listener.close()
  }

  @Test("handshakes and records with changed bytes come to an end", arguments: [0, 1, 2])
  func mangled(_ part: Int) async throws {
    // By hand: how many; a few otherwise.
    let rounds = ProcessEnvironment.value("DOCKET_FUZZ").flatMap { Int($0) }.map { $0 / 1_000 } ?? 40
    let limits = Self.limits {
      $0.handshakeTime = .seconds(10)
      $0.silenceTime = .seconds(10)
    }
    let bureau = try await Bureau.open(limits)
    try await bureau.besideAnHonestPeer {
      let office = try bureau.office()
      for batch in stride(from: 0, to: rounds, by: 20) {
        var peers: [RawPeer] = []
        for round in batch..<min(batch + 20, rounds) {
          // 0: the first message; 1: the client's certificate and what proves it; 2: what comes after the handshake.
          peers.append(try await RawPeer.call(bureau.listener.port, from: "127.0.0.2", as: office) { count, bytes in
            if count != part { return bytes }
            var mutator = ByteMutator(corpus: [[0]], bytesMax: 65_536, seed: UInt64(part * 1_000_000 + round))
            return mutator.changed(bytes)
          })
        }
        for peer in peers {
          peer.shout([0, 0, 0, 1, 7])
          // A change that TLS does not mind is none: such a peer gets its answer, or has its strikes.
          _ = try await peer.hears(5)
          await peer.close()
        }
      }
      let figures = bureau.counters.snapshot()
      let ended = Array(figures.handshakesFailed.values) + figures.cutOff.values + figures.refused.values
      #expect(ended.contains { $0 > 0 })
    }
    await bureau.listener.close()
  }

  @Test("hundreds of connections from one address push out each other")
  func crowd() async throws {
    let limits = Self.limits {
      $0.handshakesPerAddressMax = 16
      // None of them goes for another reason, however busy the machine is.
      $0.handshakeTime = .minutes(5)
    }
    let bureau = try await Bureau.open(limits)
    try await bureau.besideAnHonestPeer {
      var crowd: [RawPeer] = []
      for _ in 0..<300 { crowd.append(try await RawPeer.call(bureau.listener.port, from: "127.0.0.2")) }
      try await bureau.until { $0.handshakesFailed[.crowdedOut, default: 0] >= 284 }
      #expect(bureau.counters.snapshot().handshakesOpen <= 16)
      // Even from their address there is a way in.
      await (try await bureau.admittedPeer(from: "127.0.0.2")).close()
      for peer in crowd { await peer.close() }
    }
    await bureau.listener.close()
  }

  /// Calls that are pushed out before the event loop has come to their connections.
  @Test("a crowd that calls while an event loop is busy is counted whole")
  func busyCrowd() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let limits = Self.limits {
      $0.handshakesPerAddressMax = 4
      $0.handshakeTime = .minutes(5)
    }
    let bureau = try await Bureau.open(limits, group: group)
    // Connections go to the two loops in turn. The listener has the first, which goes on taking calls.
    let second = try #require(Array(group.makeIterator()).last)
    let pause = DispatchSemaphore(value: 0)
    second.execute { pause.wait() }
    var crowd: [RawPeer] = []
    for _ in 0..<40 { crowd.append(try await RawPeer.call(bureau.listener.port, from: "127.0.0.2")) }
    try await bureau.until { $0.handshakesOpen + $0.handshakesFailed[.crowdedOut, default: 0] == 20 }
    pause.signal()
    try await bureau.until { $0.handshakesFailed[.crowdedOut, default: 0] == 36 && $0.connectionsOpen == 4 }
    for peer in crowd { await peer.close() }
    await bureau.listener.close()
    try await group.shutdownGracefully()
  }

  @Test("calls too often")
  func tooOften() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.callsPerAddressAndMinute = 6 })
    try await bureau.besideAnHonestPeer {
      for _ in 0..<8 {
        let peer = try await RawPeer.call(bureau.listener.port, from: "127.0.0.2")
        await peer.close()
      }
      try await bureau.until { $0.refused[.tooOften, default: 0] >= 1 }
    }
    await bureau.listener.close()
  }

  @Test("a key that comes too often is turned away, another one is not")
  func keyTooOften() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.callsPerKeyAndMinute = 3 })
    try await bureau.besideAnHonestPeer {
      let often = try bureau.office()
      for _ in 0..<3 { await (try await bureau.dial(often)).close() }
      await #expect(throws: TransportError.self) {
        let connection = try await bureau.dial(often)
        var iterator = connection.frames.makeAsyncIterator()
        guard try await iterator.next() != nil else { throw TransportError(.refusedByPeer) }
      }
      try await bureau.until { $0.handshakesFailed[.tooOften] == 1 }
      await (try await bureau.dial(try bureau.office())).close()
    }
    await bureau.listener.close()
  }

  @Test("a key that breaks the protocol again and again is not let in for a while, another one is")
  func struck() async throws {
    let bureau = try await Bureau.open { frame, connection in
      if frame == [0xFF] { connection.strike(.violation) }
    }
    try await bureau.besideAnHonestPeer {
      let bad = try bureau.office()
      for _ in 0..<TransportLimits.standard.strikesPerKeyMax {
        let connection = try await bureau.dial(bad)
        var iterator = connection.frames.makeAsyncIterator()
        try await connection.send([0xFF])
        #expect(try await iterator.next() == [0xFF])
        await connection.close()
      }
      await #expect(throws: TransportError.self) {
        let connection = try await bureau.dial(bad)
        var iterator = connection.frames.makeAsyncIterator()
        guard try await iterator.next() != nil else { throw TransportError(.refusedByPeer) }
      }
      try await bureau.until { $0.handshakesFailed[.struck] == 1 }
      #expect(bureau.counters.snapshot().cutOff[.violation] == TransportLimits.standard.strikesPerKeyMax)
    }
    await bureau.listener.close()
  }

  @Test("a listener that stops does not wait for those who do not read")
  func stopping() async throws {
    let bureau = try await Bureau.open(Self.limits { $0.farewellTime = .milliseconds(200) })
    let deaf = try await bureau.admittedPeer()
    try await deaf.stopReading()
    let mute = try await RawPeer.call(bureau.listener.port)
    for _ in 0..<100 { deaf.shout([0, 4, 0, 0] + [UInt8](repeating: 3, count: 256 * 1024)) }
    await bureau.listener.close()
    try await bureau.until { $0.connectionsOpen == 0 && $0.handshakesOpen == 0 }
    await mute.close()
    await deaf.close()
  }
}
