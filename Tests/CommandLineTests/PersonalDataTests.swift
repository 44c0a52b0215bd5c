import Foundation
import TestKit
import Testing

/// What people entrusted to an office stays out of what its administrators read: the log and the metrics of both sides.
@Suite("Logs and metrics without personal data", .timeLimit(.minutes(20)))
struct PersonalDataTests {
  /// What is registered, and may not be seen.
  private static let secret = [
    "投诉人张三丰", "13812345678", "130526199001011234", "拖欠工资三个月", "河北某某建筑劳务有限公司", "91130526MA0EXAMP1X", "王秘芳", "wangmifang",
    "紧急线索内容",
  ]

  private func serve(_ office: Office, _ home: String) async throws -> (Office.Running, Int) {
    let running = try office.start(
      Office.executable,
      [
        "--home", home, "serve", "--listen", "127.0.0.1:0", "--json", "--log-level", "trace", "--metrics-enabled",
        "true", "--metrics-listen", "127.0.0.1:0",
      ])
    try await running.shows("\"port\":")
    return (running, try #require(running.out.firstMatch(of: /"port":(\d+)/).flatMap { Int($0.1) }))
  }

  @Test(
    "a complaint with name, telephone and identity number goes from a district to the city; no word of it is logged")
  func complaint() async throws {
    let office = try Office()
    let city = office.home, district = office.folder + "/district"
    try await office.found("1305", name: "邢台市人社局")
    let (upper, port) = try await serve(office, city)
    defer { upper.process.terminate() }
    let invited = try await office.must(
      "invite", "130526", "--name", "任县人社局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    #expect(try await office.docket("join", code, home: district).status == 0)
    try await office.must("regime", "publish", "renxian")
    let (lower, _) = try await serve(office, district)
    defer { lower.process.terminate() }

    func at(_ arguments: [String]) async throws -> Office.Result {
      try await office.start(Office.executable, ["--home", district] + arguments).wait()
    }
    #expect(try await at(["sync"]).status == 0)
    #expect(try await at(["officer", "add", "wangmifang", "--name", "王秘芳", "--role", "window"]).status == 0)
    #expect(try await at(["subject", "add", "河北某某建筑劳务有限公司", "--code", "91130526MA0EXAMP1X"]).status == 0)
    let registered = try await at([
      "complaint", "register", "拖欠工资三个月", "--pack", "renxian", "--regime", "case-handling", "--subject", "河北某某建筑劳务有限公司",
      "--name", "投诉人张三丰 130526199001011234", "--phone", "13812345678", "--json",
    ])
    try #require(registered.status == 0, "\(registered.err)")
    let number = try #require(registered.out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
    #expect(try await at(["complaint", "act", number, "accept", "--officer", "wangmifang"]).status == 0)
    // Refusals and mistakes quote what was typed; the log does not.
    #expect(try await at(["case", "show", "紧急线索内容"]).status == 65)
    #expect(try await at(["complaint", "act", number, "accept", "--officer", "投诉人张三丰"]).status != 0)
    #expect(try await at(["sync"]).status == 0)
    #expect(try await office.must("case", "list").status == 0)

    for node in [upper, lower] {
      for page in try pages(node) {
        for secret in Self.secret { #expect(!page.contains(secret), "\(secret) on a page") }
      }
      #expect(await node.stop().status == 0)
      #expect(node.err.contains(" ready "), "\(node.err)")
      for secret in Self.secret { #expect(!node.err.contains(secret), "\(secret): \(node.err)") }
    }
    #expect(upper.err.contains("session-complete peer=130526"), "\(upper.err)")
  }

  private func pages(_ node: Office.Running) throws -> [String] {
    let port = try #require(
      node.err.firstMatch(of: /metrics-listening host=127.0.0.1 port=(\d+)/).flatMap { Int($0.1) })
    return try ["/metrics", "/healthz"].map {
      let page = try LoopbackCall.send("GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n", to: port)
      #expect(page.hasPrefix("HTTP/1.1 200"))
      return page
    }
  }
}
