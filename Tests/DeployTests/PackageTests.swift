import Foundation
import TestKit
import Testing

/// Unpacks a package that `deploy/package` built, and works with it as an office would: no `PATH`, no Swift library.
/// Building it takes minutes, so a run by hand names it:
/// `DOCKET_PACKAGE=$PWD/$(deploy/package) swift test --filter DeployTests`.
@Suite(
  "The Debian package", .timeLimit(.minutes(10)),
  .enabled(if: ProcessEnvironment.value("DOCKET_PACKAGE") != nil, "DOCKET_PACKAGE names no package"))
struct PackageTests {
  private let package = ProcessEnvironment.value("DOCKET_PACKAGE") ?? ""
  private static let tools = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  private func unpacked() async throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let result = try await folder.run("/usr/bin/dpkg-deb", "-x", package, folder.path + "/tree", environment: Self.tools)
    try #require(result.status == 0, "\(result.err)")
    return folder
  }

  private func docket(_ folder: ScratchFolder, _ arguments: String...) async throws -> ScratchFolder.Result {
    let running = try folder.start(
      folder.path + "/tree/usr/bin/docket", ["--home", folder.path + "/office"] + arguments,
      environment: ["PATH": "", "DOCKET_LANG": "en"])
    while running.process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    return .init(status: running.process.terminationStatus, out: running.out, err: running.err)
  }

  @Test("an office is set up and works, with the packs and the calendar of the package")
  func works() async throws {
    let folder = try await unpacked()
    let founded = try await docket(folder, "init", "130526", "--name", "任县人社局")
    #expect(founded.status == 0, "\(founded.err)")
    // Across the holidays of May: the calendar is a resource.
    let due = try await docket(folder, "calendar", "due", "--from", "2026-04-30", "--plus", "5wd")
    #expect(due.out.hasPrefix("2026-05-11"), "\(due.err)")
    let regimes = try await docket(folder, "regime", "show", "renxian", "hr-agencies")
    #expect(regimes.status == 0 && regimes.out.contains("hr-agencies"), "\(regimes.err)")
    let published = try await docket(folder, "regime", "publish", "renxian")
    #expect(published.status == 0, "\(published.err)")
    let status = try await docket(folder, "status")
    #expect(status.status == 0 && status.out.contains("130526"), "\(status.err)")
    let verified = try await docket(folder, "verify")
    #expect(verified.status == 0, "\(verified.err)")
  }

  @Test("the resources are the package's, not those of the folder it was built in")
  func resources() async throws {
    let folder = try await unpacked()
    let holidays = folder.path + "/tree/usr/lib/docket/Docket_RegimePacks.resources/Calendar/holidays.csv"
    // A calendar of nothing but its head is refused; another folder's would still answer.
    let head = try String(contentsOfFile: holidays, encoding: .utf8).components(separatedBy: "\n")[0]
    try Data((head + "\n").utf8).write(to: URL(fileURLWithPath: holidays))
    let due = try await docket(folder, "calendar", "due", "--from", "2026-04-30", "--plus", "5wd")
    #expect(due.status != 0 && due.out.isEmpty && due.err.contains("CalendarError"), "\(due.out) \(due.err)")
  }

  @Test("it loads SQLite, OpenSSL and the C and C++ floor of every Debian, no Swift library, and no path to one")
  func libraries() async throws {
    let folder = try await unpacked()
    let program = folder.path + "/tree/usr/lib/docket/docket"
    let result = try await folder.run("/usr/bin/readelf", "-dW", program, environment: Self.tools)
    let needed = Set(result.out.matches(of: /\(NEEDED\).*\[([^\]]+)\]/).map { String($0.1) })
    let allowed: Set = [
      "libsqlite3.so.0", "libcrypto.so.3", "libssl.so.3", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6",
      "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
    ]
    #expect(needed.isSuperset(of: ["libsqlite3.so.0", "libcrypto.so.3", "libc.so.6"]))
    #expect(needed.isSubset(of: allowed), "\(needed.subtracting(allowed))")
    let sections = try await folder.run("/usr/bin/readelf", "-SW", program, environment: Self.tools)
    #expect(!sections.out.contains(".debug_info") && !sections.out.contains(".symtab"))
  }

  @Test("everything that makes it a service is in it, owned by root")
  func contents() async throws {
    let folder = try ScratchFolder()
    let list = try await folder.run("/usr/bin/dpkg-deb", "-c", package, environment: Self.tools)
    for path in [
      "usr/bin/docket -> ../lib/docket/docket", "usr/bin/docket-office", "lib/systemd/system/docket.service",
      "lib/systemd/system/docket-backup.timer", "etc/default/docket", "etc/docket/docket.json",
      "usr/share/bash-completion/completions/docket", "usr/share/zsh/vendor-completions/_docket",
      "usr/share/fish/vendor_completions.d/docket.fish", "usr/share/man/man1/docket.1.gz",
      "usr/share/doc/docket/README.md.gz", "usr/share/doc/docket/README.zh.md.gz",
    ] { #expect(list.out.contains("./\(path)\n"), "\(path)") }
    #expect(list.out.split(separator: "\n").allSatisfy { $0.contains(" root/root ") })
    let depends = try await folder.run("/usr/bin/dpkg-deb", "-f", package, "Depends", environment: Self.tools)
    #expect(depends.out.contains("libsqlite3-0") && depends.out.contains("libssl3") && !depends.out.contains("swift"))
  }

  @Test("completion of bash is a script that bash reads, and knows the commands")
  func completion() async throws {
    let folder = try await unpacked()
    let script = folder.path + "/tree/usr/share/bash-completion/completions/docket"
    let checked = try await folder.run("/bin/bash", "-n", script, environment: Self.tools)
    #expect(checked.status == 0, "\(checked.err)")
    #expect(try String(contentsOfFile: script, encoding: .utf8).contains("complete "))
  }

  @Test("the package refuses a database that is newer than those it makes")
  func downgrade() async throws {
    let folder = try await unpacked()
    let control = try await folder.run(
      "/usr/bin/dpkg-deb", "-e", package, folder.path + "/control", environment: Self.tools)
    try #require(control.status == 0)
    let script = try String(contentsOfFile: folder.path + "/control/preinst", encoding: .utf8)
    let readable = try #require(script.firstMatch(of: /readable=(\d+)/).flatMap { Int($0.1) })
    #expect(try await docket(folder, "init", "1305", "--name", "x").status == 0)
    let head = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/office/docket.sqlite")).prefix(100)
    #expect(head[60..<64].reduce(0) { $0 << 8 | Int($1) } == readable)
  }
}
