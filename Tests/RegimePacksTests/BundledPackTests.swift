import Casework
import RegimePacks
import Testing

@Suite("The five bureaus' packs")
struct BundledPackTests {
  @Test("each loads without a mistake and cites its document")
  func load() throws {
    let packs = try BundledPacks.all()
    #expect(packs.map(\.code) == ["haigang", "hongjiang", "kaifaqu", "luquan", "renxian"])
    for bundled in packs {
      let pack = try PackLoader.load(yaml: bundled.yaml, file: bundled.code)
      #expect(pack.code == bundled.code)
      for regime in pack.regimes {
        #expect(!regime.source.isEmpty && !regime.subjects.isEmpty)
        for indicator in regime.indicators { #expect(!indicator.source.isEmpty) }
      }
    }
  }

  /// Regimes of each document, counted from its headings.
  @Test("every regime of the documents is there", arguments: [
    ("kaifaqu", 5), ("renxian", 10), ("luquan", 7), ("haigang", 7), ("hongjiang", 6),
  ])
  func regimes(code: String, count: Int) throws {
    let pack = try #require(try BundledPacks.all().first { $0.code == code })
    #expect(try PackLoader.load(yaml: pack.yaml, file: code).regimes.count == count)
  }

  @Test("the numbers of 任县 四(九) and 鹿泉 四（一）")
  func clocks() throws {
    let packs = try BundledPacks.all()
    func clock(_ pack: String, _ workflow: String, _ id: String) throws -> ClockRule {
      let yaml = try #require(packs.first { $0.code == pack }).yaml
      let workflow = try #require(try PackLoader.load(yaml: yaml, file: pack).workflow(workflow))
      return try #require(workflow.clocks.first { $0.id == id })
    }
    let filing = try clock("renxian", "labour-inspection-case", "filing")
    #expect(filing.unit == .workingDay && filing.count == 5)
    let investigation = try clock("renxian", "labour-inspection-case", "investigation")
    #expect(investigation.unit == .workingDay && investigation.count == 60 && investigation.extraCount == 30)
    #expect(investigation.suspendedBy == "suspend" && investigation.resumedBy == "resume")
    let application = try clock("luquan", "supervision-order", "review-application")
    #expect(application.unit == .day && application.count == 10)
    let decision = try clock("luquan", "supervision-order", "review-decision")
    #expect(decision.unit == .day && decision.count == 15)
  }

  @Test("the calendars 2013 to 2026 load; 2027 is provisional")
  func calendar() throws {
    let calendar = try HolidayTable(csv: BundledCalendar.csv)
    #expect(!calendar.isProvisional(year: 2026) && calendar.isProvisional(year: 2027))
  }
}

@Suite("Mistakes in packs")
struct PackMistakeTests {
  private static let head =
    "pack: {code: x, version: 1, issuer: {zh: 局, en: bureau}, division: \"1\", effective: 2026-01-01, document: d}\nregimes: []\nworkflows:\n"
  private static let workflow = """
      - id: w
        name: {zh: 流程, en: flow}
        kind: case
        source: s
        initial: a
        states: [{id: a, name: {zh: 甲, en: a}}, {id: b, name: {zh: 乙, en: b}, final: true}]
        acts:
          - {id: go, name: {zh: 走, en: go}, from: [a], to: b, source: s}
        clocks: []
    """

  private func mistakes(_ yaml: String) -> [PackMistake] {
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: "t")
      return []
    } catch {
      return error.mistakes
    }
  }

  @Test("the plain pack is accepted")
  func plain() { #expect(mistakes(Self.head + Self.workflow).isEmpty) }

  @Test("each mistake has its kind and line", arguments: [
    ("to: b,", "to: c,", PackMistake.Kind.unknownReference, 11), ("initial: a", "initial: z", .unknownReference, 4),
    ("kind: case", "kind: cake", .badValue, 6), ("source: s\n", "sauce: s\n", .unknownKey, 7),
    (", final: true", "", .noExit, 9), ("from: [a]", "from: []", .missingKey, 11),
    ("{id: go,", "{id: g o,", .badValue, 11), ("clocks: []", "clocks: 5", .wrongType, 12),
    ("{id: b,", "{id: a,", .repeated, 9), ("en: flow", "fr: flow", .missingKey, 5), ("initial: a", "initial: [a", .syntax, 8),
    ("initial: a", "initial: &q a", .alias, 8),
    ("clocks: []", "clocks: [{id: c, name: {zh: 钟, en: c}, unit: day, count: 99999999999999999999, anchor: opening, stops: [go], article: s}]", .badValue, 12),
    ("clocks: []", "clocks: [{id: c, name: {zh: 钟, en: c}, unit: day, count: 1, anchor: {act: nope}, stops: [go], article: s}]", .unknownReference, 12),
  ])
  func planted(old: String, new: String, kind: PackMistake.Kind, line: Int) {
    let found = mistakes(Self.head + Self.workflow.replacing(old, with: new, maxReplacements: 1))
    #expect(found.contains { $0.kind == kind }, "\(found.map { "\($0.kind) \($0.line)" })")
    #expect(found.contains { $0.kind == kind && abs($0.line - line) <= 1 }, "\(found.map { "\($0.kind) \($0.line)" })")
    #expect(found.allSatisfy { !$0.message.zh.isEmpty && !$0.remedy.en.isEmpty })
  }

  @Test("hostile packs are refused before they cost anything")
  func hostile() {
    #expect(mistakes(String(repeating: "[", count: 100_000)).first?.kind == .tooDeep)
    #expect(mistakes(String(repeating: "x", count: 2 * 1024 * 1024)).first?.kind == .tooLarge)
    #expect(mistakes("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n").first?.kind == .alias)
    let nested = (0..<200).map { String(repeating: "  ", count: $0) + "a:\n" }.joined()
    #expect(mistakes(nested).first?.kind == .tooDeep)
    #expect(!mistakes("").isEmpty)
    #expect(!mistakes("- 1\n- 2\n").isEmpty)
  }
}
