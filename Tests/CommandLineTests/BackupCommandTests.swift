import Foundation
import Testing

/// Backups by real processes: while others write, onto full disks, broken off; and what a restored office does next.
@Suite("Backup and restore, driven as a user would", .timeLimit(.minutes(20)))
struct BackupCommandTests {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  private func code(_ result: Office.Result) throws -> String {
    let failure = try #require(try json(result.err)["error"] as? [String: Any])
    for key in ["message", "remedy"] {
      let text = try #require(failure[key] as? [String: String])
      #expect(text["zh"]?.isEmpty == false && text["en"]?.isEmpty == false)
    }
    return failure["code"] as? String ?? ""
  }

  private func logins(_ office: Office, _ home: String? = nil) async throws -> Set<String> {
    let out = try await office.docket("officer", "list", "--json", home: home).out
    return Set(out.matches(of: /"login":"([^"]+)"/).map { String($0.1) })
  }

  private func add(_ office: Office, _ login: String, _ home: String? = nil) async throws -> Office.Result {
    try await office.docket("officer", "add", login, "--name", login, home: home)
  }

  /// A serving city and a district that joined it.
  private func region() async throws -> (city: Office, node: Office.Running, district: Office) {
    let city = try Office()
    try await city.found("1305", name: "市局")
    let (node, port) = try await city.serve()
    let district = try Office()
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    try await district.must("join", code)
    try await district.must("sync")
    return (city, node, district)
  }

  @Test("while others write: everything acknowledged before is in it, it is one state, and nobody waits for it")
  func underWrites() async throws {
    let office = try Office()
    try await office.found()
    try await office.must("regime", "publish", "renxian")
    let (node, _) = try await office.serve()
    defer { node.process.terminate() }
    // One writer after the other, without a pause, until the backups are done.
    let writing = Task {
      var acknowledged: [String] = []
      while !Task.isCancelled {
        let login = "w\(acknowledged.count)"
        if try await add(office, login).status == 0 { acknowledged.append(login) }
      }
      return acknowledged
    }
    let folder = office.folder + "/backups"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var seen: [(path: String, before: Set<String>)] = []
    for _ in 0..<5 {
      let before = try await logins(office)
      let made = try json(try await office.must("backup", "create", "--plain", folder, "--audit", "--json").out)
      #expect((made["audit"] as? [String: Any])?["problems"] as? [String] == [])
      seen.append((try #require(made["path"] as? String), before))
    }
    let drilled = try json(try await office.must("backup", "drill", "--json").out)
    #expect((drilled["problems"] as? [Any])?.isEmpty == true)
    writing.cancel()
    let acknowledged = try await writing.value
    #expect(!acknowledged.isEmpty)
    #expect(try await logins(office).isSuperset(of: acknowledged))
    for (index, one) in seen.enumerated() {
      let home = office.folder + "/restored-\(index)"
      let restored = try await office.docket("restore", one.path, home: home)
      #expect(restored.status == 0, "\(restored.err)")
      #expect(try await office.docket("verify", home: home).status == 0)
      let held = try await logins(office, home)
      #expect(held.isSuperset(of: one.before))
      // Acts of one writer are in it without a gap: it is one moment's state.
      #expect(held == Set(acknowledged.prefix(held.count)))
    }
    #expect(try json(try await office.must("backup", "list", folder, "--json").out)["backups"].map { ($0 as? [Any])?.count } == 5)
    try await office.must("verify")
  }

  @Test("an old backup in the old home's place: it asks, fetches back what the superior holds, and nothing of either is lost")
  func fetchedBack() async throws {
    let (city, node, district) = try await region()
    defer { node.process.terminate() }
    _ = try await add(district, "before")
    let path = district.folder + "/b.docket-backup"
    try await district.must("backup", "create", "--plain", path)
    _ = try await add(district, "synced")
    try await district.must("sync")
    _ = try await add(district, "unsynced")
    let restored = try await district.must("restore", path, "--replace", "--json")
    let aside = try #require(try json(restored.out)["aside"] as? String)
    #expect((try json(restored.out)["next"] as? [Any])?.count == 6)
    #expect(try await logins(district) == ["before"])
    let refused = try await district.docket("--json", "officer", "add", "fork", "--name", "x")
    #expect(refused.status == 78)
    #expect(try code(refused) == "restored-database")
    #expect(try await district.must("sync").err.contains("older than this machine remembers"))
    #expect(try await add(district, "after").status == 0)
    try await district.must("sync")
    #expect(try await logins(district) == ["before", "synced", "after"])
    #expect(try await logins(city) == ["before", "synced", "after"])
    // The old home still has what it never sent; started against advice, it is noticed and loses nothing.
    #expect(try await logins(district, aside).contains("unsynced"))
    #expect(try await district.docket("adopt", home: aside).status == 0)
    #expect(try await district.docket("sync", home: aside).status == 0)
    #expect(try await logins(city) == ["before", "synced", "unsynced", "after"])
    for office in [city, district] { try await office.must("verify") }
  }

  @Test("a backup that was adopted without the superior and wrote on: both branches are kept and told")
  func bothBranches() async throws {
    let (city, node, district) = try await region()
    defer { node.process.terminate() }
    _ = try await add(district, "before")
    let path = district.folder + "/b.docket-backup"
    try await district.must("backup", "create", "--plain", path)
    _ = try await add(district, "first-machine")
    try await district.must("sync")
    let other = district.folder + "/other"
    #expect(try await district.docket("restore", path, home: other).status == 0)
    #expect(try await district.docket("adopt", home: other).status == 0)
    #expect(try await add(district, "second-machine", other).status == 0)
    #expect(try await district.docket("sync", home: other).status == 0)
    _ = try await add(district, "first-again")
    try await district.must("sync")
    #expect(try await district.docket("sync", home: other).status == 0)
    let all: Set<String> = ["before", "first-machine", "second-machine", "first-again"]
    #expect(try await logins(city) == all)
    #expect(try await logins(district, other) == all)
    #expect(try await district.docket("status").err.contains("Another machine signs with this office's keys"))
    for home in [city.home, district.home, other] { #expect(try await city.docket("verify", home: home).status == 0) }
  }

  @Test("a restored root: its own work comes back from below, then it goes on")
  func root() async throws {
    let (city, node, district) = try await region()
    let path = city.folder + "/b.docket-backup"
    try await city.must("backup", "create", "--plain", path)
    let port = try #require(node.out.firstMatch(of: /"port":(\d+)/).flatMap { Int($0.1) })
    try await city.must("regime", "publish", "haigang")
    _ = try await add(district, "below")
    try await district.must("sync")
    #expect(try await city.docket("restore", path, "--replace").status == 74, "while the node serves")
    node.process.terminate()
    _ = await node.wait()
    try await city.must("restore", path, "--replace")
    #expect(try await city.must("regime", "list").out.contains("haigang") == false)
    let again = try city.start(Office.executable, ["--home", city.home, "serve", "--listen", "127.0.0.1:\(port)", "--json"])
    defer { again.process.terminate() }
    try await again.shows("\"port\":")
    try await district.must("sync")
    #expect(try await city.must("regime", "list").out.contains("haigang"))
    #expect(try await logins(city) == ["below"])
    #expect(try await city.docket("regime", "publish", "luquan").status == 78)
    try await city.must("adopt")
    try await city.must("regime", "publish", "luquan")
    try await district.must("sync")
    #expect(try await district.must("regime", "list").out.contains("luquan"))
    for office in [city, district] { try await office.must("verify") }
  }

  @Test("wrong input: each with its exit code, and nothing left behind")
  func wrongInput() async throws {
    let office = try Office()
    try await office.found()
    func refused(_ status: Int32, _ expected: String, _ arguments: String..., home: String? = nil) async throws {
      let result = try await office.start(
        Office.executable, ["--home", home ?? office.home, "--json"] + arguments).wait()
      #expect(result.status == status, "\(arguments): \(result.status) \(result.err)")
      #expect(try code(result) == expected, "\(arguments)")
    }
    let (secret, path) = (office.folder + "/secret", office.folder + "/b.docket-backup")
    try Data("一个口令\nnot this\n".utf8).write(to: URL(fileURLWithPath: secret))
    let made = try await office.must("backup", "create", path, "--passphrase-file", secret, "--json")
    #expect(!(made.out + made.err).contains("一个口令"))
    #expect(try json(made.out)["isProtected"] as? Bool == true)
    let (home, empty, other) = (office.folder + "/new", office.folder + "/empty", office.folder + "/other")
    try Data().write(to: URL(fileURLWithPath: empty))
    try Data("another".utf8).write(to: URL(fileURLWithPath: other))
    try await refused(65, "backup-passphrase-missing", "restore", path, home: home)
    try await refused(65, "backup-passphrase", "restore", path, "--passphrase-file", other, home: home)
    try await refused(65, "passphrase-file", "restore", path, "--passphrase-file", empty, home: home)
    try await refused(65, "file", "restore", path, "--passphrase-file", office.folder + "/none", home: home)
    try await refused(65, "backup-passphrase", "backup", "verify", path, "--passphrase-file", other)
    try await refused(65, "file", "restore", office.folder + "/none", home: home)
    try await refused(65, "file", "backup", "list", office.folder + "/none")
    try await refused(65, "no-backup", "restore", secret, home: home)
    try await refused(65, "file-exists", "backup", "create", "--plain", path)
    try await refused(64, "backup-keep", "backup", "create", "--plain", office.folder + "/c", "--keep", "2")
    try await refused(64, "usage", "backup", "create")
    try await refused(64, "backup-unprotected", "backup", "create", office.folder + "/c")
    try await refused(74, "backup-file", "backup", "create", "--plain", office.folder + "/nowhere/b")
    try await refused(74, "backup-file", "backup", "create", "--plain", "/proc/b.docket-backup")
    try await refused(74, "no-office", "backup", "create", "--plain", office.folder + "/c", home: home)
    try await refused(74, "no-office", "backup", "drill", home: home)
    try await refused(1, "occupied", "restore", path, "--passphrase-file", secret)
    try await refused(1, "occupied", "restore", path, "--passphrase-file", secret, "--replace", home: office.folder)
    var altered = try Data(contentsOf: URL(fileURLWithPath: path))
    altered[altered.count / 2] ^= 1
    try altered.write(to: URL(fileURLWithPath: other))
    try await refused(78, "backup-altered", "restore", other, "--passphrase-file", secret, home: home)
    try await refused(78, "backup-altered", "backup", "verify", other, "--passphrase-file", secret)
    let names = try FileManager.default.contentsOfDirectory(atPath: office.folder).filter { !$0.hasPrefix("run-") }
    #expect(Set(names) == ["office", "secret", "b.docket-backup", "empty", "other"])
    let verified = try await office.must("backup", "verify", path, "--passphrase-file", secret, "--audit", "--json")
    #expect((try json(verified.out)["audit"] as? [String: Any])?["entries"] as? Int == 1)
    let chinese = try await office.docket("restore", path, home: home, extra: ["DOCKET_LANG": "zh"])
    #expect(chinese.err.contains("口令保护") && chinese.err.contains("处理："))
    try await office.must("verify")
  }

  @Test("a full medium: an I/O error, no half file, the older backup stays, and the office works on")
  func fullMedium() async throws {
    let office = try Office()
    try await office.found()
    try await office.must("regime", "publish", "renxian")
    let disk = office.folder + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let mounted = try await office.start("/bin/mount", ["-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk]).wait()
    // Only root may mount; elsewhere this test has nothing to say.
    guard mounted.status == 0 else { return }
    let first = try await office.docket("backup", "create", "--plain", disk + "/1.docket-backup", "--json")
    let second = try await office.docket("--json", "backup", "create", "--plain", disk + "/2.docket-backup")
    // Some limits show only in writing, a quota for one. Here the process's own, in blocks of 512 bytes: in the copy of
    // the database, and then just above it, in the backup's file.
    let size = try #require(try FileManager.default.attributesOfItem(atPath: office.home + "/docket.sqlite")[.size] as? Int)
    for (blocks, expected) in [(size / 1_024, "database-io"), (size / 512 + 4, "backup-file")] {
      let limited = try await office.start(
        "/bin/sh",
        ["-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\"", Office.executable, "--home", office.home, "--json",
          "backup", "create", "--plain", office.folder + "/limited.docket-backup"]
      ).wait()
      #expect(limited.status == 74, "\(limited.err)")
      #expect(try code(limited) == expected)
      #expect(try !FileManager.default.contentsOfDirectory(atPath: office.folder).contains { $0.contains("limited") })
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: disk)
    let whole = try await office.docket("backup", "verify", disk + "/1.docket-backup")
    _ = try await office.start("/bin/umount", [disk]).wait()
    #expect(first.status == 0 && whole.status == 0)
    #expect(second.status == 74)
    #expect(try code(second) == "disk-full")
    #expect(left == ["1.docket-backup"])
    #expect(!FileManager.default.fileExists(atPath: office.home + "/backup-scratch"))
    #expect(try await add(office, "on").status == 0)
    try await office.must("verify")
  }

  @Test("broken off at any moment: no file under the backup's name that is not whole")
  func brokenOff() async throws {
    let office = try Office()
    try await office.found()
    try await office.must("regime", "publish", "renxian")
    let folder = office.folder + "/backups"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var ended = 0
    for round in 0..<24 {
      let running = try office.start(
        Office.executable, ["--home", office.home, "backup", "create", "--plain", folder + "/\(round).docket-backup"])
      try await Task.sleep(for: .milliseconds(5 * round))
      kill(running.process.processIdentifier, round % 2 == 0 ? SIGINT : SIGKILL)
      if await running.wait().status == 0 { ended += 1 }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    for name in left where name.hasSuffix(".docket-backup") {
      #expect(try await office.docket("backup", "verify", folder + "/" + name).status == 0, "\(name)")
    }
    #expect(try await add(office, "on").status == 0)
    // Opening the office cleared the copy that a killed process left.
    #expect(!FileManager.default.fileExists(atPath: office.home + "/backup-scratch"))
    try await office.must("backup", "drill")
    try await office.must("verify")
  }
}
