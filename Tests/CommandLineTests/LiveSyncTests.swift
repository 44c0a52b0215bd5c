import Foundation
import Testing

/// A city and its district, both serving: nobody types `sync`.
@Suite("Nodes that keep in contact by themselves", .timeLimit(.minutes(10)))
struct LiveSyncTests {
  /// A city that serves, and a district that has joined it.
  private func pair() async throws -> (city: Office, node: Office.Running, port: Int, district: Office) {
    let city = try Office(), district = try Office()
    try await city.found("1305", name: "市局")
    let (node, port) = try await city.serve()
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    try await district.must("join", code)
    return (city, node, port, district)
  }

  /// Asks until the answer holds `text`.
  private func waits(_ office: Office, _ arguments: [String], for text: String) async throws {
    for _ in 0..<600 {
      let result = try await office.start(Office.executable, ["--home", office.home] + arguments).wait()
      if result.out.contains(text) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("never showed \(text)")
  }

  @Test("work of either side shows at the other without a word, also after the superior was away")
  func contact() async throws {
    let (city, first, port, district) = try await pair()
    let (serving, _) = try await district.serve()
    defer { serving.process.terminate() }
    try await district.must("officer", "add", "wang", "--name", "王强", "--role", "window")
    try await waits(city, ["officer", "list"], for: "王强")
    try await city.must("regime", "publish", "renxian")
    try await waits(district, ["regime", "list"], for: "renxian")

    // The superior goes away in order, the district works on, and finds it again by itself.
    first.process.terminate()
    #expect(await first.wait().status == 0)
    try await district.must("officer", "add", "li", "--name", "李敏", "--role", "captain")
    let again = try city.start(
      Office.executable, ["--home", city.home, "serve", "--listen", "127.0.0.1:\(port)", "--json"])
    defer { again.process.terminate() }
    try await again.shows("\"port\":")
    try await waits(city, ["officer", "list"], for: "李敏")
    #expect(try await city.must("verify", "--json").out.contains("\"problems\":[]"))
    #expect(try await district.must("verify", "--json").out.contains("\"problems\":[]"))
  }

  @Test("an exchange that is asked for while the session is live comes back with an answer, and the session goes on")
  func asked() async throws {
    let (city, node, _, district) = try await pair()
    defer { node.process.terminate() }
    let (serving, _) = try await district.serve()
    defer { serving.process.terminate() }
    for name in ["a", "b", "c"] {
      try await district.must("officer", "add", name, "--name", "员\(name)", "--role", "window")
      let synced = try await district.must("sync", "--json")
      #expect(synced.out.contains("\"peer\":\"1305\""))
      // What was recorded before the question is there when the answer is.
      #expect(try await city.must("officer", "list").out.contains("员\(name)"))
    }
    try await city.must("officer", "add", "up", "--name", "市员", "--role", "captain")
    try await waits(district, ["log", "--limit", "200", "--json"], for: "\"office\":\"1305\"")
  }

  @Test("`sync --watch` keeps in contact without taking calls, and other commands work beside it")
  func watch() async throws {
    let (city, node, _, district) = try await pair()
    defer { node.process.terminate() }
    let watching = try district.start(
      Office.executable, ["--home", district.home, "sync", "--watch", "--json"])
    defer { watching.process.terminate() }
    try await watching.shows("\"peer\":\"1305\"")
    try await district.must("officer", "add", "wang", "--name", "王强", "--role", "window")
    try await waits(city, ["officer", "list"], for: "王强")
    watching.process.interrupt()
    #expect(await watching.wait().status == 0)
  }

  @Test("three levels: what the lowest records is passed on by the one between, and comes back receipted")
  func relay() async throws {
    let (city, node, _, district) = try await pair()
    defer { node.process.terminate() }
    let (serving, port) = try await district.serve()
    defer { serving.process.terminate() }
    let town = try Office()
    let invited = try await district.must("invite", "130526100", "--name", "乡所", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    try await town.must("join", code)
    let (lowest, _) = try await town.serve()
    defer { lowest.process.terminate() }
    try await town.must("officer", "add", "zhao", "--name", "赵云", "--role", "window")
    try await waits(city, ["officer", "list"], for: "赵云")
    try await waits(town, ["status", "--json"], for: "\"unsent\":0")
  }
}
