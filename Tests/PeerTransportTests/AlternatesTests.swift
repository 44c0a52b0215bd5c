import NIOCore
import PeerTransport
import Testing

@Suite("A peer with several addresses", .timeLimit(.minutes(10)))
struct AlternatesTests {
  /// A port that nobody listens on: taken and given back.
  private func deadPort() async throws -> Int {
    let bureau = try await Bureau.open()
    await bureau.listener.close()
    return bureau.listener.port
  }

  @Test("both protocols, by number and by name", arguments: ["127.0.0.1", "::1", "localhost"])
  func protocols(_ host: String) async throws {
    let bureau = try await Bureau.open(host: host)
    let text = host.contains(":") ? "[\(host)]" : host
    let connection = try await bureau.dial(try bureau.office(), try PeerAddress("\(text):\(bureau.listener.port)"))
    try await connection.send([1, 2])
    var iterator = connection.frames.makeAsyncIterator()
    #expect(try await iterator.next() == [1, 2])
    await connection.close()
    await bureau.listener.close()
  }

  @Test("an IPv4 office reaches a listener for both protocols")
  func both() async throws {
    let bureau = try await Bureau.open(host: "::")
    for host in ["127.0.0.1", "[::1]"] {
      let connection = try await bureau.dial(try bureau.office(), try PeerAddress("\(host):\(bureau.listener.port)"))
      try await connection.send([3])
      var iterator = connection.frames.makeAsyncIterator()
      #expect(try await iterator.next() == [3])
      await connection.close()
    }
    await bureau.listener.close()
  }

  @Test("the next address is tried when one is dead or somebody else's, and the connection says which answered")
  func alternates() async throws {
    let dead = try await deadPort()
    let (bureau, stranger) = (try await Bureau.open(), try await Bureau.open())
    let address = try PeerAddress("127.0.0.1:\(dead),127.0.0.1:\(stranger.listener.port),127.0.0.1:\(bureau.listener.port)")
    let counters = TransportCounters()
    let connection = try await bureau.dial(try bureau.office(), address, counters: counters)
    #expect(connection.endpoint == address.endpoints[2])
    #expect(connection.endpoint == address.beginning(with: connection.endpoint).endpoints[0])
    await connection.close()
    let figures = counters.snapshot()
    #expect(figures.dialled == 1 && figures.handshakesFailed[.notAdmitted] == 1 && figures.connectionsOpen == 0)
    #expect(figures.bytesSent > 0 && figures.bytesReceived > 0)
    for listener in [bureau.listener, stranger.listener] { await listener.close() }
  }

  @Test("when none answers, the error names all, and says what says most")
  func none() async throws {
    let dead = try await deadPort()
    let (bureau, stranger) = (try await Bureau.open(), try await Bureau.open())
    let address = try PeerAddress("127.0.0.1:\(dead),[::1]:\(dead),127.0.0.1:\(stranger.listener.port)")
    do {
      _ = try await bureau.dial(try bureau.office(), address)
      Issue.record("nobody should answer")
    } catch let error as TransportError {
      #expect(error.code == .notAdmitted)
      for endpoint in address.endpoints { #expect(error.cause?.contains("\(endpoint)") == true, "\(error)") }
    }
    await #expect(throws: TransportError(.unreachable)) {
      _ = try await bureau.dial(try bureau.office(), try PeerAddress("127.0.0.1:\(dead),[::1]:\(dead)"))
    }
    for listener in [bureau.listener, stranger.listener] { await listener.close() }
  }

  @Test("who listens and hangs up at once takes no calls")
  func turnedAway() async throws {
    var limits = TransportLimits()
    limits.callsPerAddressAndMinute = 1
    let bureau = try await Bureau.open(limits)
    let first = try await bureau.dial(try bureau.office())
    await #expect(throws: TransportError(.turnedAway)) { _ = try await bureau.dial(try bureau.office()) }
    await first.close()
    await bureau.listener.close()
  }

  @Test("three hundred offices behind one address come in at once and all are answered")
  func bureau() async throws {
    // Nobody's handshake is slow here but for lack of a processor: both sides of all of them share it.
    var limits = TransportLimits()
    limits.handshakeTime = .minutes(5)
    limits.connectTime = .minutes(5)
    let (bureau, patient) = (try await Bureau.open(limits), limits)
    let offices = try (0..<300).map { _ in try bureau.office() }
    let answers = try await withThrowingTaskGroup(of: (PeerConnection, [UInt8]?).self) { group in
      for (number, office) in offices.enumerated() {
        group.addTask {
          let connection = try await bureau.dial(office, limits: patient)
          let frame = [UInt8(number / 256), UInt8(number % 256)]
          try await connection.send(frame)
          var iterator = connection.frames.makeAsyncIterator()
          return (connection, try await iterator.next() == frame ? frame : nil)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.compactMap(\.1)).count == 300)
    let figures = bureau.counters.snapshot()
    #expect(figures.answered == 300 && figures.connectionsOpen == 300 && figures.handshakesOpen == 0)
    #expect(figures.refused.values.allSatisfy { $0 == 0 } && figures.handshakesFailed.values.allSatisfy { $0 == 0 })
    for (connection, _) in answers { await connection.close() }
    await bureau.listener.close()
  }
}
