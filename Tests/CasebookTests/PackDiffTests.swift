import Casebook
import Casework
import RegimePacks
import Replication
import Testing

/// The bundled packs, parsed once for all tests.
private enum ParsedBundle {
  private static let packs = Result {
    try BundledPacks.all().map { try PackLoader.load(yaml: $0.yaml, file: $0.code) }
  }

  static func pack(_ code: String) throws -> RegimePack { try #require(try packs.get().first { $0.code == code }) }
}

@Suite("What a new version of a pack changes")
struct PackDiffTests {
  /// A change of 任县's pack, and what must be told of it.
  struct Case: CustomTestStringConvertible {
    let name: String
    let change: @Sendable (inout RegimePack) -> Void
    let kind: PackChange.Kind
    let element: PackChange.Element
    let path: String
    var old: String?
    var new: String?

    var testDescription: String { name }
  }

  private static func regime(_ pack: inout RegimePack, _ id: String, _ change: (inout Regime) -> Void) {
    for index in pack.regimes.indices where pack.regimes[index].id == id { change(&pack.regimes[index]) }
  }

  private static func flow(_ pack: inout RegimePack, _ change: (inout Workflow) -> Void) {
    for index in pack.workflows.indices where pack.workflows[index].id == "labour-inspection-case" {
      change(&pack.workflows[index])
    }
  }

  private static func act(_ pack: inout RegimePack, _ id: String, _ change: (inout ActRule) -> Void) {
    flow(&pack) { flow in
      for index in flow.acts.indices where flow.acts[index].id == id { change(&flow.acts[index]) }
    }
  }

  static let cases: [Case] = [
    Case(
      name: "regime renamed", change: { regime(&$0, "case-handling") { $0.name.zh = "案件查处" } }, kind: .changed,
      element: .regime, path: "regimes/case-handling", old: "“规范案件查处”", new: "“案件查处”"),
    Case(
      name: "superior's indicators", change: { regime(&$0, "case-handling") { $0.superiorOverrides.toggle() } },
      kind: .changed, element: .regime, path: "regimes/case-handling", new: "以上级指标为准"),
    Case(
      name: "indicator",
      change: { pack in
        regime(&pack, "case-handling") { $0.indicators[1].shape = .share(percent: 95, per: .year, subset: nil) }
      }, kind: .changed, element: .indicator, path: "regimes/case-handling/indicators/written-share", old: "不低于 90%",
      new: "不低于 95%"),
    Case(
      name: "indicator gone", change: { regime(&$0, "case-handling") { $0.indicators.removeFirst() } }, kind: .removed,
      element: .indicator, path: "regimes/case-handling/indicators/file-review", old: "不少于 1 次"),
    Case(
      name: "indicator new",
      change: { pack in
        regime(&pack, "case-handling") { regime in
          regime.indicators.append(
            Indicator(
              id: "more", name: Bilingual(zh: "新增", en: "more"), check: .routine,
              shape: .visits(atLeast: 3, per: .quarter),
              source: "x"))
        }
      }, kind: .added, element: .indicator, path: "regimes/case-handling/indicators/more", new: "每季度不少于 3 次"),
    Case(
      name: "penalty",
      change: { pack in
        regime(&pack, "case-handling") { regime in
          for index in regime.penalties.indices where regime.penalties[index].id == "overtime" {
            regime.penalties[index].formula = .perUnit(min: Money(yuan: 200), max: Money(yuan: 500), unit: "persons")
          }
        }
      }, kind: .changed, element: .penalty, path: "regimes/case-handling/penalties/overtime", old: "每人 100 元至 500 元",
      new: "每人 200 元至 500 元"),
    Case(
      name: "penalty gone",
      change: { regime(&$0, "case-handling") { $0.penalties.removeAll { $0.id == "child-labour" } } },
      kind: .removed, element: .penalty, path: "regimes/case-handling/penalties/child-labour", old: "每名童工每月 5000 元"),
    Case(
      name: "quorum", change: { regime(&$0, "case-handling") { $0.quorum?.officers = 3 } }, kind: .changed,
      element: .quorum, path: "regimes/case-handling/quorum", old: "2 名以上", new: "3 名以上"),
    Case(
      name: "ceiling", change: { regime(&$0, "case-handling") { $0.ceiling = VisitCeiling(atMost: 2, source: "x") } },
      kind: .added, element: .ceiling, path: "regimes/case-handling/ceiling", new: "不超过 2 次"),
    Case(
      name: "line",
      change: { pack in
        regime(&pack, "case-handling") { regime in
          var lines = regime.parts[.content]?.lines ?? []
          lines[0].text.zh = "改写"
          regime.parts[.content] = .lines(lines)
        }
      }, kind: .changed, element: .line, path: "regimes/case-handling/parts/content/c1", old: "日常巡查", new: "改写"),
    Case(
      name: "workflow gone", change: { $0.workflows.removeAll { $0.id == "labour-inspection-case" } }, kind: .removed,
      element: .workflow, path: "workflows/labour-inspection-case", old: "案件"),
    Case(
      name: "workflow of another kind", change: { flow(&$0) { $0.kind = .complaint } }, kind: .changed,
      element: .workflow,
      path: "workflows/labour-inspection-case", old: "案件", new: "投诉举报"),
    Case(
      name: "state", change: { flow(&$0) { $0.states[0].isFinal.toggle() } }, kind: .changed, element: .state,
      path: "workflows/labour-inspection-case/states/lead", old: "在办", new: "办结"),
    Case(
      name: "act leads elsewhere", change: { act(&$0, "refuse-filing") { $0.to = "closed" } }, kind: .changed,
      element: .act,
      path: "workflows/labour-inspection-case/acts/refuse-filing", old: "→ 不予立案"),
    Case(
      name: "act gone", change: { flow(&$0) { $0.acts.removeAll { $0.id == "suspend" } } }, kind: .removed,
      element: .act,
      path: "workflows/labour-inspection-case/acts/suspend", old: "中止调查"),
    Case(
      name: "field", change: { act(&$0, "propose-filing") { $0.form?.fields[0].required = false } }, kind: .changed,
      element: .field, path: "workflows/labour-inspection-case/acts/propose-filing/fields/facts", old: "必填"),
    Case(
      name: "guard",
      change: { pack in
        act(&pack, "question") { $0.guards[0].condition = .officers(atLeast: 3, certificate: "enforcement") }
      }, kind: .changed, element: .guard, path: "workflows/labour-inspection-case/acts/question/guards/officers",
      old: "2 名以上人员，持行政执法证", new: "3 名以上人员"),
    Case(
      name: "guard gone", change: { act(&$0, "question") { $0.guards.remove(at: 1) } }, kind: .removed, element: .guard,
      path: "workflows/labour-inspection-case/acts/question/guards/not-recused", old: "回避"),
    Case(
      name: "guard new",
      change: { pack in
        act(&pack, "propose-filing") {
          $0.guards.append(Guard(condition: .within(clock: "filing"), article: "x"))
        }
      }, kind: .added, element: .guard, path: "workflows/labour-inspection-case/acts/propose-filing/guards/within",
      new: "未届满"),
    Case(
      name: "clock",
      change: { pack in
        flow(&pack) { flow in
          for index in flow.clocks.indices where flow.clocks[index].id == "investigation" {
            flow.clocks[index].count = 45
          }
        }
      }, kind: .changed, element: .clock, path: "workflows/labour-inspection-case/clocks/investigation",
      old: "60 个工作日", new: "45 个工作日"),
    Case(
      name: "clock gone", change: { flow(&$0) { $0.clocks.removeAll { $0.id == "filing" } } }, kind: .removed,
      element: .clock, path: "workflows/labour-inspection-case/clocks/filing", old: "5 个工作日"),
    Case(
      name: "in force later", change: { $0.effective = $0.effective + 1 }, kind: .changed, element: .pack, path: "pack",
      old: "2026-01-01", new: "2026-01-02"),
    Case(
      name: "boundary's keyword", change: { $0.boundaries[0].keywords.append("基金") }, kind: .changed,
      element: .boundary,
      path: "boundaries/b1", new: "、基金"),
    Case(
      name: "number series", change: { $0.series[0].wording = "新字〔{year}〕{n}号" }, kind: .changed, element: .series,
      path: "series/case", new: "新字"),
  ]

  @Test("each kind of change is the only one told, with the old and the new figure", arguments: cases)
  func change(_ item: Case) throws {
    let pack = try ParsedBundle.pack("renxian")
    var next = pack
    item.change(&next)
    let changes = PackChange.changes(from: pack, to: next)
    let found = try #require(changes.first { $0.path == item.path && $0.kind == item.kind }, "\(changes)")
    #expect(found.element == item.element)
    #expect(found.old.map { $0.zh.contains(item.old ?? "") } ?? (item.old == nil), "\(found)")
    #expect(found.new.map { $0.zh.contains(item.new ?? "") } ?? (item.new == nil), "\(found)")
    #expect((found.old == nil) == (item.kind == .added) && (found.new == nil) == (item.kind == .removed))
    // What an element contains comes and goes with it; nothing else changes.
    #expect(changes.allSatisfy { $0.path.hasPrefix(item.path) && $0.kind == item.kind })
    #expect(changes.allSatisfy { $0.old?.en.isEmpty != true && $0.new?.en.isEmpty != true })
    // Back again: added and removed change places.
    let back = PackChange.changes(from: next, to: pack)
    #expect(back.count == changes.count)
    #expect(Set(back.map(\.path)) == Set(changes.map(\.path)))
  }

  @Test(
    "a pack against itself changes nothing, nor does a line that only moved down",
    arguments: [
      "haigang", "hongjiang", "kaifaqu", "luquan", "renxian",
    ])
  func nothing(_ code: String) throws {
    let pack = try ParsedBundle.pack(code)
    #expect(PackChange.changes(from: pack, to: pack).isEmpty)
    var moved = pack
    moved.version += 1
    for index in moved.duties.indices {
      for line in moved.duties[index].lines.indices { moved.duties[index].lines[line].line += 1 }
    }
    #expect(PackChange.changes(from: pack, to: moved).isEmpty)
  }

  @Test("of several guards of one kind only the one that changed is told")
  func guards() throws {
    let pack = try ParsedBundle.pack("renxian")
    var next = pack
    func repeated(_ act: ActRule) -> Int? {
      act.guards.indices.first { index in act.guards.dropFirst(index + 1).contains { $0.kind == act.guards[index].kind }
      }
    }
    let workflow = try #require(pack.workflows.firstIndex { $0.acts.contains { repeated($0) != nil } })
    let act = try #require(pack.workflows[workflow].acts.firstIndex { repeated($0) != nil })
    let first = try #require(repeated(pack.workflows[workflow].acts[act]))
    let gone = next.workflows[workflow].acts[act].guards.remove(at: first)
    let changes = PackChange.changes(from: pack, to: next)
    #expect(changes.map(\.kind) == [.removed] && changes.map(\.element) == [.guard])
    #expect(changes.first?.old?.zh.contains(gone.words(in: pack.workflows[workflow]).zh) == true)
  }

  @Test("a penalty that a document drops is told once, by its regime alone")
  func penaltyOfDocument() throws {
    let yaml = try #require(try BundledPacks.all().first { $0.code == "renxian" }).yaml
    let pack = try PackLoader.load(yaml: yaml, file: "renxian")
    var next = pack
    for index in next.workflows.indices { next.workflows[index].penaltiesByRegime = [:] }
    #expect(PackChange.changes(from: pack, to: next).isEmpty)
    next.regimes[0].transferred = TransferredPower(
      to: Bilingual(zh: "审批局", en: "approval bureau"), workflows: ["x"], source: "s")
    #expect(PackChange.changes(from: pack, to: next).map(\.element) == [.regime])
  }

  @Test("another branch's pack is not compared with, and is not published here")
  func otherBranch() throws {
    let office = try CountingOffice()
    try office.county.publish("luquan")
    try office.city.meet(office.county)
    let yaml = try #require(try BundledPacks.all().first { $0.code == "luquan" }).yaml
    guard case .packDiff(let view) = try office.city.perform(.regimeDiff(yaml: yaml)) else { throw CancellationError() }
    #expect(view.oldVersion == nil && view.changes.isEmpty && view.obstacle != nil)
    #expect(refusal { try office.city.perform(.regimeShow(pack: "luquan", regime: nil)) } == Clerk.unpublishedCode)
    guard case .pack(let page) = try office.county.perform(.regimeShow(pack: "luquan", regime: nil)) else {
      throw CancellationError()
    }
    #expect(page.isPublished)
  }

  @Test("through the desk: against the newest version, nothing written, open files counted by version")
  func desk() throws {
    let office = try CountingOffice()
    let second = CountingPack.yaml.replacing("version: 1", with: "version: 2")
      .replacing(
        "name: {zh: 季度检查面, en: quarter}, check: routine, shape: share, percent: 50",
        with: "name: {zh: 季度检查面, en: quarter}, check: routine, shape: share, percent: 40")
    func diff(_ yaml: String) throws -> PackDiffView {
      guard case .packDiff(let view) = try office.county.perform(.regimeDiff(yaml: yaml)) else {
        throw CancellationError()
      }
      return view
    }
    _ = try office.open("training", check: "routine", on: "2026-02-02")
    try office.visit("training", "routine", nil, on: "2026-02-03")
    let heads = office.county.storage.heads()
    let view = try diff(second)
    #expect(office.county.storage.heads() == heads)
    #expect(view.oldVersion == 1 && view.newVersion == 2 && view.obstacle == nil)
    #expect(view.changes.map(\.path) == ["regimes/hours/indicators/quarter"])
    #expect(view.changes.first?.old?.zh.contains("50%") == true && view.changes.first?.new?.zh.contains("40%") == true)
    // The finished visit is not counted.
    #expect(view.pinned.map(\.version) == [1] && view.pinned.map(\.openFiles) == [1])
    #expect(view.note.zh.contains("共 1 件"))
    #expect(try diff(CountingPack.yaml).obstacle != nil)

    try office.city.perform(.regimePublish(yaml: second))
    try office.city.meet(office.county)
    _ = try office.open("training", check: "routine", on: "2026-02-04")
    let after = try diff(second.replacing("version: 2", with: "version: 3"))
    #expect(after.oldVersion == 2 && after.changes.isEmpty)
    #expect(after.pinned.map(\.version) == [1, 2] && after.pinned.map(\.openFiles) == [1, 1])
    let other = try diff(CountingPack.yaml.replacing("code: counting", with: "code: other"))
    #expect(other.oldVersion == nil && other.changes.isEmpty)
    #expect(refusal { _ = try diff("x") } == "pack")
  }
}

@Suite("Pages of a regime, and boundaries suggested")
struct RulePageTests {
  @Test(
    "six parts, each with its lines or why it has none; every figure in words",
    arguments: [
      "haigang", "hongjiang", "kaifaqu", "luquan", "renxian",
    ])
  func parts(_ code: String) throws {
    let pack = try ParsedBundle.pack(code)
    for regime in pack.regimes {
      let page = RegimePage(regime, of: pack)
      #expect(page.parts.map(\.part) == RegimePart.allCases)
      for part in page.parts {
        #expect(part.lines.isEmpty != (part.absent == nil), "\(regime.id) \(part.part)")
        #expect(part.lines.count == regime.parts[part.part]?.lines.count)
        #expect(part.lines.allSatisfy { !$0.source.isEmpty && !$0.text.zh.isEmpty && !$0.text.en.isEmpty })
      }
      #expect(page.indicators.count == regime.indicators.count && page.penalties.count == regime.penalties.count)
      #expect(page.tallies.count == regime.tallies.count && page.scoreBands.count == regime.scoreBands.count)
      #expect(page.workflows.map(\.id) == regime.workflows)
      for (view, id) in zip(page.workflows, regime.workflows) {
        let workflow = try #require(pack.workflow(id))
        #expect(view.acts.map(\.id) == workflow.acts.map(\.id) && view.clocks.map(\.id) == workflow.clocks.map(\.id))
        #expect(zip(view.acts, workflow.acts).allSatisfy { $0.0.guards.count == $0.1.guards.count })
      }
      let words =
        (page.indicators + page.penalties + page.tallies + page.scoreBands + page.workflows.flatMap(\.clocks)).map(
          \.words)
        + page.workflows.flatMap(\.acts).flatMap { [$0.words] + $0.guards.map(\.words) + $0.fields.map(\.words) }
      #expect(words.allSatisfy { !$0.zh.isEmpty && !$0.en.isEmpty })
      // A key of the vocabulary never shows through.
      #expect(
        page.penalties.allSatisfy { !$0.words.zh.utf8.contains { (0x61...0x7A).contains($0) } }, "\(page.penalties)")
    }
    #expect(PackPage(pack).duties.count == pack.duties.count && PackPage(pack).remarks.count == pack.remarks.count)
  }

  @Test("fines in words")
  func fines() {
    let cases: [(PenaltyFormula, String, String)] = [
      (.none, "不处罚款", "no fine"), (.fixed(Money(yuan: 5000)), "5000 元", "5000 yuan"),
      (.range(min: .zero, max: Money(yuan: 50_000)), "50000 元以下", "at most 50000 yuan"),
      (.range(min: Money(fen: 50), max: Money(yuan: 1)), "0.50 元至 1 元", "0.50 to 1 yuan"),
      (
        .multiple(minHundredths: 50, maxHundredths: 100, base: "payable"), "应缴数额的 0.50 至 1 倍",
        "0.50 to 1 times the amount payable"
      ),
      (.dailyRate(tenThousandths: 5, base: "arrears"), "欠缴数额按日万分之 5", "5 ten-thousandths of the arrears a day"),
      (
        .firstOf([
          .multiple(minHundredths: 100, maxHundredths: 500, base: "gains"),
          .range(min: .zero, max: Money(yuan: 50_000)),
        ]),
        "违法所得的 1 至 5 倍；没有的，50000 元以下", "1 to 5 times the unlawful gains; without any, at most 50000 yuan"
      ),
    ]
    for (formula, zh, en) in cases { #expect(formula.words == Bilingual(zh: zh, en: en)) }
  }

  @Test("a published pack is shown as it is held, with the superior's figure; one not published is named")
  func published() throws {
    let city = try Replica.root("1305")
    try city.publish("renxian")
    try city.perform(
      .indicatorSet(
        IndicatorDraft(
          pack: "renxian", regime: "labour-dispatch", indicator: "full-share", value: 15, document: "7号",
          effective: "2026-01-01", office: nil)))
    guard case .regime(let page) = try city.perform(.regimeShow(pack: "renxian", regime: "labour-dispatch")),
      case .pack(let pack) = try city.perform(.regimeShow(pack: "renxian", regime: nil))
    else { throw CancellationError() }
    #expect(page.isPublished && pack.isPublished && pack.regimes.count == 10)
    #expect(page.indicators.first { $0.id == "full-share" }?.words.zh.contains("20%") == true)
    #expect(page.inForce.first { $0.indicator == "full-share" }?.value == 15)
    #expect(refusal { try city.perform(.regimeShow(pack: "luquan", regime: nil)) } == Clerk.unpublishedCode)
    #expect(refusal { try city.perform(.regimeShow(pack: "renxian", regime: "x")) } == "unknown-regime")
  }

  @Test("child labour in 洪江 goes to four departments, an unrelated text to none")
  func referral() throws {
    let packs = try ["hongjiang", "renxian"].map(ParsedBundle.pack)
    let found = ReferralView.suggestions(for: "举报某砖厂使用 童 工两名，未满十六周岁", in: packs)
    #expect(found.map(\.pack) == ["hongjiang"])
    let child = try #require(found.first)
    #expect(child.matched == ["童工", "未满十六周岁"] && child.boundary.id == "b3")
    #expect(child.boundary.departments.map(\.zh) == ["区人社局", "区民政局", "区工商局", "区公安局"])
    #expect(child.boundary.lines.contains { $0.line == 443 && $0.terms["to"] == "区公安局" })
    #expect(ReferralView.suggestions(for: "某公司拖欠工资三个月", in: packs).isEmpty)
    #expect(ReferralView.suggestions(for: "", in: packs).isEmpty)
    // The boundary with more matches first.
    let both = ReferralView.suggestions(for: "童工，一次性抚恤金", in: packs)
    #expect(both.map(\.boundary.id) == ["b4", "b3"])

    let city = try Replica.root("1305")
    try city.publish("renxian")
    guard case .referrals(let none) = try city.perform(.referSuggest(text: "使用童工", pack: nil)) else {
      throw CancellationError()
    }
    #expect(none.isEmpty)
    try city.publish("hongjiang")
    guard case .referrals(let some) = try city.perform(.referSuggest(text: "使用童工", pack: nil)) else {
      throw CancellationError()
    }
    #expect(some.map(\.boundary.id) == ["b3"])
    #expect(refusal { try city.perform(.referSuggest(text: "使用童工", pack: "luquan")) } == Clerk.unpublishedCode)
  }
}
