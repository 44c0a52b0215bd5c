import Foundation
import Testing

@Suite("What goes wrong: a clear message, the remedy, the exit code, and nothing lost", .timeLimit(.minutes(20)))
struct ErrorTests {
  @Test("no office at the home")
  func noOffice() async throws {
    let office = try Office()
    let result = try await office.docket("status")
    #expect(result.status == 74)
    #expect(result.err.contains("There is no office at") && result.err.contains("docket init"))
    let chinese = try await office.docket("status", extra: ["DOCKET_LANG": "zh_CN.UTF-8"])
    #expect(chinese.err.contains("没有机构"))
  }

  @Test("usage errors end with 64, refusals with 1 and their article, as JSON when asked")
  func exitCodes() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    #expect(try await office.docket("no-such-command").status == 64)
    #expect(try await office.docket("calendar", "due", "--from", "x", "--plus", "5wd").status == 64)
    let refused = try await office.docket("--json", "case", "act", file, "close", "--officer", "chen")
    #expect(refused.status == 1)
    let json = try JSONSerialization.jsonObject(with: Data(refused.err.utf8)) as? [String: Any]
    let failure = try #require(json?["error"] as? [String: Any])
    #expect(failure["code"] as? String == "wrong-state")
    #expect((failure["article"] as? String)?.isEmpty == false)
    #expect(try await office.docket("case", "show", "nothing").status == 65)
    #expect(try await office.docket("init", "130526", "--name", "x").status == 1)
    #expect(try await office.docket("sync").status == 64)
    try await office.must("verify")
  }

  @Test("an unknown office, a mistyped and a used invitation")
  func invitations() async throws {
    let office = try Office()
    try await office.found()
    let (node, port) = try await office.serve()
    defer { node.process.terminate() }
    #expect(try await office.docket("invite", "130526", "--name", "x", "--address", "127.0.0.1:\(port)").status == 1)
    #expect(try await office.docket("invite", "a b", "--name", "x", "--address", "127.0.0.1:\(port)").status == 65)
    #expect(try await office.docket("invite", "a", "--name", "x", "--address", "127.0.0.1:port").status == 65)
    let invited = try await office.must("invite", "sub", "--name", "x", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let mistyped = String(code.dropLast(3)) + (code.hasSuffix("000") ? "111" : "000")
    let bad = try await office.docket("join", mistyped, home: office.folder + "/bad")
    #expect(bad.status == 77 && bad.err.contains("mistyped"))
    let joined = try await office.docket("join", code, home: office.folder + "/sub")
    #expect(joined.status == 0, "\(joined.err)")
    let again = try await office.docket("join", code, home: office.folder + "/second")
    #expect(again.status == 77 && again.err.contains("used"))
    #expect(!FileManager.default.fileExists(atPath: office.folder + "/second/office.json"))
    let unknown = try await office.docket(
      "order", "issue", "t", "--to", "nobody", "--pack", "x", "--regime", "y", "--demand", "d", "--due", "2026-01-01")
    #expect(unknown.status == 65)
  }

  @Test("a superior that is not there, and one whose port speaks something else")
  func unreachable() async throws {
    let city = try Office()
    try await city.found()
    let (node, port) = try await city.serve()
    let invited = try await city.must("invite", "sub", "--name", "x", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let sub = city.folder + "/sub"
    #expect(try await city.docket("join", code, home: sub).status == 0)
    node.process.terminate()
    #expect(await node.wait().status == 0)
    let result = try await city.docket("sync", home: sub)
    #expect(result.status == 69 && result.err.contains("cannot be reached"))
    // Local work goes on, and the failure is remembered.
    #expect(try await city.docket("officer", "add", "a", "--name", "a", home: sub).status == 0)
    #expect(try await city.docket("peers", home: sub).out.contains("cannot be reached"))
  }

  @Test("a truncated, an empty and a garbage database are refused and left as they are")
  func damagedDatabase() async throws {
    let office = try Office()
    _ = try await office.foundWithCase()
    let path = office.home + "/docket.sqlite"
    let whole = try #require(FileManager.default.contents(atPath: path))
    for (bytes, code) in [
      (Data(), "truncated"), (whole.prefix(50), "truncated"), (whole.prefix(whole.count / 2), "truncated"),
      (Data(repeating: 7, count: 8192), "damaged"),
    ] {
      try bytes.write(to: URL(fileURLWithPath: path))
      let result = try await office.docket("status")
      #expect(result.status == 78)
      #expect(result.err.contains(code), "\(result.err)")
      #expect(FileManager.default.contents(atPath: path) == bytes)
    }
    try whole.write(to: URL(fileURLWithPath: path))
    try await office.must("verify")
  }

  @Test("a mistake in the arguments is one JSON object for a program, and text for a person")
  func usage() async throws {
    let office = try Office()
    let program = try await office.docket("case", "nonsense", "--json")
    #expect(program.status == 64 && program.err.contains("\"code\":\"usage\"") && program.out.isEmpty)
    #expect(try JSONSerialization.jsonObject(with: Data(program.err.utf8)) is [String: Any])
    let person = try await office.docket("case", "nonsense")
    #expect(person.status == 64 && !person.err.contains("{"))
    #expect(try await office.docket("--help", "--json").status == 0)
  }

  @Test("an older database than this machine remembers is not written on")
  func restoredDatabase() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    let path = office.home + "/docket.sqlite"
    let old = try #require(FileManager.default.contents(atPath: path))
    try await office.must("case", "act", file, "propose-filing", "--officer", "wang", "--field", "facts=x")
    try old.write(to: URL(fileURLWithPath: path))
    let refused = try await office.docket("case", "act", file, "propose-filing", "--officer", "wang", "--field", "facts=y")
    #expect(refused.status == 78 && refused.err.contains("restored backup"))
    #expect(try await office.docket("status").err.contains("older than this machine remembers"))
  }

  @Test("a second process waits for the first, and is told when it holds the home for good")
  func secondProcess() async throws {
    let office = try Office()
    try await office.found()
    // A stranger that holds the lock without serving.
    let holder = try office.start("/usr/bin/flock", [office.home + "/lock", "sleep", "30"])
    defer { holder.process.terminate() }
    try await Task.sleep(for: .milliseconds(300))
    let result = try await office.docket("officer", "add", "a", "--name", "a")
    #expect(result.status == 74 && result.err.contains("Another docket process"))
  }

  @Test("while a node serves, every command goes through it")
  func throughServingNode() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    let (node, _) = try await office.serve()
    try await office.must("case", "act", file, "propose-filing", "--officer", "wang", "--field", "facts=x")
    #expect(try await office.docket("status").out.contains("serving"))
    #expect(try await office.docket("case", "act", file, "close", "--officer", "chen").status == 1)
    node.process.terminate()
    #expect(await node.wait().status == 0)
    #expect(!FileManager.default.fileExists(atPath: office.home + "/docket.sock"))
    try await office.must("verify")
  }

  @Test("malformed CSV: the line, and no row imported; good rows are reported one by one")
  func malformedCSV() async throws {
    let office = try Office()
    try await office.found()
    let path = office.folder + "/subjects.csv"
    func imported(_ text: String) async throws -> Office.Result {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try await office.docket("subject", "import", path)
    }
    for (text, words) in [
      ("code,name\n1,甲\n2\n", "line 3"), ("code,name\n1,\"甲\n", "line 2"), ("代码,电话\n", "line 1"), ("", "line 1"),
      ("code,name\n1,\"甲\"乙\n", "line 2"),
    ] {
      let result = try await imported(text)
      #expect(result.status == 65 && result.err.contains(words), "\(text): \(result.err)")
    }
    #expect(try await office.docket("subject", "list").out.contains("(none)"))
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: path))
    #expect(try await office.docket("subject", "import", path).err.contains("UTF-8"))
    let good = try await imported("统一社会信用代码,名称\n91110000101623741K,甲\n91350211M0000XUF46,\"乙, 公司\"\n,丙\n91110000101623741K,丁\n")
    #expect(good.status == 0 && good.out.contains("3 added"), "\(good.err)")
    #expect(good.out.contains("line 3") && good.out.contains("line 5"))
  }

  @Test("malformed YAML: every mistake with its line, and nothing published")
  func malformedPack() async throws {
    let office = try Office()
    try await office.found()
    let path = office.folder + "/pack.yaml"
    try Data("pack: {code: x y, version: 0}\nregimes: []\nextra: 1\n".utf8).write(to: URL(fileURLWithPath: path))
    let checked = try await office.docket("regime", "check", path)
    #expect(checked.status == 65)
    #expect(checked.out.contains("pack.yaml:1") && checked.out.contains("pack.yaml:3"))
    #expect(try await office.docket("regime", "publish", path).status == 65)
    try Data("a: &x [*x]\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try await office.docket("regime", "check", path).out.contains("aliases"))
    // Larger than memory should ever hold, and without a byte on the disk.
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 1 << 32)
    try handle.close()
    let large = try await office.docket("regime", "check", path)
    #expect(large.status == 65 && large.out.contains("larger than 1 MiB"))
    #expect(try await office.docket("regime", "check", office.folder).status == 65)
    #expect(try await office.docket("regime", "list").out.contains("(none)"))
  }

  @Test("a full disk: the act is not acknowledged, what was acknowledged stays, and work goes on after room is made")
  func fullDisk() async throws {
    let office = try Office()
    let disk = office.folder + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let mounted = try await office.start("/bin/mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]).wait()
    // Only root may mount; elsewhere this test has nothing to say.
    guard mounted.status == 0 else { return }
    let home = disk + "/office"
    do {
      #expect(try await office.docket("init", "130526", "--name", "x", home: home).status == 0)
      _ = FileManager.default.createFile(atPath: disk + "/ballast", contents: nil)
      let ballast = try #require(FileHandle(forWritingAtPath: disk + "/ballast"))
      while (try? ballast.write(contentsOf: Data(repeating: 1, count: 4096))) != nil {}
      try ballast.close()
      var acknowledged = 0
      var full: Office.Result?
      for index in 0..<400 where full == nil {
        let result = try await office.docket("officer", "add", "o\(index)", "--name", String(repeating: "名", count: 3_000), home: home)
        if result.status == 0 { acknowledged += 1 } else { full = result }
      }
      let refused = try #require(full)
      #expect(refused.status == 74, "\(refused.err)")
      #expect(refused.err.contains("full") || refused.err.contains("space"), "\(refused.err)")
      try FileManager.default.removeItem(atPath: disk + "/ballast")
      #expect(try await office.docket("officer", "add", "last", "--name", "x", home: home).status == 0)
      let list = try await office.docket("officer", "list", "--json", home: home)
      #expect(list.out.components(separatedBy: "\"login\"").count - 1 == acknowledged + 1)
      #expect(try await office.docket("verify", home: home).status == 0)
    } catch {
      _ = try await office.start("/bin/umount", [disk]).wait()
      throw error
    }
    _ = try await office.start("/bin/umount", [disk]).wait()
  }
}
