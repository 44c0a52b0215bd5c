import Casebook
import Casework
import RegimePacks
import Testing

/// Indicators that count checks by what their record says: the four spring campaigns (任县 四(九)四(二)) and the
/// telephone checks of fund applicants (任县 四(七)四（二）, 洪江 三（五）四（二）).
@Suite("Coverage by what the record says")
struct RecordedCoverageTests {
  private static let seasons = ["thunder", "warmth", "rain", "sprout"]

  /// A county that works by a bundled pack, its register marked as the regime's.
  private struct Bureau {
    let office: Replica
    let pack: String
    let regime: String

    init(_ division: String, _ pack: String, _ regime: String, units: [String] = [], kind: String = "") throws {
      office = try Replica.root(division)
      self.pack = pack
      self.regime = regime
      try office.publish(pack)
      try office.staff()
      for unit in units {
        try office.perform(
          .subjectAdd(SubjectDraft(code: "", name: unit, kind: kind, address: "", line: nil)))
      }
      // 2027-06-20
      office.now = 1_813_449_600_000
    }

    func open(_ kind: String, check: String?, unit: String? = nil, on day: String, workflow: String) throws -> String {
      let draft = FileDraft(
        kind: kind, pack: pack, regime: regime, workflow: workflow, title: "t", subject: unit, openedOn: day,
        addressee: nil, relatesTo: nil, checkKind: check, complainantName: nil, complainantPhone: nil)
      guard case .acted(let view) = try office.perform(.fileOpen(draft)) else { throw CancellationError() }
      return view.file.number
    }

    /// An inspection on site, from its opening to the archive.
    func inspect(_ campaign: String?, check: String?, on day: String, archived: Bool = true) throws {
      let file = try open("inspection", check: check, on: day, workflow: "field-inspection")
      var facts = ["findings": "无", "result": "ok", "identityShown": "true"]
      facts["campaign"] = campaign
      try office.act(file, "record", ["zhang", "li"], facts, on: day)
      try office.act(file, "sign", ["zhang"], ["signed": "true"], on: day)
      if archived { try office.act(file, "close", ["zhang"], ["outcome": "archived"], on: day) }
    }

    /// An application for employment funds, checked as each call says, then archived.
    func apply(_ unit: String, check: String?, _ calls: [(mode: String, day: String)], archived: String) throws {
      let first = try #require(calls.first?.day)
      let file = try open("case", check: check, unit: unit, on: first, workflow: "employment-funds")
      let facts = pack == "renxian" ? ["review": "齐全", "crossCheck": "一致"] : ["review": "齐全"]
      try office.act(file, "review", ["zhang"], facts, on: first)
      for call in calls {
        var facts = ["mode": call.mode, "findings": "属实", "irregular": "false", "paid": "true"]
        if call.mode == "onsite" { facts["signed"] = "true" }
        try office.act(file, "check", call.mode == "onsite" ? ["zhang", "li"] : ["zhang"], facts, on: call.day)
      }
      try office.act(file, "close", ["zhang"], on: archived)
    }

    func row(_ indicator: String) throws -> CoverageRow {
      guard case .coverage(let rows) = try office.perform(.coverage) else { throw CancellationError() }
      return try #require(rows.first { $0.regime == regime && $0.indicator == indicator })
    }
  }

  @Test("each of the four campaigns is counted by the inspections that name it, and by no other's")
  func campaigns() throws {
    let bureau = try Bureau("130526", "renxian", "case-handling")
    func done() throws -> [Int] { try Self.seasons.map { try bureau.row("spring-\($0)").done } }
    #expect(try done() == [0, 0, 0, 0])
    try bureau.inspect("thunder", check: "campaign", on: "2027-03-02")
    #expect(try done() == [1, 0, 0, 0])
    let thunder = try bureau.row("spring-thunder")
    #expect((thunder.required, thunder.met, thunder.isPending, thunder.period) == (1, true, false, "year"))
    #expect(try bureau.row("spring-warmth").met == false)
    // The record goes before the kind the file was opened with; left out, it is a campaign's all the same.
    try bureau.inspect("rain", check: "special", on: "2027-03-03")
    try bureau.inspect("rain", check: nil, on: "2027-03-04")
    try bureau.inspect("sprout", check: "campaign", on: "2026-12-30")
    try bureau.inspect("warmth", check: "campaign", on: "2027-03-05", archived: false)
    #expect(try done() == [1, 0, 2, 0])
    // An action of another name, and one that names none, which is said aloud.
    try bureau.inspect("dispatch", check: "campaign", on: "2027-03-06")
    #expect(try bureau.row("spring-thunder").note == nil)
    try bureau.inspect(nil, check: "campaign", on: "2027-03-09")
    #expect(try done() == [1, 0, 2, 0])
    let note = try #require(try bureau.row("spring-sprout").note)
    #expect(note.zh.contains("1 次专项行动没有填写“专项行动”"))
    #expect(note.en.contains("1 of the campaigns do not say their “campaign”"))
  }

  @Test("the row and the indicator say which campaign they count, in the words of the form")
  func shown() throws {
    let bureau = try Bureau("130526", "renxian", "case-handling")
    let counted = try #require(try bureau.row("spring-rain").counted)
    #expect((counted.field, counted.values) == ("campaign", ["rain"]))
    #expect(counted.name == Bilingual(zh: "专项行动：春雨行动", en: "campaign: Spring Rain"))
    #expect(try bureau.row("written-share").counted == nil)
    guard case .indicators(let views) = try bureau.office.perform(.indicatorList) else { throw CancellationError() }
    let listed = try #require(views.first { $0.indicator == "spring-sprout" })
    #expect((listed.counted?.values, listed.ownValue, listed.period, listed.shape) == (["sprout"], 1, "year", "visits"))
    let pack = try #require(try BundledPacks.all().first { $0.code == "renxian" })
    let regime = try #require(try PackLoader.load(yaml: pack.yaml, file: "x").regime("case-handling"))
    let indicator = try #require(regime.indicators.first { $0.id == "spring-thunder" })
    #expect(indicator.words(in: []).zh.hasSuffix("，只计记录为“campaign：thunder”的"))
  }

  @Test("half of the applicants by telephone each quarter, as the record of the check says, however it was opened")
  func telephone() throws {
    let kind = "已领取促进就业专项资金的单位和个人"
    let bureau = try Bureau("130526", "renxian", "employment-funds", units: ["甲", "乙", "丙", "丁", "戊"], kind: kind)
    func figures() throws -> [Int?] {
      let row = try bureau.row("phone-share")
      return [row.required, row.done, row.base]
    }
    #expect(try figures() == [3, 0, 5])
    try bureau.apply("甲", check: "phone", [("phone", "2027-04-02")], archived: "2027-04-03")
    try bureau.apply("乙", check: "routine", [("phone", "2027-04-02")], archived: "2027-04-02")
    #expect(try figures() == [3, 2, 5])
    // Opened as a telephone check, but made on site.
    try bureau.apply("丙", check: "phone", [("onsite", "2027-04-03")], archived: "2027-04-03")
    #expect(try figures() == [3, 2, 5])
    // Called last quarter, visited in this one; and the same unit again.
    try bureau.apply("丁", check: nil, [("phone", "2027-03-30"), ("onsite", "2027-04-07")], archived: "2027-04-07")
    try bureau.apply("乙", check: nil, [("phone", "2027-04-08")], archived: "2027-04-08")
    #expect(try figures() == [3, 2, 5])
    #expect(try bureau.row("phone-share").met == false)
    // Visited first and called after: the later record does not hide the earlier, nor the earlier the later.
    try bureau.apply("戊", check: nil, [("phone", "2027-04-09"), ("onsite", "2027-04-10")], archived: "2027-04-10")
    let row = try bureau.row("phone-share")
    #expect((row.done, row.met, row.note, row.counted?.name.zh) == (3, true, nil, "方式：电话"))
    // The kinds the files were opened with count as before.
    #expect(try bureau.row("routine-share").done == 1)
  }

  @Test("the other bureau's quarterly telephone check is counted alike")
  func otherBureau() throws {
    let bureau = try Bureau("431281", "hongjiang", "employment-fund", units: ["甲"])
    try bureau.apply("甲", check: "phone", [("onsite", "2027-04-03")], archived: "2027-04-03")
    #expect(try bureau.row("phone-visits").done == 0)
    try bureau.apply("甲", check: "routine", [("phone", "2027-04-07")], archived: "2027-04-07")
    #expect(try bureau.row("phone-visits").met)
  }

  @Test("a pack says what to count by a field and values its forms have")
  func pack() throws {
    let whole = "check: full, shape: every-unit, at-least: 1, per: month, "
    func load(_ change: (String) -> String) throws -> RegimePack {
      try PackLoader.load(yaml: change(CountingPack.yaml), file: "x")
    }
    let pack = try load { $0.replacing(whole, with: whole + "where: planFollowed, in: [\"true\"], ") }
    let indicator = try #require(pack.regime("hours")?.indicators.first { $0.id == "monthly" })
    #expect(indicator.scope == Guard.Scope(field: "planFollowed", values: ["true"]))
    for (bad, kind) in [
      ("where: planFollowed, ", PackMistake.Kind.missingKey), ("in: [x], ", .missingKey),
      ("where: nowhere, in: [x], ", .unknownReference), ("where: planFollowed, in: [maybe], ", .unknownReference),
    ] {
      let error = #expect(throws: PackError.self) { _ = try load { $0.replacing(whole, with: whole + bad) } }
      #expect(error?.mistakes.map(\.kind) == [kind], "\(bad)")
    }
    // A sample and the business of the period before are told apart by the kind of check.
    for (shape, workflow) in [("of: 学员和教师, ", "planFollowed"), ("shape: transactions, ", "phoneSample")] {
      let error = #expect(throws: PackError.self) {
        _ = try load { $0.replacing(shape, with: shape + "where: \(workflow), in: [\"true\"], ") }
      }
      #expect(error?.mistakes.allSatisfy { $0.kind == .badValue } == true, "\(shape)")
    }
    // An event that no form names would never be counted.
    let error = #expect(throws: PackError.self) { _ = try load { $0.replacing("event: 培训班次", with: "event: thunder") } }
    #expect(error?.mistakes.map(\.kind) == [.unknownReference])
  }
}
