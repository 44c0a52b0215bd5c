import Foundation
import TestKit
import Testing

@Suite("A serving process as its surroundings see it", .timeLimit(.minutes(20)))
struct ServeTests {
  @Test("systemd hears READY once both sockets listen, the watchdog's beat, and STOPPING", arguments: [false, true])
  func notify(isAbstract: Bool) async throws {
    let office = try Office()
    try await office.found()
    let name = "docket-\(UUID().uuidString)"
    let inbox = try DatagramInbox(isAbstract ? "@\(name)" : "/tmp/\(name)")
    let node = try office.start(
      Office.executable, ["--home", office.home, "serve", "--listen", "127.0.0.1:0", "--json"],
      ["NOTIFY_SOCKET": inbox.address, "WATCHDOG_USEC": "200000"])
    defer { node.process.terminate() }
    var messages: [String] = []
    while !messages.contains(where: { $0.contains("READY=1") }) {
      messages.append(try #require(inbox.next(), "\(node.err)"))
    }
    let ready = try #require(messages.last)
    let port = try #require(ready.firstMatch(of: /STATUS=.*port (\d+)/).flatMap { Int($0.1) })
    let control = try FileManager.default.attributesOfItem(atPath: office.home + "/docket.sock")
    #expect(control[.posixPermissions] as? Int == 0o600)
    // Something listens there, and ends on what is no TLS.
    _ = try LoopbackCall.send("x", to: port, endsSending: true)
    while try #require(inbox.next()) != "WATCHDOG=1" {}
    node.process.terminate()
    while true {
      let next = try #require(inbox.next())
      if next == "STOPPING=1" { break }
      #expect(next == "WATCHDOG=1")
    }
    #expect(await node.wait(Office.Running.stopPatience).status == 0, "\(node.err)")
  }

  @Test("without a service manager nothing is said, and a socket that is gone stops nothing")
  func unwatched() async throws {
    let office = try Office()
    try await office.found()
    let node = try office.start(
      Office.executable, ["--home", office.home, "serve", "--listen", "none", "--json"],
      ["NOTIFY_SOCKET": office.folder + "/gone"])
    try await node.shows("{\"port\":null}")
    #expect(try await office.docket("status").out.contains("serving"))
    #expect(await node.stop().status == 0)
    #expect(node.err.contains("service-manager-not-told"))
  }

  @Test("metrics and health on loopback, by the configuration in the home")
  func metrics() async throws {
    let office = try Office()
    try await office.found()
    try Data(#"{"metrics": {"enabled": true, "listen": "127.0.0.1:0"}, "log": {"format": "json"}}"#.utf8)
      .write(to: URL(fileURLWithPath: office.home + "/docket.json"))
    let (node, _) = try await office.serve()
    defer { node.process.terminate() }
    var port: Int?
    for _ in 0..<3_000 where port == nil {
      port = node.err.firstMatch(of: /"event":"metrics-listening".*"port":(\d+)/).flatMap { Int($0.1) }
      if port == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
    let listening = try #require(port, "\(node.err)")
    func get(_ path: String) throws -> String {
      try LoopbackCall.send("GET \(path) HTTP/1.1\r\nHost: localhost:\(listening)\r\n\r\n", to: listening)
    }
    #expect(try get("/healthz").hasSuffix("\r\n\r\nok\n"))
    try await office.must("officer", "add", "wang", "--name", "王芳", "--role", "window")
    let page = try get("/metrics")
    #expect(page.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
    for name in ["docket_sessions_open{", "docket_store_transaction_seconds_count", "process_resident_memory_bytes"] {
      #expect(page.contains("\n\(name)"), "\(name)")
    }
    #expect(!page.contains("王芳") && !page.contains("wang"))
    let count = try #require(page.firstMatch(of: /docket_store_transaction_seconds_count (\d+)/).flatMap { Int($0.1) })
    #expect(count >= 1)
  }

  /// An office's PC has other work: 40 MiB.
  private static let restKibibytes = 40 * 1_024

  @Test("a node that rests gives back what starting took")
  func rest() async throws {
    let office = try Office()
    try await office.found()
    let (node, _) = try await office.serve()
    defer { node.process.terminate() }
    func resident() throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(node.process.processIdentifier)/status", encoding: .utf8)
      return try #require(status.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.1) })
    }
    var held = try resident()
    for _ in 0..<1_200 where held >= Self.restKibibytes {
      try await Task.sleep(for: .milliseconds(100))
      held = try resident()
    }
    #expect(held < Self.restKibibytes)
    // What it gave back it finds again.
    #expect(try await office.docket("status").out.contains("serving"))
  }

  @Test("every line of the log is one object of the form that was asked for")
  func lines() async throws {
    let office = try Office()
    try await office.found()
    let node = try office.start(
      Office.executable, ["--home", office.home, "serve", "--listen", "127.0.0.1:0", "--json", "--log-format", "json"],
      ["DOCKET_LOG_LEVEL": "trace", "DOCKET_LOG_LEVL": "info"])
    try await node.shows("\"port\":")
    #expect(await node.stop().status == 0)
    var events: [String] = []
    for line in node.err.split(separator: "\n") {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      #expect((object["time"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
      events.append(try #require(object["event"] as? String))
    }
    #expect(events.first == "starting" && events.contains("ready") && events.last == "stopped")
    #expect(events.contains("configuration-slip") && !events.contains("unlisted"), "\(events)")
  }

  @Test("a configuration that is not sound: nothing starts, and the mistake, its place and the remedy are said")
  func refused() async throws {
    let office = try Office()
    try await office.found()
    let file = office.folder + "/node.json"
    func serve(_ arguments: [String], _ extra: [String: String] = [:]) async throws -> Office.Result {
      try await office.start(Office.executable, ["--home", office.home, "serve"] + arguments, extra).wait()
    }
    try Data(#"{"log": {"levle": "debug"}}"#.utf8).write(to: URL(fileURLWithPath: file))
    let unknown = try await serve(["--config", file])
    #expect(
      unknown.status == 65 && unknown.err.contains("log.levle") && unknown.err.contains("“log.level”"), "\(unknown.err)"
    )
    let outside = try await serve(["--metrics-listen", "0.0.0.0:9743"])
    #expect(outside.status == 64 && outside.err.contains("metrics.listen") && outside.err.contains("--metrics-listen"))
    let range = try await serve(["--json"], ["DOCKET_SYNC_BACKOFF_SECONDS_MIN": "0"])
    #expect(
      range.status == 65 && range.err.contains("\"configuration-range\"")
        && range.err.contains("DOCKET_SYNC_BACKOFF_SECONDS_MIN"))
    let chinese = try await serve(["--config", office.folder + "/none"], ["DOCKET_LANG": "zh"])
    #expect(chinese.status == 65 && chinese.err.contains("无法打开"))
    for result in [unknown, outside, range, chinese] { #expect(result.out.isEmpty) }
  }

  @Test("the superior's addresses from the configuration are called one after the other")
  func alternates() async throws {
    let city = try Office()
    try await city.found()
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let invited = try await city.must("invite", "sub", "--name", "x", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let sub = city.folder + "/sub"
    #expect(try await city.docket("join", code, home: sub).status == 0)
    let dead = "127.0.0.1:1"
    let lost = try await city.docket("sync", home: sub, extra: ["DOCKET_SUPERIOR_ADDRESSES": dead])
    #expect(lost.status == 69, "\(lost.err)")
    // What is shown is what was called, and a configuration that is damaged hides nothing.
    let shown = try await city.docket("peers", "--json", home: sub, extra: ["DOCKET_SUPERIOR_ADDRESSES": dead])
    #expect(shown.out.contains("\"address\":\"\(dead)\""), "\(shown.out)")
    let damaged = try await city.docket("peers", "--json", home: sub, extra: ["DOCKET_LOG_LEVEL": "?"])
    #expect(damaged.status == 0 && damaged.out.contains("\"address\":\"127.0.0.1:\(port)\""), "\(damaged.err)")
    let found = try await city.docket(
      "sync", home: sub, extra: ["DOCKET_SUPERIOR_ADDRESSES": "\(dead), 127.0.0.1:\(port)"])
    #expect(found.status == 0, "\(found.err)")
  }
}
