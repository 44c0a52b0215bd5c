import Foundation
import Testing

@Suite("Bundles and the doctor, driven as a user would", .timeLimit(.minutes(20)))
struct BundleCommandTests {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// A figure of the reply; -1 where it is absent.
  private func number(_ key: String, _ result: Office.Result) throws -> Int { try json(result.out)[key] as? Int ?? -1 }

  private func code(_ result: Office.Result) throws -> String {
    let failure = try #require(try json(result.err)["error"] as? [String: Any])
    #expect((failure["remedy"] as? [String: String])?["zh"]?.isEmpty == false)
    return failure["code"] as? String ?? ""
  }

  /// A city and a district that joined and was then cut off.
  private func region() async throws -> (city: Office, district: String) {
    let city = try Office()
    try await city.must("init", "1305", "--name", "邢台市人社局")
    let (node, port) = try await city.serve()
    let invited = try await city.must("invite", "130526", "--name", "任县人社局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let district = city.folder + "/district"
    #expect(try await city.docket("join", code, home: district).status == 0)
    node.process.terminate()
    _ = await node.wait()
    return (city, district)
  }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { folder + "/" + $0 }
  }

  @Test("there and back without a network: packs down in parts, work up, receipts down; with and without a serving node")
  func thereAndBack() async throws {
    let (city, district) = try await region()
    try await city.must("regime", "publish", "renxian")
    try await city.must("regime", "publish", "hongjiang")
    let usb = city.folder + "/usb"
    try FileManager.default.createDirectory(atPath: usb, withIntermediateDirectories: true)
    // The serving node reads and writes the files itself.
    let (node, _) = try await city.serve()
    let made = try await city.must("bundle", "create", "--for", "130526", "--size", "512K", "--out", usb, "--json")
    let parts = try files(usb)
    #expect(parts.count == 2)
    #expect(try (json(made.out)["files"] as? [Any])?.count == 2)
    for part in parts {
      let size = try FileManager.default.attributesOfItem(atPath: part)[.size] as? Int ?? .max
      #expect(size <= 512 * 1024 && size > 1_000)
    }
    // The second part alone waits for the first and says so; both again store the rest once.
    let early = try await city.docket("bundle", "apply", parts[1], "--json", home: district)
    #expect(early.status == 0)
    #expect(try number("waitingRuns", early) > 0)
    let waiting = try #require(try json(try await city.docket("status", "--json", home: district).out)["waiting"] as? [[String: Any]])
    #expect(try waiting.count == number("waitingRuns", early))
    #expect(waiting.contains { ($0["missingLast"] as? Int).map { $0 + 1 } == $0["first"] as? Int })
    #expect(try await city.docket("status", home: district).out.contains("waits for"))
    #expect(try await city.docket("doctor", home: district).out.contains("wait for what comes before them"))
    let rest = try await city.docket("bundle", "apply", parts[1], parts[0], parts[0], "--json", home: district)
    #expect(rest.status == 0)
    #expect(try number("waitingRuns", rest) == 0)
    #expect(try (json(try await city.docket("status", "--json", home: district).out)["waiting"] as? [Any])?.isEmpty == true)
    #expect(try number("released", rest) > 0)
    #expect(try (json(rest.out)["missing"] as? [Any])?.isEmpty == true)
    #expect(try await city.docket("regime", "list", home: district).out.contains("renxian v1"))
    #expect(try await city.docket("officer", "add", "wang", "--name", "王芳", "--role", "window", home: district).status == 0)
    let up = city.folder + "/up.docket"
    #expect(try await city.docket("bundle", "create", "--for", "1305", "--out", up, home: district).status == 0)
    let applied = try await city.must("bundle", "apply", up, "--json")
    #expect(try number("receipts", applied) == 1)
    #expect(try await city.must("officer", "list").out.contains("王芳"))
    let down = city.folder + "/down.docket"
    try await city.must("bundle", "create", "--for", "130526", "--out", down)
    node.process.terminate()
    _ = await node.wait()
    let before = try json(try await city.docket("status", "--json", home: district).out)["unsent"] as? Int
    #expect(try await city.docket("bundle", "apply", down, home: district).status == 0)
    let after = try json(try await city.docket("status", "--json", home: district).out)["unsent"] as? Int
    #expect(try #require(before) > 0 && after == 0, "\(String(describing: before)) \(String(describing: after))")
    // Nothing more to tell: no file.
    let none = city.folder + "/none.docket"
    let last = try await city.docket("bundle", "create", "--for", "1305", "--out", up, home: district)
    #expect(last.status == 65 || !last.out.isEmpty)
    _ = try await city.docket("bundle", "create", "--for", "1305", "--out", none, home: district)
    _ = try await city.docket("bundle", "apply", none, home: city.home)
    #expect(try await city.docket("bundle", "create", "--for", "130526", "--out", city.folder + "/x", "--json").status == 0)
    #expect(!FileManager.default.fileExists(atPath: city.folder + "/x"))
    #expect(try await city.docket("verify", home: district).status == 0)
    try await city.must("verify")
  }

  @Test("wrong files: each is told for what it is, with its exit code, and stores nothing")
  func wrongFiles() async throws {
    let (city, district) = try await region()
    try await city.must("regime", "publish", "haigang")
    let path = city.folder + "/b.docket"
    try await city.must("bundle", "create", "--for", "130526", "--out", path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let entries = try json(try await city.docket("status", "--json", home: district).out)["entries"] as? Int
    func apply(_ data: Data, _ status: Int32, _ expected: String) async throws {
      let changed = city.folder + "/changed.docket"
      try data.write(to: URL(fileURLWithPath: changed))
      let result = try await city.docket("--json", "bundle", "apply", changed, home: district)
      #expect(result.status == status, "\(expected): \(result.out)")
      #expect(try code(result) == expected)
    }
    var altered = whole
    altered[whole.count / 2] ^= 1
    try await apply(altered, 78, "bundle-altered")
    var older = whole
    older[15] = 0
    try await apply(older, 76, "bundle-version")
    try await apply(Data("name,code\n".utf8), 65, "no-bundle")
    try await apply(whole.prefix(20), 65, "bundle-cut")
    try await apply(Data(), 65, "bundle-cut")
    #expect(try code(try await city.docket("--json", "bundle", "apply", city.folder + "/nothing", home: district)) == "file")
    // The city is not the addressee.
    let own = try await city.docket("--json", "bundle", "apply", path)
    #expect(own.status == 65)
    #expect(try code(own) == "bundle-addressee")
    // An office of another tree that bears the same code.
    let stranger = try Office()
    try await stranger.must("init", "130526", "--name", "x")
    let foreign = try await stranger.docket("--json", "bundle", "apply", path)
    #expect(foreign.status == 78)
    #expect(try code(foreign) == "bundle-foreign")
    #expect(try json(try await city.docket("status", "--json", home: district).out)["entries"] as? Int == entries)
    // A bad file does not stop a good one beside it.
    let both = try await city.docket("--json", "bundle", "apply", city.folder + "/changed.docket", path, home: district)
    #expect(both.status == 65)
    #expect(try number("stored", both) > 0)
    #expect(try await city.docket("--json", "bundle", "create", "--for", "130526", "--whole", "--out", path).status == 65)
    #expect(try await city.docket("bundle", "create", "--for", "nobody", "--out", path).status == 65)
    #expect(try await city.docket("bundle", "create", "--for", "130526", "--size", "10K", "--out", path).status == 65)
    #expect(try await city.docket("bundle", "create", "--for", "130526", "--size", "x", "--out", path).status == 64)
    #expect(try await city.docket("bundle", "create", "--for", "130526", "--out", "/proc/x.docket", "--whole").status == 74)
  }

  @Test("a copy that broke off: what is whole before the cut is there, the rest comes with the next copy")
  func brokenCopy() async throws {
    let (city, district) = try await region()
    try await city.must("regime", "publish", "renxian")
    let path = city.folder + "/b.docket"
    try await city.must("bundle", "create", "--for", "130526", "--out", path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let cut = city.folder + "/cut.docket"
    try whole.prefix(whole.count * 2 / 3).write(to: URL(fileURLWithPath: cut))
    let first = try await city.docket("--json", "bundle", "apply", cut, home: district)
    #expect(first.status == 65)
    #expect(try code(first) == "bundle-cut")
    let stored = try json(first.out)["stored"] as? Int ?? 0
    #expect(stored > 0)
    let second = try json(try await city.docket("--json", "bundle", "apply", path, home: district).out)
    let file = try #require((second["files"] as? [[String: Any]])?.first)
    #expect((second["stored"] as? Int ?? 0) > 0)
    #expect((file["known"] as? Int ?? 0) >= stored)
    #expect(try await city.docket("regime", "list", home: district).out.contains("renxian v1"))
  }

  @Test("a restored backup at an office without a network: the superior's whole bundle brings its work back")
  func restored() async throws {
    let (city, district) = try await region()
    let (database, backup) = (district + "/docket.sqlite", city.folder + "/backup.sqlite")
    try FileManager.default.copyItem(atPath: database, toPath: backup)
    func add(_ login: String) async throws -> Office.Result {
      try await city.docket("--json", "officer", "add", login, "--name", login, "--role", "window", home: district)
    }
    #expect(try await add("before").status == 0)
    let up = city.folder + "/up.docket"
    #expect(try await city.docket("bundle", "create", "--for", "1305", "--out", up, home: district).status == 0)
    try await city.must("bundle", "apply", up)
    try FileManager.default.removeItem(atPath: database)
    try FileManager.default.copyItem(atPath: backup, toPath: database)
    let refused = try await add("after")
    #expect(refused.status == 78)
    #expect(try code(refused) == "restored-database")
    #expect(try await city.docket("doctor", home: district).status == 78)
    // What the superior thinks the office has does not help; everything does.
    let down = city.folder + "/down.docket"
    try await city.must("bundle", "create", "--for", "130526", "--whole", "--out", down)
    #expect(try await city.docket("bundle", "apply", down, home: district).status == 0)
    #expect(try await city.docket("officer", "list", home: district).out.contains("before"))
    #expect(try await add("after").status == 0)
    #expect(try await city.docket("doctor", home: district).status == 0)
    #expect(try await city.docket("verify", home: district).status == 0)
    let second = city.folder + "/second.docket"
    #expect(try await city.docket("bundle", "create", "--for", "1305", "--out", second, home: district).status == 0)
    try await city.must("bundle", "apply", second)
    #expect(try await city.must("officer", "list").out.contains("after"))
    try await city.must("verify")
  }

  @Test("since a day, a file, the last one, or everything")
  func since() async throws {
    let (city, district) = try await region()
    try await city.must("officer", "add", "a", "--name", "a")
    try await city.must("regime", "publish", "haigang")
    func entries(_ name: String, _ arguments: String...) async throws -> Int {
      let all = ["--home", city.home, "--json", "bundle", "create", "--for", "130526", "--out", city.folder + "/" + name]
      let result = try await city.start(Office.executable, all + arguments).wait()
      #expect(result.status == 0, "\(result.err)")
      return try json(result.out)["entries"] as? Int ?? -1
    }
    let first = try await entries("1.docket")
    #expect(first > 0)
    try await city.must("regime", "publish", "luquan")
    let both = try await entries("2.docket")
    #expect(both > first)
    #expect(try await entries("3.docket", "--since", city.folder + "/1.docket") == both - first)
    #expect(try await entries("4.docket", "--since", "last") == 0)
    #expect(try await entries("5.docket", "--since", "2020-01-01") >= both)
    #expect(try await entries("6.docket", "--since", "2999-01-01") == 0)
    #expect(try await entries("7.docket", "--whole") >= both)
    #expect(try await city.docket("bundle", "apply", city.folder + "/1.docket", city.folder + "/3.docket", home: district).status == 0)
    #expect(try await city.docket("regime", "list", home: district).out.contains("luquan v1"))
  }

  @Test("the doctor: all well, a damaged table mended, an unreadable one too")
  func doctor() async throws {
    let office = try Office()
    _ = try await office.foundWithCase()
    let well = try await office.must("doctor", "--json")
    let checks = try #require(try json(well.out)["checks"] as? [[String: Any]])
    #expect(checks.map { $0["id"] as? String } == ["database", "high-water", "clock", "lock", "disk", "attachments", "held", "faces", "waiting", "versions"])
    let same = try await office.must("doctor", "--rebuild", "--json")
    let rebuild = try #require(try json(same.out)["rebuild"] as? [String: Any])
    #expect((rebuild["differing"] as? [Any])?.isEmpty == true)
    #expect((rebuild["entries"] as? Int ?? 0) > 5)
    try await office.must("verify")
  }
}
