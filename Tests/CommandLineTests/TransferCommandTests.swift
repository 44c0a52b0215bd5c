import Foundation
import Testing

/// A municipal bureau and two districts, each with its own folder and processes; they meet over TLS or by files.
struct TransferOffices {
  let city: Office
  let ren: String
  let ze: String
  private let node: Office.Running

  init() async throws {
    city = try Office()
    (ren, ze) = (city.folder + "/ren", city.folder + "/ze")
    try await city.must("init", "1305", "--name", "邢台市人社局")
    try await city.must("regime", "publish", "renxian")
    let (running, port) = try await city.serve()
    node = running
    for (home, code, name) in [(ren, "130526", "任县人社局"), (ze, "130505", "信都区人社局")] {
      let invited = try await city.must("invite", code, "--name", name, "--address", "127.0.0.1:\(port)", "--json")
      try await must(home, "join", try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) }))
    }
    for home in [ren, ze] {
      for (login, role, certificate) in [
        ("zhang", "handler", "E1"), ("li", "handler", "E2"), ("wang", "window", ""), ("zhao", "reviewer", ""),
        ("chen", "captain", ""), ("liu", "leader", ""),
      ] {
        let held = certificate.isEmpty ? [] : ["--certificate", certificate, "--from", "2020-01-01", "--to", "2099-12-31"]
        try await run(home, ["officer", "add", login, "--name", login, "--role", role] + held, status: 0)
      }
    }
  }

  func stop() { node.process.terminate() }

  /// Districts call the city, in this order.
  func meet(_ homes: String...) async throws {
    for home in homes { try await must(home, "sync") }
  }

  @discardableResult
  func run(_ home: String, _ arguments: [String], status: Int32) async throws -> Office.Result {
    let result = try await city.start(Office.executable, ["--home", home] + arguments).wait()
    #expect(result.status == status, "\(arguments): \(result.out)\(result.err)")
    return result
  }

  @discardableResult
  func must(_ home: String, _ arguments: String...) async throws -> Office.Result {
    let result = try await city.start(Office.executable, ["--home", home] + arguments).wait()
    try #require(result.status == 0, "\(arguments): \(result.err)")
    return result
  }

  /// A case of the first district with three acts.
  func filedCase(_ title: String) async throws -> String {
    let opened = try await must(
      ren, "case", "open", title, "--pack", "renxian", "--regime", "case-handling", "--subject", "河北某劳务公司", "--json")
    let number = try #require(opened.out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
    try await must(ren, "case", "act", number, "propose-filing", "--officer", "wang", "--field", "facts=欠薪")
    try await must(ren, "case", "act", number, "review-filing", "--officer", "zhao", "--field", "opinion=同意")
    try await must(
      ren, "case", "act", number, "approve-filing", "--officer", "chen", "--field", "handler=zhang", "--field",
      "secondHandler=li")
    return number
  }

  func json(_ result: Office.Result) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
  }

  /// What a file's page says in every office alike.
  func page(_ file: String, at home: String) async throws -> NSDictionary {
    var page = try json(try await must(home, "case", "show", file, "--json"))
    // What the office itself may do next, and whether its part has ended.
    page["possible"] = nil
    if var transfer = page["transfer"] as? [String: Any] {
      transfer["hasEndedHere"] = nil
      page["transfer"] = transfer
    }
    return page as NSDictionary
  }

  /// The day the investigation is due.
  func due(_ file: String, at home: String) async throws -> String {
    let clocks = try #require(try await page(file, at: home)["clocks"] as? [[String: Any]])
    return try #require(clocks.first { $0["id"] as? String == "investigation" }?["due"] as? String)
  }

  func files(at home: String) async throws -> [String] {
    let result = try await must(home, "case", "list", "--json")
    return result.out.matches(of: /"number":"([^"]+)"/).map { String($0.1) }.sorted()
  }

  func expectRefused(_ result: Office.Result, _ code: String) {
    #expect(result.err.contains("\"code\":\"\(code)\""), "\(result.err)")
    #expect(result.err.contains(/"article":"[^"]+"/), "\(result.err)")
    #expect(result.err.contains(/"remedy":\{"en":"[^"]+","zh":"[^"]+"\}/), "\(result.err)")
  }

  func expectVerified() async throws {
    for home in [city.home, ren, ze] {
      try await must(home, "verify")
      let rebuilt = try json(try await must(home, "doctor", "--rebuild", "--json"))
      let differing = (rebuilt["rebuild"] as? [String: Any])?["differing"] as? [Any]
      #expect(differing?.isEmpty == true, "\(String(describing: differing))")
    }
  }
}

@Suite("Transfer between two districts, driven as a user would", .timeLimit(.minutes(20)))
struct TransferCommandTests {
  @Test("over the network: handed over, continued, told above as one file; the former office is refused and told nothing more")
  func network() async throws {
    let offices = try await TransferOffices()
    defer { offices.stop() }
    let (city, ren, ze) = (offices.city.home, offices.ren, offices.ze)
    try await offices.must(ren, "subject", "add", "河北某劳务公司")
    try await offices.must(ren, "subject", "add", "另一家公司")
    let file = try await offices.filedCase("拖欠工资")
    let other = try await offices.filedCase("超时加班")
    let due = try await offices.due(file, at: ren)
    for (target, code) in [("130526", "transfer-target"), ("1305", "transfer-target")] {
      let wrong = ["transfer", file, "--to", target, "--reason", "属地管辖", "--officer", "liu", "--json"]
      offices.expectRefused(try await offices.run(ren, wrong, status: 1), code)
    }
    let handed = try await offices.must(
      ren, "transfer", file, "--to", "130505", "--reason", "属地管辖", "--officer", "liu", "--json")
    #expect(handed.out.contains("\"act\":\"transfer\""))
    try await offices.meet(ren, ze)

    // The receiver has the whole file under its authors, with the same day due, and goes on.
    #expect(try await offices.files(at: ze) == [file])
    #expect(try await offices.page(file, at: ze) == offices.page(file, at: city))
    #expect(try await offices.due(file, at: ze) == due)
    let subjects = try await offices.must(ze, "subject", "list").out
    #expect(subjects.contains("河北某劳务公司") && !subjects.contains("另一家公司"))
    #expect(try await !offices.must(ze, "office", "list").out.contains("130526"))
    try await offices.must(
      ze, "case", "act", file, "conclude-investigation", "--officer", "zhang", "--officer", "li", "--field", "summary=已查明")
    try await offices.meet(ze, ren)

    let page = try await offices.page(file, at: city)
    let acts = try #require(page["acts"] as? [[String: Any]])
    #expect(acts.compactMap { $0["office"] as? String } == ["130526", "130526", "130526", "130526", "130505"])
    #expect(acts.allSatisfy { $0["stands"] as? Bool == true && $0["provableUntil"] != nil })
    #expect(try await offices.page(file, at: ze) == page)
    #expect(try await offices.files(at: city) == [file, other].sorted())

    // The former office keeps what it had, may do nothing more with it, and hears nothing more of it.
    let kept = try await offices.must(ren, "case", "show", file, "--json")
    #expect(kept.out.contains("\"hasEndedHere\":true") && !kept.out.contains("已查明"))
    #expect(try await offices.must(ren, "case", "show", file, "--lang", "zh").out.contains("移交：130526 → 130505"))
    for arguments in [
      ["case", "act", file, "record-evidence", "--officer", "zhang", "--field", "evidence=迟到"],
      ["transfer", file, "--to", "130508", "--reason", "x", "--officer", "liu"],
    ] {
      offices.expectRefused(try await offices.run(ren, arguments + ["--json"], status: 1), "not-responsible")
    }
    #expect(try await offices.files(at: ren) == [file, other].sorted())
    try await offices.expectVerified()

    // Back again, with what was done meanwhile; a later takeover is told to who has it then.
    try await offices.must(ze, "transfer", file, "--to", "130526", "--reason", "退回", "--officer", "liu")
    try await offices.meet(ze, ren)
    #expect(try await offices.page(file, at: ren) == offices.page(file, at: city))
    #expect(try await offices.due(file, at: ren) == offices.due(file, at: city))
    #expect(try await offices.files(at: ze) == [file])
    try await offices.expectVerified()
  }

  @Test("by files alone, each applied twice and in the other order; one that was altered on the way is refused")
  func bundles() async throws {
    let offices = try await TransferOffices()
    defer { offices.stop() }
    let (city, ren, ze) = (offices.city.home, offices.ren, offices.ze)
    try await offices.must(ren, "subject", "add", "河北某劳务公司")
    let file = try await offices.filedCase("拖欠工资")
    try await offices.must(ren, "transfer", file, "--to", "130505", "--reason", "属地管辖", "--officer", "liu")
    func carry(_ name: String, from: String, to: String, _ code: String, _ extra: String...) async throws -> String {
      let path = offices.city.folder + "/" + name
      try await offices.run(from, ["bundle", "create", "--for", code, "--out", path] + extra, status: 0)
      return path
    }
    let up = try await carry("up.docket", from: ren, to: city, "1305")
    for _ in 0..<2 { try await offices.must(city, "bundle", "apply", up) }
    let down = try await carry("down.docket", from: city, to: ze, "130505")
    // A hand on the way: the name of the act that came with it.
    var altered = [UInt8](try Data(contentsOf: URL(fileURLWithPath: down)))
    let word = Array("属地管辖".utf8)
    let place = try #require(altered.indices.dropLast(word.count).first { Array(altered[$0..<$0 + word.count]) == word })
    altered[place + word.count - 1] ^= 1
    let changed = offices.city.folder + "/changed.docket"
    try Data(altered).write(to: URL(fileURLWithPath: changed))
    try await offices.run(ze, ["bundle", "apply", changed], status: 78)
    #expect(try await offices.files(at: ze).isEmpty)
    for _ in 0..<2 { try await offices.must(ze, "bundle", "apply", down) }
    let page = try await offices.page(file, at: ze)
    #expect(try await offices.page(file, at: city) == page)
    // Everything once more, and the last state before the first: nothing moves.
    let whole = try await carry("whole.docket", from: city, to: ze, "130505", "--whole")
    try await offices.must(ze, "bundle", "apply", whole, down)
    #expect(try await offices.page(file, at: ze) == page)
    try await offices.must(
      ze, "case", "act", file, "conclude-investigation", "--officer", "zhang", "--officer", "li", "--field", "summary=已查明")
    let back = try await carry("back.docket", from: ze, to: city, "1305")
    try await offices.must(city, "bundle", "apply", back)
    let acts = try #require(try await offices.page(file, at: city)["acts"] as? [[String: Any]])
    #expect(acts.map { $0["office"] as? String } == ["130526", "130526", "130526", "130526", "130505"])
    #expect(acts.allSatisfy { $0["stands"] as? Bool == true })
    try await offices.expectVerified()
  }
}
