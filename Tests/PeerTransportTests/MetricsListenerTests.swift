import Foundation
import NIOCore
import NIOPosix
import PeerTransport
import TestKit
import Testing

@Suite("The page for monitoring", .timeLimit(.minutes(5)))
struct MetricsListenerTests {
  /// - Parameter connectionTime: longer than any test, unless the test is about it: a busy machine answers late.
  private func listen(
    _ host: String = "127.0.0.1", connectionTime: TimeAmount = .minutes(10)
  ) async throws -> MetricsListener {
    try await MetricsListener.start(
      host: host, port: 0, connectionTime: connectionTime, group: MultiThreadedEventLoopGroup.singleton
    ) { path in
      switch path {
      case "/metrics": MetricsListener.Page(contentType: "text/x", text: "a 1\n")
      case "/healthz": MetricsListener.Page(isGood: false, text: "no\n")
      default: nil
      }
    }
  }

  private func status(_ answer: String) -> Int? {
    answer.firstMatch(of: /^HTTP\/1\.1 (\d+)/).flatMap { Int($0.1) }
  }

  @Test("the two pages, and nothing else")
  func pages() async throws {
    let listener = try await listen()
    func get(_ path: String, method: String = "GET") async throws -> String {
      try await LoopbackCall.call(
        "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(listener.port)\r\n\r\n", to: listener.port)
    }
    let page = try await get("/metrics")
    #expect(status(page) == 200 && page.hasSuffix("\r\n\r\na 1\n") && page.contains("Content-Type: text/x\r\n"))
    #expect(page.contains("Connection: close\r\n") && page.contains("Content-Length: 4\r\n"))
    let asked = try await get("/metrics?x=1")
    #expect(asked.hasSuffix("a 1\n"))
    let health = try await get("/healthz")
    #expect(status(health) == 503)
    for path in ["/", "/metrics/", "/../metrics", "/Metrics", "*"] {
      let answer = try await get(path)
      #expect(status(answer) == 404, "\(path)")
    }
    let head = try await get("/metrics", method: "HEAD")
    #expect(status(head) == 200 && head.hasSuffix("\r\n\r\n"))
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
      let answer = try await get("/metrics", method: method)
      #expect(status(answer) == 405, "\(method)")
    }
    await listener.close()
  }

  @Test(
    "a host that is not this machine is refused, however it is written",
    arguments: [
      ("Host: evil.example\r\n", 421), ("Host: 10.0.0.1\r\n", 421), ("Host: 127.0.0.1.evil.example\r\n", 421),
      ("", 421),
      ("Host: localhost\r\nHost: evil.example\r\n", 421), ("Host: localhost\r\n", 200), ("Host: LOCALHOST:1\r\n", 200),
      ("Host: [::1]:99\r\n", 200),
    ])
  func host(header: String, expected: Int) async throws {
    let listener = try await listen()
    let answer = try await LoopbackCall.call("GET /metrics HTTP/1.1\r\n\(header)\r\n", to: listener.port)
    #expect(status(answer) == expected)
    await listener.close()
  }

  @Test("garbage, a body, too much, and too many headers are ended, and the next caller is answered")
  func hostile() async throws {
    let listener = try await listen()
    let host = "Host: localhost\r\n"
    let large = String(repeating: "x", count: 100_000)
    for (text, expected) in [
      ("\u{0}\u{1}\u{2}\r\n\r\n", [400]), ("GET /metrics\r\n\r\n", [400]),
      ("GET /metrics HTTP/9.9\r\n\(host)\r\n", [400, 505]),
      ("GET /metrics HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello", [413]),
      ("GET /\(large) HTTP/1.1\r\n\(host)\r\n", [nil, 400]),
      ("GET /metrics HTTP/1.1\r\n\(host)X: \(large)\r\n\r\n", [nil, 400]),
      ("GET /metrics HTTP/1.1\r\n\(host)" + String(repeating: "a: b\r\n", count: 100) + "\r\n", [nil, 400]),
      ("GET /metrics HTTP/1.1\r\n\(host)Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", [400]),
    ] as [(String, [Int?])] {
      let answer = try await LoopbackCall.call(text, to: listener.port, endsSending: true)
      #expect(expected.contains(status(answer)), "\(text.prefix(60)): \(answer.prefix(80))")
    }
    // Two in one go: the first is answered, and the connection ends.
    let twice = String(repeating: "GET /metrics HTTP/1.1\r\n\(host)\r\n", count: 2)
    let two = try await LoopbackCall.call(twice, to: listener.port)
    #expect(two.components(separatedBy: "HTTP/1.1 200").count == 2)
    await listener.close()
  }

  @Test("who connects and does not ask is hung up on")
  func silent() async throws {
    let listener = try await listen(connectionTime: .milliseconds(50))
    // Waits longer than the test may take: only the other side ends it.
    let answer = try await LoopbackCall.call("GET /metrics HTTP/1.1\r\n", to: listener.port, seconds: 600)
    #expect(answer == "")
    await listener.close()
  }

  @Test("any address but this machine's own is refused before anything listens")
  func loopback() async throws {
    for host in ["0.0.0.0", "::", "10.1.2.3", "localhost", "example.org", ""] {
      await #expect(throws: TransportError(.badAddress), "\(host)") { try await listen(host) }
    }
    let first = try await listen()
    await #expect(throws: TransportError(.addressInUse)) {
      try await MetricsListener.start(
        host: "127.0.0.1", port: first.port, group: MultiThreadedEventLoopGroup.singleton
      ) { _ in nil }
    }
    await first.close()
    await #expect(throws: LoopbackCall.Failure.self) { try await LoopbackCall.call("x", to: first.port) }
  }
}
