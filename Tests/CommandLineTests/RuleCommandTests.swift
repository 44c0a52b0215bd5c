import Foundation
import Testing

@Suite("Calendars and packs at the command line", .timeLimit(.minutes(10)))
struct RuleCommandTests {
  private static let notice = """
    date,name,is_workday,notice_year
    2027-01-01,元旦,0,2027
    2027-01-04,元旦,0,2027

    """

  private func write(_ text: String, _ name: String, _ office: Office) throws -> String {
    let path = office.folder + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("a notice is looked at, passed down, and in force in every process afterwards, serving or not")
  func calendar() async throws {
    let office = try Office()
    try await office.found()
    try await office.must("regime", "publish", "renxian")
    try await office.must("case", "open", "t", "--pack", "renxian", "--regime", "case-handling", "--date", "2026-12-28")
    let path = try write(Self.notice, "2027.csv", office)
    func due() async throws -> String { try await office.must("case", "list").out }
    #expect(try await due().contains("2027-01-04 (provisional)"))
    let preview = try await office.must("calendar", "import", path, "--notice", "7")
    #expect(preview.out.contains("preview") && preview.out.contains("2027-01-06") && preview.out.contains("--apply"))
    #expect(try await due().contains("2027-01-04 (provisional)"))
    // Through a serving node, which goes on with the new calendar itself.
    let (node, _) = try await office.serve()
    try await office.must("calendar", "import", path, "--notice", "7", "--apply")
    #expect(try await due().contains("2027-01-06 "))
    #expect(
      try await office.must("calendar", "due", "--from", "2026-12-28", "--plus", "5wd").out.hasPrefix("2027-01-06\n"))
    node.process.terminate()
    #expect(await node.wait().status == 0)
    #expect(
      try await office.must("calendar", "due", "--from", "2026-12-28", "--plus", "5wd").out.hasPrefix("2027-01-06\n"))
    #expect(try await office.must("calendar", "show", "2027").out.contains("passed down by 130526"))
    #expect(try await office.must("calendar", "show", "2026").out.contains("the program came with"))
    try await office.must("verify")
    // Without an office the shipped table stands.
    let elsewhere = try await office.docket("calendar", "show", "2027", home: office.folder + "/none")
    #expect(elsewhere.status == 0 && elsewhere.out.contains("provisional"))
  }

  @Test("a malformed notice: every line, exit code 65, nothing written")
  func malformed() async throws {
    let office = try Office()
    try await office.found()
    let path = try write("date,name,is_workday,notice_year\nx\n2027-01-01,,0,2027\n", "bad.csv", office)
    let result = try await office.docket("calendar", "import", path, "--notice", "7", "--apply")
    #expect(result.status == 65 && result.err.contains("line 2") && result.err.contains("line 3"))
    #expect(try await office.must("calendar", "show", "2027").out.contains("provisional"))
  }

  @Test("a new version is compared before it is published; --preview publishes nothing")
  func diff() async throws {
    let office = try Office()
    _ = try await office.foundWithCase()
    let bundle = URL(fileURLWithPath: Office.executable).deletingLastPathComponent().path
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: bundle).first { $0.hasSuffix("_RegimePacks.resources") })
    let yaml = try String(contentsOfFile: "\(bundle)/\(folder)/Packs/renxian.yaml", encoding: .utf8)
      .replacingOccurrences(of: "code: renxian, version: 1", with: "code: renxian, version: 2")
      .replacingOccurrences(
        of: "check: written, shape: share, percent: 90", with: "check: written, shape: share, percent: 95")
    let path = try write(yaml, "next.yaml", office)
    for arguments in [["regime", "diff", path], ["regime", "publish", "--preview", path]] {
      let result = try await office.start(Office.executable, ["--home", office.home] + arguments).wait()
      #expect(
        result.status == 0 && result.out.contains("regimes/case-handling/indicators/written-share"), "\(result.err)")
      #expect(
        result.out.contains("90 %") && result.out.contains("95 %") && result.out.contains("version 1: 1 open files"))
    }
    #expect(try await !office.must("regime", "list").out.contains("v2"))
    try await office.must("regime", "publish", path)
    #expect(try await office.must("regime", "list").out.contains("renxian v2"))
    let same = try await office.must("regime", "diff", path)
    #expect(same.err.contains("is out") && same.out.contains("changed 0"))
  }

  @Test("a regime's page, the groups, and boundaries, with and without an office")
  func pages() async throws {
    let office = try Office()
    let page = try await office.docket("regime", "show", "renxian", "case-handling")
    #expect(page.status == 0 && page.out.contains("Penalties") && page.out.contains("not published"))
    #expect(page.out.contains("60 working days from"))
    let json = try await office.docket("--json", "regime", "show", "renxian", "case-handling")
    let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
    #expect((object?["parts"] as? [Any])?.count == 6)
    let groups = try await office.docket("regime", "show", "hongjiang", "--boundaries", "--remarks")
    #expect(groups.out.contains("童工") && groups.out.contains("Remarks") && !groups.out.contains("Duties"))
    #expect(try await office.docket("regime", "show", "hongjiang", "x").status == 65)
    #expect(try await office.docket("regime", "show", "x").status == 65)
    #expect(try await office.docket("refer", "suggest", "使用童工").out.contains("hongjiang"))
    #expect(try await !office.docket("refer", "suggest", "拖欠工资").out.contains("hongjiang"))
    try await office.found()
    try await office.must("regime", "publish", "hongjiang")
    #expect(try await office.must("regime", "show", "hongjiang").out.contains("v1 (published)"))
    #expect(try await office.must("refer", "suggest", "使用童工", "--pack", "hongjiang").out.contains("区公安局"))
  }
}
