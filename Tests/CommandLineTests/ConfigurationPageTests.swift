import Foundation
import TestKit
import Testing

/// `Protocol/configuration.md` against the program.
@Suite("The page of the configuration", .timeLimit(.minutes(20)))
struct ConfigurationPageTests {
  private struct Page: Decodable {
    struct Line: Decodable {
      let key: String
      let value: String?
      let source: String
      let place: String?
      let variable: String
      let flag: String
    }
    struct Slip: Decodable {
      let meant: String
    }
    let file: String?
    let settings: [Line]
    let slips: [Slip]
  }

  private func text() throws -> String {
    try String(contentsOfFile: RepositoryRoot.path + "/Protocol/configuration.md", encoding: .utf8)
  }

  private func blocks(_ language: String) throws -> [String] {
    try text().components(separatedBy: "```").enumerated().compactMap { index, block in
      index % 2 == 1 && block.hasPrefix(language + "\n") ? String(block.dropFirst(language.count + 1)) : nil
    }
  }

  private func printed(_ office: Office, _ arguments: [String], _ extra: [String: String] = [:]) async throws -> Page {
    let result = try await office.start(
      Office.executable, ["--home", office.home, "serve", "--print-config", "--json"] + arguments, extra
    ).wait()
    try #require(result.status == 0, "\(result.err)")
    return try JSONDecoder().decode(Page.self, from: Data(result.out.utf8))
  }

  @Test("every key is on the page with its default and bounds, and has its flag in the help")
  func table() async throws {
    let office = try Office()
    let settings = try await printed(office, []).settings
    let help = try await office.start(Office.executable, ["serve", "--help"]).wait().out
    let rows = try text().split(separator: "\n").filter { $0.hasPrefix("| `") && $0.split(separator: "|").count == 5 }
    let cells = rows.map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    #expect(cells.map { $0[0] } == settings.map { "`\($0.key)`" })
    for (row, line) in zip(cells, settings) {
      #expect(line.source == "default" && line.place == nil)
      if let value = line.value {
        #expect(row[3] == "`\(value)`", "\(line.key)")
      } else {
        #expect(!row[3].contains("`"), "\(line.key)")
      }
      #expect(help.contains(line.flag + " "), "\(line.flag)")
    }
  }

  @Test("the example files are configurations, and every value in them is taken")
  func files() async throws {
    let office = try Office()
    let examples = try blocks("json")
    #expect(examples.count == 2)
    let path = office.folder + "/docket.json"
    for example in examples {
      try Data(example.utf8).write(to: URL(fileURLWithPath: path))
      let page = try await printed(office, ["--config", path])
      #expect(page.file == path)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(example.utf8)) as? [String: Any])
      let leaves = object.flatMap { name, value in
        (value as? [String: Any]).map { $0.keys.map { "\(name).\($0)" } } ?? [name]
      }
      #expect(Set(page.settings.filter { $0.source == "file" && $0.place == path }.map(\.key)) == Set(leaves))
    }
    // In the home it is found by itself.
    try FileManager.default.createDirectory(atPath: office.home, withIntermediateDirectories: true)
    try Data(examples[0].utf8).write(to: URL(fileURLWithPath: office.home + "/docket.json"))
    #expect(try await printed(office, []).settings.first { $0.key == "listen" }?.value == "none")
  }

  @Test("the example of variables and flags gives what it says")
  func command() async throws {
    let line = try #require(try blocks("").flatMap { $0.split(separator: "\n") }.first { $0.contains("docket serve") })
    let words = line.split(separator: " ").map(String.init)
    let index = try #require(words.firstIndex(of: "docket"))
    let variables = Dictionary(
      uniqueKeysWithValues: words[..<index].map { word in
        (String(word.prefix { $0 != "=" }), String(word.drop { $0 != "=" }.dropFirst()))
      })
    let office = try Office()
    let flags = words[(index + 2)...].filter { $0 != "--print-config" }
    let page = try await printed(office, Array(flags), variables)
    let taken = Dictionary(uniqueKeysWithValues: page.settings.map { ($0.key, $0) })
    #expect(
      taken["listen"]?.value == "[::]:7443" && taken["listen"]?.source == "environment"
        && taken["listen"]?.place == "DOCKET_LISTEN")
    #expect(taken["attachments.quotaBytes"]?.value == "10737418240")
    #expect(
      taken["attachments.bytesMax"]?.source == "flag"
        && taken["attachments.bytesMax"]?.place == "--attachments-bytes-max")
  }

  @Test("a person reads the same as a table, in both languages")
  func people() async throws {
    let office = try Office()
    let english = try await office.docket("serve", "--print-config", "--log-level", "debug")
    #expect(english.status == 0 && english.out.contains("log.level") && english.out.contains("flag --log-level"))
    let chinese = try await office.docket("serve", "--print-config", extra: ["DOCKET_LANG": "zh"])
    #expect(chinese.out.contains("配置项") && chinese.out.contains("内置"))
    let slipped = try await office.docket("serve", "--print-config", extra: ["DOCKET_LOG_LEVL": "debug"])
    #expect(slipped.out.contains("DOCKET_LOG_LEVL. Did you mean DOCKET_LOG_LEVEL?"))
    #expect(try await printed(office, [], ["DOCKET_LOG_LEVL": "debug"]).slips.map(\.meant) == ["DOCKET_LOG_LEVEL"])
    #expect(try await printed(office, []).slips.isEmpty)
  }

  @Test("every metric that a node offers is on the page")
  func metrics() async throws {
    let office = try Office()
    try await office.found()
    let node = try office.start(
      Office.executable,
      [
        "--home", office.home, "serve", "--listen", "none", "--json", "--metrics-enabled", "true", "--metrics-listen",
        "127.0.0.1:0",
      ])
    defer { node.process.terminate() }
    try await node.shows("\"port\":")
    var port: Int?
    for _ in 0..<3_000 where port == nil {
      port = node.err.firstMatch(of: /metrics-listening .*port=(\d+)/).flatMap { Int($0.1) }
      if port == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
    let page = try LoopbackCall.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", to: try #require(port))
    let names = page.matches(of: #/# TYPE ([a-z_]+)/#).map { "`\($0.1)`" }
    #expect(names.count >= 15)
    let text = try text()
    for name in names { #expect(text.contains(name), "\(name)") }
  }
}
