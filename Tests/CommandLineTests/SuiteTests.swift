import Foundation
import Testing

/// Offices that sign with SM2 from their first entry on, by real processes, files and TLS.
@Suite("Offices that sign with SM2", .timeLimit(.minutes(20)))
struct SuiteTests {
  /// Suite of each office's present key.
  private func suites(at office: Office) async throws -> [String: String] {
    struct List: Decodable { var keys: [Key] }
    struct Key: Decodable {
      var office: String
      var suite: String
      var isPresent: Bool
    }
    let out = try await office.must("key", "list", "--json").out
    let present = try JSONDecoder().decode(List.self, from: Data(out.utf8)).keys.filter(\.isPresent)
    return Dictionary(present.map { ($0.office, $0.suite) }) { _, last in last }
  }

  @Test("founded and joined with --suite sm2: work goes up, packs come down, everything verifies; Ed25519 beside it")
  func sm2() async throws {
    let city = try Office()
    try await city.must("init", "1305", "--name", "市局", "--suite", "sm2")
    try await city.must("regime", "publish", "renxian")
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let chosen = [("130526", "sm2"), ("130527", "ed25519")]
    for (code, suite) in chosen {
      let invited = try await city.must(
        "invite", code, "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
      let invitation = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
      let district = try Office()
      try await district.must("join", invitation, "--suite", suite)
      #expect(try await district.must("regime", "list").out.contains("renxian"))
      try await district.must("subject", "add", "公司\(code)", "--kind", "employer")
      try await district.must("sync")
      #expect(try await city.must("subject", "list", "--json").out.contains("公司\(code)"))
      // The city's receipts came with that sync or come with this one; then there is nothing new.
      var idles = 0
      for _ in 0..<3 where try await district.must("sync", "--json").out.contains("\"wasIdle\":true") { idles += 1 }
      #expect(idles >= 2)
      #expect(try await suites(at: district) == ["1305": "sm2", code: suite])
      #expect(try await district.must("verify", "--json").out.contains("\"problems\":[]"))
    }
    #expect(try await suites(at: city) == ["1305": "sm2", "130526": "sm2", "130527": "ed25519"])
    #expect(try await city.must("verify", "--json").out.contains("\"problems\":[]"))
  }

  @Test("a suite that does not exist is refused, and nothing is set up")
  func unknown() async throws {
    let office = try Office()
    let result = try await office.docket("init", "1305", "--name", "市局", "--suite", "rsa", "--json")
    #expect(result.status == 64 && result.err.contains("\"suite\""), "\(result.err)")
    #expect(!FileManager.default.fileExists(atPath: office.home + "/keys/signing.pem"))
  }
}
