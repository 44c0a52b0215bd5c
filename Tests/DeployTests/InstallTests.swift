import Foundation
import TestKit
import Testing

/// What the programs of `deploy/` say and refuse without touching the machine.
@Suite("Installing and removing", .timeLimit(.minutes(10)))
struct InstallTests {
  private static let programs = ["demo", "test", "package", "install", "uninstall", "toolchain"]

  private func run(_ program: String, _ arguments: String, language: String = "en") async throws -> ScratchFolder.Result {
    let folder = try ScratchFolder()
    return try await folder.run(
      "/bin/bash", "-c", "exec \"$0\" \(arguments)", RepositoryRoot.path + "/deploy/" + program,
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path, "DOCKET_LANG": language])
  }

  @Test("every program explains itself in both languages", arguments: programs)
  func help(program: String) async throws {
    let english = try await run(program, "--help")
    let chinese = try await run(program, "--help", language: "zh")
    #expect(english.status == 0 && english.err.contains("Usage: deploy/\(program)"))
    #expect(chinese.status == 0 && chinese.err.contains("用法：deploy/\(program)"))
  }

  @Test("data is deleted only when that was said twice")
  func purge() async throws {
    let result = try await run("uninstall", "--purge-data")
    #expect(result.status == 64 && result.err.contains("say --purge-data twice"))
  }

  @Test("an unknown option changes nothing", arguments: ["package", "install", "uninstall"])
  func usage(program: String) async throws {
    let result = try await run(program, "--nonsense")
    #expect(result.status == 64 && result.err.contains("Usage:"))
  }

  @Test("a package that is too old for the database refuses before anything is changed")
  func downgrade() async throws {
    let folder = try ScratchFolder()
    let readable = 7
    var script = try String(contentsOfFile: RepositoryRoot.path + "/deploy/debian/preinst", encoding: .utf8)
    script = script.replacing("@FORMAT@", with: "\(readable)").replacing("/var/lib/docket/office", with: folder.path)
    for (found, status) in [(readable, Int32(0)), (readable + 1, 1), (256 + readable, 1)] {
      // The head of an SQLite file, with nothing in it but its form: four bytes from 60 on, the high one first.
      var head = Data(repeating: 0, count: 100)
      for byte in 0..<4 { head[60 + byte] = UInt8(truncatingIfNeeded: found >> (8 * (3 - byte))) }
      try head.write(to: URL(fileURLWithPath: folder.path + "/docket.sqlite"))
      let result = try await folder.run(
        "/bin/sh", "-c", script, "preinst", "upgrade", "9.9", environment: ["PATH": "/usr/bin:/bin"])
      #expect(result.status == status)
      #expect(status == 0 || result.err.contains("has format \(found)") && result.err.contains("第 \(found) 版"))
    }
  }

  @Test("what a unit starts and what the package installs have the same paths")
  func units() throws {
    let folder = RepositoryRoot.path + "/deploy/systemd/"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count == 3)
    for name in names where name.hasSuffix(".service") {
      let unit = try String(contentsOfFile: folder + name, encoding: .utf8)
      #expect(unit.contains("ExecStart=/usr/bin/docket ") && unit.contains("User=docket\n"))
      for line in [
        "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "MemoryDenyWriteExecute=yes",
        "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "UMask=0077",
      ] { #expect(unit.contains(line + "\n"), "\(name): \(line)") }
      #expect(unit.contains("RestrictAddressFamilies=AF_UNIX"))
    }
  }
}
