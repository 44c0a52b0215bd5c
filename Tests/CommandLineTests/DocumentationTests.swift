import Foundation
import TestKit
import Testing

@Suite("Examples in the documents", .timeLimit(.minutes(10)))
struct DocumentationTests {
  private func blocks(_ page: String, _ language: String) throws -> [String] {
    let text = try String(contentsOfFile: RepositoryRoot.path + "/" + page, encoding: .utf8)
    return text.components(separatedBy: "```").enumerated().compactMap { index, block in
      index % 2 == 1 && block.hasPrefix(language + "\n") ? String(block.dropFirst(language.count + 1)) : nil
    }
  }

  @Test("the pack on the specification's page is one")
  func packs() async throws {
    let office = try Office()
    let path = office.folder + "/example.yaml"
    let blocks = try blocks("Protocol/packs.md", "yaml")
    #expect(blocks.count == 1)
    for block in blocks {
      try Data(block.utf8).write(to: URL(fileURLWithPath: path))
      let result = try await office.docket("regime", "check", path)
      #expect(result.status == 0, "\(result.out)")
    }
  }

  @Test("the calculator in the README's tour gives the README's answer")
  func calculator() async throws {
    let block = try #require(try blocks("README.md", "").first { $0.contains("docket calendar due") })
    let lines = block.split(separator: "\n").map(String.init)
    let index = try #require(lines.firstIndex { $0.hasPrefix("$ docket calendar due") })
    let arguments = lines[index].split(separator: " ").dropFirst(2).map(String.init)
    let office = try Office()
    let result = try await office.start(Office.executable, arguments).wait()
    #expect(result.out.split(separator: "\n").first.map(String.init) == lines[index + 1])
  }

  @Test("every command the README names is in the help")
  func help() async throws {
    let office = try Office()
    let help = try await office.start(Office.executable, ["--help"]).wait()
    #expect(help.status == 0)
    for command in [
      "init", "invite", "join", "status", "office", "officer", "regime", "indicator", "calendar", "subject", "complaint",
      "inspect", "case", "attach", "board", "coverage", "overdue", "order", "takeover", "transfer", "serve", "sync", "peers", "conflicts",
      "quarantine", "log", "verify", "number", "bundle", "doctor", "key",
      "backup", "restore", "outbox", "explain",
    ] {
      #expect(help.out.contains("  \(command)"), "\(command)")
      #expect(try await office.start(Office.executable, [command, "--help"]).wait().status == 0)
    }
  }

  @Test("the calculator knows days, months, years and the roll", arguments: [
    (["--from", "2026-09-16", "--plus", "15d", "--roll"], "2026-10-08"), (["--from", "2025-08-31", "--plus", "6mo", "--roll"], "2026-02-28"),
    (["--from", "2024-02-29", "--plus", "1y"], "2025-02-28"), (["--from", "2026-12-28", "--plus", "5wd"], "2027-01-04 (provisional)"),
  ])
  func units(arguments: [String], due: String) async throws {
    let office = try Office()
    let result = try await office.start(Office.executable, ["calendar", "due"] + arguments).wait()
    #expect(result.out.split(separator: "\n").first.map(String.init) == due)
  }
}
