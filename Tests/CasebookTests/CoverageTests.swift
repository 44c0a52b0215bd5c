import Casebook
import Casework
import RegimePacks
import Testing

@Suite("Coverage against indicators")
struct CoverageTests {
  private static let seven = ["甲", "乙", "丙", "丁", "戊", "己", "庚"]

  @Test("a share is the ceiling of the register at the period's start: 30 % of 7 units are 3")
  func share() throws {
    let office = try CountingOffice()
    try office.register(Self.seven)
    try office.go(to: "2026-03-10")
    for unit in ["甲", "乙", "乙"] { try office.visit("training", "special", unit, on: "2026-03-10") }
    var row = try office.row("training", "share")
    #expect((row.required, row.done, row.base, row.baseOn, row.met) == (3, 2, 7, "2026-01-01", false))
    #expect(row.note == nil)
    // 69 of 365 days: nothing is due before its time.
    #expect(row.dueNow == 0)
    // Registered later: the base of the year stays.
    try office.register(["辛", "壬", "癸", "子"])
    try office.visit("training", "special", "丙", on: "2026-03-10")
    row = try office.row("training", "share")
    #expect((row.required, row.done, row.base, row.met) == (3, 3, 7, true))
    try office.go(to: "2026-12-31")
    #expect(try office.row("training", "share").dueNow == 3)
    // The next year's base is the register at its start, and no check counts twice.
    try office.go(to: "2027-01-02")
    row = try office.row("training", "share")
    #expect((row.required, row.done, row.base) == (4, 0, 11))
  }

  @Test("where nothing was registered at the start the register of today is the base, and the row says so")
  func noSnapshot() throws {
    let office = try CountingOffice()
    try office.go(to: "2026-03-10")
    var row = try office.row("training", "share")
    #expect((row.required, row.base, row.met) == (nil, nil, false))
    #expect(row.note?.zh.contains("登记簿") == true)
    try office.register(Self.seven)
    row = try office.row("training", "share")
    #expect((row.required, row.base, row.baseOn) == (3, 7, "2026-03-10"))
    #expect(row.note?.zh.contains("2026-01-01") == true)
  }

  @Test("units marked as the regime's are its register; the others are not")
  func registerOfRegime() throws {
    let office = try CountingOffice()
    try office.register(Self.seven, kind: "培训机构")
    try office.register(["工厂一", "工厂二", "工厂三"], kind: "employer")
    try office.go(to: "2026-03-10")
    #expect(try office.row("training", "share").base == 7)
    #expect(try office.row("hours", "each").base == 10)
  }

  @Test("twice a month with two units each: a visit is a day, each must reach its figure, the worst is shown")
  func visits() throws {
    let office = try CountingOffice()
    try office.register(Self.seven)
    try office.go(to: "2026-03-10")
    #expect(try office.row("training", "units").isPending)
    for unit in ["甲", "乙", "乙"] { try office.visit("training", "routine", unit, on: "2026-03-03") }
    // Made in February, archived in March.
    try office.visit("training", "routine", "丙", on: "2026-02-27", archived: "2026-03-02")
    // Of another kind.
    try office.visit("training", "special", "丁", on: "2026-03-04")
    #expect(try office.row("training", "visits").done == 1)
    var units = try office.row("training", "units")
    #expect((units.required, units.done, units.met, units.period) == (2, 2, true, "month"))
    try office.visit("training", "routine", "丙", on: "2026-03-09")
    let visits = try office.row("training", "visits")
    #expect((visits.required, visits.done, visits.met, visits.dueNow) == (2, 2, true, 0))
    units = try office.row("training", "units")
    #expect((units.done, units.met) == (1, false))
    #expect(units.note?.en.contains("2026-03-09") == true)
    try office.go(to: "2026-03-16")
    #expect(try office.row("training", "visits").dueNow == 1)
    try office.go(to: "2026-04-01")
    #expect(try office.row("training", "visits").done == 0)
  }

  @Test("a visit that was planned and cancelled counts for nothing; an open one not yet")
  func cancelled() throws {
    let office = try CountingOffice()
    try office.register(["甲"])
    try office.go(to: "2026-03-10")
    let planned = try office.open("training", check: "routine", unit: "甲", on: "2026-03-10").file.number
    try office.county.act(planned, "cancel", ["zhang"], on: "2026-03-10")
    let open = try office.open("training", check: "routine", unit: "甲", on: "2026-03-10").file.number
    try office.county.act(open, "record", ["zhang", "li"], on: "2026-03-10")
    #expect(try office.row("training", "visits").done == 0)
    try office.county.act(open, "close", ["zhang"], on: "2026-03-10")
    #expect(try office.row("training", "visits").done == 1)
  }

  @Test("half of the units each quarter: 50 % of 7 are 4, and last quarter's do not count")
  func quarter() throws {
    let office = try CountingOffice()
    try office.register(Self.seven)
    try office.go(to: "2026-04-02")
    try office.visit("hours", "routine", "甲", on: "2026-03-31")
    for unit in ["乙", "丙", "丁"] { try office.visit("hours", "routine", unit, on: "2026-04-01") }
    var row = try office.row("hours", "quarter")
    #expect((row.required, row.done, row.met, row.period, row.baseOn) == (4, 3, false, "quarter", "2026-04-01"))
    try office.visit("hours", "routine", "戊", on: "2026-04-02")
    row = try office.row("hours", "quarter")
    #expect((row.done, row.met) == (4, true))
    try office.visit("hours", "routine", nil, on: "2026-04-02")
    #expect(try office.row("hours", "quarter").note?.zh.contains("1 次检查没有写明对象") == true)
  }

  @Test("a share of a subset by the units' kind: 50 % of 5 are 3")
  func subsetByKind() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙", "丙", "丁", "戊"], kind: "不定时单位")
    try office.register(["己", "庚"])
    try office.go(to: "2026-03-10")
    for unit in ["甲", "乙", "己"] { try office.visit("hours", "special", unit, on: "2026-03-10") }
    var row = try office.row("hours", "irregular")
    #expect((row.required, row.done, row.base, row.met) == (3, 2, 5, false))
    try office.visit("hours", "special", "丙", on: "2026-03-10")
    row = try office.row("hours", "irregular")
    #expect((row.done, row.met) == (3, true))
  }

  @Test("a share of people by what the checks' records state: 10 % in special checks, 20 % in full ones")
  func subsetByFacts() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙"])
    try office.go(to: "2026-03-10")
    var row = try office.row("training", "special-phone")
    #expect((row.required, row.base, row.met) == (nil, nil, false))
    #expect(row.note?.zh.contains("基数不明") == true)
    try office.visit(
      "training", "special", "甲", on: "2026-03-10", phoned: ["phoneFor": "special", "phoneTotal": "55", "phoned": "5"])
    try office.visit(
      "training", "full", "甲", on: "2026-03-10", phoned: ["phoneFor": "full", "phoneTotal": "40", "phoned": "8"])
    row = try office.row("training", "special-phone")
    #expect((row.required, row.done, row.base, row.met) == (6, 5, 55, false))
    let full = try office.row("training", "full-phone")
    #expect((full.required, full.done, full.base, full.met) == (8, 8, 40, true))
    // One record that does not say how many there are makes the base unknown again.
    try office.visit("training", "special", "乙", on: "2026-03-10", phoned: ["phoneFor": "special", "phoned": "5"])
    row = try office.row("training", "special-phone")
    #expect((row.required, row.done, row.base) == (nil, 10, nil))
  }

  @Test("every unit: the units that reached the figure, each visit on another day")
  func everyUnit() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙", "丙"])
    try office.go(to: "2026-03-10")
    try office.visit("hours", "routine", "甲", on: "2026-02-10")
    try office.visit("hours", "routine", "甲", on: "2026-03-10")
    // Twice on one day is once.
    try office.visit("hours", "routine", "乙", on: "2026-03-10")
    try office.visit("hours", "routine", "乙", on: "2026-03-10")
    var row = try office.row("hours", "each")
    #expect((row.required, row.done, row.met) == (3, 1, false))
    for unit in ["乙", "丙"] { try office.visit("hours", "routine", unit, on: "2026-03-04") }
    try office.visit("hours", "routine", "丙", on: "2026-03-05")
    row = try office.row("hours", "each")
    #expect((row.required, row.done, row.met) == (3, 3, true))
    // Each month anew.
    for unit in ["甲", "乙", "丙"] { try office.visit("hours", "full", unit, on: "2026-03-10") }
    #expect(try office.row("hours", "monthly").met)
    try office.go(to: "2026-04-10")
    #expect(try office.row("hours", "monthly").done == 0)
  }

  @Test("by 31 March: pending until then, met by what was closed in time, not met after")
  func dated() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙"])
    try office.go(to: "2026-03-31")
    try office.visit("hours", "annual", "甲", on: "2026-03-31")
    try office.visit("hours", "annual", "乙", on: "2025-12-30")
    var row = try office.row("hours", "yearly")
    #expect((row.required, row.done, row.met, row.isPending, row.dueNow) == (2, 1, false, true, 2))
    #expect(row.note?.zh.contains("2026-03-31") == true)
    try office.go(to: "2026-04-01")
    row = try office.row("hours", "yearly")
    #expect((row.done, row.met, row.isPending) == (1, false, false))
    try office.visit("hours", "annual", "乙", on: "2026-03-30", archived: "2026-04-01")
    row = try office.row("hours", "yearly")
    #expect((row.done, row.met) == (2, false))
    #expect(row.note?.en.contains("1 after it") == true)
  }

  @Test("by 31 March with everything closed in time")
  func datedInTime() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙"])
    try office.go(to: "2026-02-01")
    for unit in ["甲", "乙"] { try office.visit("hours", "annual", unit, on: "2026-02-01") }
    let early = try office.row("hours", "yearly")
    #expect((early.met, early.isPending, early.note) == (true, false, nil))
    try office.go(to: "2026-04-01")
    #expect(try office.row("hours", "yearly").met)
  }

  @Test("one in each half-year: the second half does not make the first good")
  func halves() throws {
    let office = try CountingOffice()
    try office.register(["甲"])
    try office.go(to: "2026-06-30")
    var row = try office.row("hours", "halves")
    #expect((row.required, row.done, row.met, row.dueNow) == (1, 0, false, 1))
    try office.go(to: "2026-07-01")
    try office.visit("hours", "special", "甲", on: "2026-07-01")
    row = try office.row("hours", "halves")
    #expect((row.done, row.met) == (1, false))
    #expect(row.note?.zh.contains("上半年") == true)
    try office.visit("hours", "special", "甲", on: "2026-06-30", archived: "2026-07-01")
    row = try office.row("hours", "halves")
    #expect((row.done, row.met, row.note) == (1, true, nil))
  }

  @Test("twice for each class: classes by the field called like the event, the worst is shown, over New Year too")
  func perClass() throws {
    let office = try CountingOffice()
    try office.register(["甲"])
    try office.go(to: "2026-03-10")
    #expect(try office.row("training", "per-class").isPending)
    try office.visit("training", "routine", "甲", on: "2025-12-20", facts: ["course": "一班"])
    try office.visit("training", "routine", "甲", on: "2026-03-03", facts: ["course": "一班"])
    #expect(try office.row("training", "per-class").met)
    try office.set("ceiling", 9, by: office.county)
    try office.visit("training", "routine", "甲", on: "2026-03-10", facts: ["course": "二班"])
    var row = try office.row("training", "per-class")
    #expect((row.required, row.done, row.base, row.met) == (2, 1, 2, false))
    #expect(row.note?.zh.contains("“二班”") == true)
    try office.visit("training", "routine", "甲", on: "2026-03-10", facts: ["course": "二班"])
    try office.visit("training", "routine", "甲", on: "2026-03-10")
    row = try office.row("training", "per-class")
    #expect((row.done, row.met) == (2, true))
    #expect(row.note?.zh.contains("1 次检查没有填写培训班次") == true)
  }

  @Test("20 % of last month's business: by the file a check comes from, and by the number a check states")
  func transactions() throws {
    let office = try CountingOffice()
    try office.go(to: "2026-03-10")
    var business: [String] = []
    for day in 1...11 {
      let on = day == 11 ? "2026-03-01" : "2026-02-\(day < 10 ? "0" : "")\(day)"
      let file = try office.open("insurance", "case", on: on, workflow: "business").file.number
      try office.county.act(file, "finish", ["zhang"], on: on)
      business.append(file)
    }
    func audit(_ source: String?, _ facts: [String: String] = [:], on day: String = "2026-03-10") throws {
      let file = try office.open("insurance", "case", check: "audit", on: day, workflow: "audit", from: source)
      try office.county.act(file.file.number, "finish", ["zhang", "li"], facts, on: day)
    }
    // A check of last month is not itself business of last month.
    try audit(nil, on: "2026-02-20")
    var row = try office.row("insurance", "internal")
    #expect((row.required, row.done, row.base, row.met) == (2, 0, 10, false))
    // The same file twice is one; this month's is none of last month's.
    try audit(business[0])
    try audit(business[0])
    try audit(business[10])
    row = try office.row("insurance", "internal")
    #expect((row.done, row.met) == (1, false))
    #expect(row.note?.zh.contains("1 次检查既未关联") == true)
    try audit(nil, ["phoneSample": "1"])
    row = try office.row("insurance", "internal")
    #expect((row.required, row.done, row.met) == (2, 2, true))
    try office.go(to: "2026-05-10")
    row = try office.row("insurance", "internal")
    #expect((row.required, row.base) == (0, 0))
  }

  @Test("the superior's figure applies in either direction; another branch's does not bind")
  func overrides() throws {
    let office = try CountingOffice()
    let sibling = try office.city.subordinate("130505", salt: 9)
    try office.city.send(to: sibling)
    try office.register(Self.seven)
    try office.go(to: "2026-03-10")
    sibling.now = office.city.now
    try sibling.perform(
      .indicatorSet(
        IndicatorDraft(
          pack: "counting", regime: "training", indicator: "share", value: 99, document: "x", effective: "2026-01-01",
          office: nil)))
    try sibling.meet(office.city)
    try office.city.meet(office.county)
    func seen(by replica: Replica) throws -> CoverageRow {
      guard case .coverage(let rows) = try replica.perform(.coverage) else { throw CancellationError() }
      return try #require(rows.first { $0.office == "130526" && $0.indicator == "share" })
    }
    #expect(try seen(by: office.city).required == 3)
    try office.set("share", 50, by: office.city)
    for replica in [office.city, office.county] { #expect(try seen(by: replica).required == 4) }
    try office.set("share", 10, by: office.city)
    for replica in [office.city, office.county] {
      #expect(try seen(by: replica).required == 1)
      #expect(try seen(by: replica).provenance.zh.contains("7号"))
    }
  }

  @Test("no indicator of the bundled packs is left out, and one that cannot be counted says why")
  func everyIndicator() throws {
    for (code, division) in [("renxian", "130526"), ("hongjiang", "431271")] {
      let office = try Replica.root(division)
      try office.publish(code)
      office.now = 1_790_000_000_000
      let pack = try #require(try BundledPacks.all().first { $0.code == code })
      let indicators = try PackLoader.load(yaml: pack.yaml, file: code).regimes.flatMap { regime in
        regime.indicators.map { "\(regime.id)/\($0.id)" }
      }
      guard case .coverage(let rows) = try office.perform(.coverage) else { throw CancellationError() }
      #expect(rows.map { "\($0.regime)/\($0.indicator)" } == indicators)
      #expect(rows.count > 10)
      for row in rows where row.required == nil { #expect(row.note != nil, "\(row.regime)/\(row.indicator)") }
      // An empty register and no check: nothing is met but what asked for nothing.
      #expect(rows.filter(\.met).allSatisfy { $0.required == 0 })
    }
  }
}

@Suite("The yearly ceiling of visits")
struct CeilingTests {
  @Test("a visit above it needs a reason, which is kept; special, case-driven and next year's visits are free")
  func reason() throws {
    let office = try CountingOffice()
    try office.register(["甲", "乙"])
    try office.go(to: "2026-03-10")
    func open(
      _ check: String?, _ unit: String = "甲", on day: String = "2026-03-10", from source: String? = nil,
      because reason: String? = nil
    ) throws -> ActedView {
      try office.open("training", check: check, unit: unit, on: day, from: source, because: reason)
    }
    let first = try open("routine")
    #expect(try open("routine").warnings.isEmpty)
    #expect(refusal { _ = try open("routine") } == "over-ceiling")
    #expect(refusal { _ = try open("routine", because: " ") } == "over-ceiling")
    // To leave the kind out does not lift it.
    #expect(refusal { _ = try open(nil) } == "over-ceiling")
    #expect(refusal { _ = try open("rutine") } == "check-kind")
    // Free: another unit, another kind, another year, and what a complaint gave rise to.
    _ = try open("routine", "乙")
    _ = try open("special")
    _ = try open("routine", on: "2025-12-30")
    let complaint = try office.open("insurance", "complaint", on: "2026-03-10").file.number
    _ = try open("routine", from: complaint)
    // Another inspection as its source does not free it.
    #expect(refusal { _ = try open("routine", from: first.file.number) } == "over-ceiling")
    #expect(try office.row("training", "visits").overCeiling == 0)
    let over = try open("routine", because: "重大隐患")
    #expect(over.warnings.count == 1)
    #expect(try office.county.file(over.file.number).overCeilingReason == "重大隐患")
    #expect(try office.county.file(first.file.number).overCeilingReason == nil)
    let row = try office.row("training", "visits")
    #expect((row.ceiling, row.overCeiling) == (2, 1))
    #expect(try office.row("training", "share").ceiling == nil)
    #expect(try office.row("hours", "quarter").ceiling == nil)
  }

  @Test("a cancelled visit leaves room for another; a unit registered twice under one code is one")
  func room() throws {
    let office = try CountingOffice()
    try office.go(to: "2026-03-10")
    let code = "91130526MA0EXAMP1X"
    for (replica, name) in [(office.county, "甲"), (office.city, "甲公司")] {
      try replica.perform(.subjectAdd(SubjectDraft(code: code, name: name, kind: "", address: "", line: nil)))
    }
    func open(_ replica: Replica, _ unit: String) throws -> String {
      let draft = FileDraft(
        kind: "inspection", pack: "counting", regime: "training", workflow: nil, title: "t", subject: unit,
        openedOn: nil, addressee: nil, relatesTo: nil, checkKind: "routine", complainantName: nil,
        complainantPhone: nil)
      guard case .acted(let view) = try replica.perform(.fileOpen(draft)) else { throw CancellationError() }
      return view.file.number
    }
    let first = try open(office.county, "甲")
    _ = try open(office.county, "甲")
    #expect(refusal { _ = try open(office.county, "甲") } == "over-ceiling")
    try office.city.meet(office.county)
    #expect(refusal { _ = try open(office.city, "甲公司") } == "over-ceiling")
    try office.county.act(first, "cancel", ["zhang"], on: "2026-03-10")
    _ = try open(office.county, "甲")
    #expect(try office.row("training", "visits").overCeiling == 0)
  }

  @Test("a superior's setting goes before the office's own, and that before the pack's; it collides with a floor aloud")
  func settings() throws {
    let office = try CountingOffice()
    try office.register(["甲"])
    try office.go(to: "2026-03-10")
    try office.set("ceiling", 3, by: office.county, for: "130526")
    #expect(try office.row("training", "visits").ceiling == 3)
    try office.set("ceiling", 1, by: office.city)
    #expect(try office.row("training", "visits").ceiling == 1)
    func open() throws { _ = try office.open("training", check: "routine", unit: "甲", on: "2026-03-10") }
    try open()
    #expect(refusal(open) == "over-ceiling")
    // Where the pack has none, a setting alone makes one; the document's clause on indicators is not needed for it.
    try office.set("ceiling", 1, by: office.city, regime: "hours")
    let row = try office.row("hours", "each")
    #expect(row.ceiling == 1)
    #expect(row.note?.zh.contains("超过频次上限 1 次") == true)
    try office.set("ceiling", 1, by: office.city, regime: "insurance")
    guard case .indicators(let views) = try office.county.perform(.indicatorList) else { throw CancellationError() }
    #expect(views.filter { $0.indicator == "ceiling" }.map(\.value) == [1, 1, 1])
    // No office sets one for a stranger.
    #expect(refusal { try office.set("ceiling", 1, by: office.county, for: "1305") } == "unknown-office")
  }

  @Test("a pack's ceiling: its figure and its kinds of check; no indicator takes its name")
  func pack() throws {
    let pack = try PackLoader.load(yaml: CountingPack.yaml, file: "counting")
    #expect(pack.regime("training")?.ceiling == VisitCeiling(atMost: 2, source: "频次公告 1"))
    #expect(pack.regime("hours")?.ceiling == nil)
    let wide = CountingPack.yaml.replacing("at-most: 2,", with: "at-most: 4, checks: [routine, full],")
    #expect(try PackLoader.load(yaml: wide, file: "x").regime("training")?.ceiling?.checks == [.routine, .full])
    for bad in [
      CountingPack.yaml.replacing("at-most: 2,", with: "at-most: 0,"),
      CountingPack.yaml.replacing("at-most: 2,", with: "at-most: 2, checks: [nightly],"),
      CountingPack.yaml.replacing("id: full-share", with: "id: ceiling"),
    ] {
      #expect(throws: PackError.self) { _ = try PackLoader.load(yaml: bad, file: "x") }
    }
  }
}
