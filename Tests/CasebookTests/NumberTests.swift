import Casebook
import Casework
import Replication
import Testing

@Suite("Official numbers")
struct NumberTests {
  /// A city with two districts, and a pack whose act `issue` bears a number.
  private struct Region {
    let city: Replica
    let east: Replica
    let west: Replica

    init() throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      try city.perform(.regimePublish(yaml: Self.yaml))
      try city.staff()
      for office in [east, west] {
        try city.send(to: office)
        try office.staff()
      }
    }

    static let yaml = """
      pack: {code: test, version: 1, issuer: {zh: 局, en: bureau}, division: "13", effective: 2025-01-01, document: d}
      series:
        - {id: notice, name: {zh: 告知书, en: notices}, wording: "试人社告字〔{year}〕第{n}号", source: GB/T 9704-2012}
        - {id: other, name: {zh: 决定书, en: decisions}, wording: "第{n}号试人社决〔{year}〕", source: GB/T 9704-2012}
      regimes:
        - {id: r, name: {zh: 制度, en: regime}, source: s, status: active, subjects: [{zh: 单位, en: units}],
           superior-overrides: false, workflows: [w], indicators: []}
      workflows:
        - id: w
          name: {zh: 流程, en: workflow}
          kind: case
          source: s
          initial: opened
          states:
            - {id: opened, name: {zh: 在办, en: open}}
            - {id: issued, name: {zh: 已制发, en: issued}}
            - {id: closed, name: {zh: 办结, en: closed}, final: true}
          acts:
            - {id: issue, name: {zh: 制发告知书, en: issue a notice}, from: [opened, issued], to: issued, by: responsible,
               source: 第一条, form: {name: {zh: 告知书, en: notice}, series: notice, fields: []}}
            - {id: decide, name: {zh: 制发决定书, en: issue a decision}, from: [opened, issued], by: responsible,
               source: 第二条, form: {name: {zh: 决定书, en: decision}, series: other, fields: []}}
            - {id: note, name: {zh: 记录, en: note}, from: [opened, issued], by: responsible, source: 第三条}
            - {id: takeover, name: {zh: 提级办理, en: takeover}, from: ["*"], by: superior, effect: takeover, source: 第四条}
            - {id: close, name: {zh: 办结, en: close}, from: [opened, issued], to: closed, by: responsible, source: 第五条}
          clocks: []
      """
  }

  private func open(_ office: Replica) throws -> String {
    let draft = FileDraft(
      kind: "case", pack: "test", regime: "r", workflow: nil, title: "t", subject: nil, openedOn: "2025-12-01",
      addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil, complainantPhone: nil)
    guard case .acted(let view) = try office.perform(.fileOpen(draft)) else { throw CancellationError() }
    return view.file.number
  }

  @Test("a legal field written in two places blocks numbered documents until somebody resolves it")
  func legalConflict() throws {
    let region = try Region()
    let east = region.east
    try lease(region.city, 1, 9, to: east)
    try region.city.send(to: east)
    let number = try open(east)
    let before = try #require(east.storage.rows(RecordType.caseFile.number).first { $0.text(2) == number })
    // A superior that took the file over and its district write the day of opening, unseen by each other.
    func write(_ office: Replica, _ day: String) throws {
      try office.record([
        .record(
          RecordWrite(
            type: RecordType.caseFile.number, id: before.id,
            fields: [.init(number: 11, value: .text(day), replaces: before.fields[11]?.stamps ?? [])]))
      ], for: office === region.city ? .office(east.context.office) : .up)
    }
    try region.city.meet(east)
    try write(region.city, "2025-12-02")
    try write(east, "2025-12-03")
    try region.city.meet(east)
    let refusal = #expect(throws: DeskFailure.self) { try east.act(number, "issue", [], on: "2026-01-06") }
    #expect(refusal?.code == "legal-conflict" && refusal?.article?.isEmpty == false)
    try east.act(number, "note", [], on: "2026-01-06")
    try east.perform(.conflictResolve(record: before.id.description, field: "opened_on", choice: 0))
    try east.act(number, "issue", [], on: "2026-01-06")
  }

  @discardableResult
  private func lease(
    _ office: Replica, _ first: Int, _ last: Int, to other: Replica? = nil, year: Int = 2026, series: String = "notice"
  ) throws -> [NumberLeaseView] {
    let draft = NumberLeaseDraft(
      pack: "test", series: series, year: year, first: first, last: last, office: other?.context.office.text)
    guard case .leases(let views) = try office.perform(.numberLease(draft)) else { throw CancellationError() }
    return views
  }

  @discardableResult
  private func issue(
    _ office: Replica, _ file: String, on date: String = "2026-01-06", act: String = "issue"
  ) throws -> ActedView {
    let draft = ActDraft(file: file, act: act, officers: ["zhang"], date: date, facts: [:])
    guard case .acted(let view) = try office.perform(.fileAct(draft)) else { throw CancellationError() }
    return view
  }

  @discardableResult
  private func register(_ office: Replica, of other: Replica? = nil, year: Int = 2026) throws -> [NumberRow] {
    let request = DeskRequest.numberRegister(
      pack: "test", series: "notice", year: year, office: other?.context.office.text)
    guard case .numberRegister(let rows) = try office.perform(request) else { throw CancellationError() }
    return rows
  }

  @discardableResult
  private func void(_ office: Replica, _ number: Int, _ reason: String = "打印错误") throws -> [NumberRow] {
    let draft = NumberVoidDraft(
      pack: "test", series: "notice", year: 2026, number: number, reason: reason, officer: "zhang")
    guard case .numberRegister(let rows) = try office.perform(.numberVoid(draft)) else { throw CancellationError() }
    return rows
  }

  /// What the body is refused with.
  private func failure(_ body: () throws -> Void) -> DeskFailure? {
    do {
      try body()
      return nil
    } catch {
      return error as? DeskFailure
    }
  }

  /// An act written past the desk, as a faulty node would.
  private func forge(_ office: Replica, _ file: String, number: String) throws {
    let id = try #require(RecordID(hex: try office.file(file).row.id))
    let facts: [ActChange.Fact] = [
      .init(name: FormRule.numberFact, value: .text(number)), .init(name: "@date", value: .text("2026-01-07")),
      .init(name: "@officers", value: .list([])),
    ]
    let act = ActChange(file: id, id: office.newID(), parents: [], rule: "issue", facts: facts)
    try office.record([.act(act)], for: .up)
  }

  @Test("a document takes the next number of its office's leases when it is signed, and bears it as a fact")
  func allocation() throws {
    let region = try Region()
    try lease(region.city, 1, 3, to: region.east)
    try lease(region.city, 101, 102, to: region.west)
    try region.city.send(to: region.east)
    try region.city.send(to: region.west)
    // A second lease joins the first.
    try lease(region.city, 201, 202, to: region.east)
    try region.city.send(to: region.east)
    let files = [try open(region.east), try open(region.east)]
    let numbers = try (0..<5).map { try issue(region.east, files[$0 % 2]).documentNumber }
    #expect(numbers == [1, 2, 3, 201, 202].map { "试人社告字〔2026〕第\($0)号" })
    let borne = try region.east.file(files[0]).acts.map { $0.facts["documentNumber"] }
    #expect(borne == [numbers[0], numbers[2], numbers[4]])
    // Another node's lease does not meet it, and a form without a series bears no number.
    let file = try open(region.west)
    #expect(try issue(region.west, file).documentNumber == "试人社告字〔2026〕第101号")
    #expect(try issue(region.west, file, act: "note").documentNumber == nil)
    // The register above knows both, and the log gives the same again.
    try region.city.meet(region.east)
    try region.city.meet(region.west)
    #expect(try register(region.city, of: region.east).map(\.first) == [1, 2, 3, 201, 202])
    #expect(try register(region.city, of: region.east) == register(region.east))
    guard case .verified(let view) = try region.city.perform(.verify) else { throw CancellationError() }
    #expect(view.problems.isEmpty)
    guard case .leases(let leases) = try region.city.perform(.numberList) else { throw CancellationError() }
    let figures = leases.map { [$0.first, $0.last, $0.used, $0.remaining] }
    #expect(figures == [[1, 3, 3, 0], [101, 102, 1, 1], [201, 202, 2, 0]])
    #expect(leases.allSatisfy { $0.problem == nil && $0.issuer == "1305" })
  }

  @Test("the root leases to itself; a subordinate does not")
  func selfLease() throws {
    let region = try Region()
    try lease(region.city, 1, 2)
    let file = try open(region.city)
    #expect(try issue(region.city, file).documentNumber == "试人社告字〔2026〕第1号")
    #expect(failure { try lease(region.east, 50, 60) }?.code == "not-root")
    #expect(failure { try lease(region.east, 50, 60, to: region.east) }?.code == "not-root")
    // The root's own block stays out of the districts' sight, and their leases out of it.
    #expect(failure { try lease(region.city, 2, 5, to: region.east) }?.code == "number-overlap")
  }

  @Test("a document takes a number of its own year: late December, a lease issued ahead, a new year without one")
  func years() throws {
    let region = try Region()
    try lease(region.city, 1, 2, to: region.east, year: 2025)
    try lease(region.city, 1, 20, to: region.east, year: 2026)
    try region.city.send(to: region.east)
    let file = try open(region.east)
    #expect(try issue(region.east, file, on: "2025-12-30").documentNumber == "试人社告字〔2025〕第1号")
    #expect(try issue(region.east, file, on: "2026-01-04").documentNumber == "试人社告字〔2026〕第1号")
    // Dated December, signed after New Year's documents.
    #expect(try issue(region.east, file, on: "2025-12-31").documentNumber == "试人社告字〔2025〕第2号")
    // 2026 has numbers, 2025 none: the other year's are not taken.
    #expect(failure { try issue(region.east, file, on: "2025-12-31") }?.code == "no-number")
    let none = try #require(failure { try issue(region.east, file, on: "2027-01-01") })
    #expect(none.kind == .refused && none.code == Refusal.Code.noNumber.rawValue)
    #expect(none.message.zh.contains("告知书") && none.message.en.contains("2027"))
    #expect(none.remedy.zh.contains("docket number lease test/notice --year 2027"))
    #expect(none.remedy.en.contains("--office 130526"))
    #expect(none.article == "GB/T 9704-2012")
    #expect(try issue(region.east, file, on: "2026-01-05").documentNumber == "试人社告字〔2026〕第2号")
    #expect(try register(region.east, year: 2025).map(\.state) == [.used, .used])
  }

  @Test("the last numbers come with a warning; none left is a refusal, and nothing is written")
  func lowWater() throws {
    let region = try Region()
    try lease(region.city, 1, NumberLedger.lowWater + 2, to: region.east)
    try lease(region.city, 1, 2, to: region.east, series: "other")
    try region.city.send(to: region.east)
    let file = try open(region.east)
    #expect(try issue(region.east, file).warnings.isEmpty)
    let low = try issue(region.east, file).warnings
    #expect(low.count == 1)
    #expect(low.first?.zh.contains("只剩 \(NumberLedger.lowWater) 个") == true)
    #expect(low.first?.zh.contains("docket number lease test/notice --year 2026") == true)
    #expect(low.first?.en.contains("\(NumberLedger.lowWater) numbers") == true)
    // A series has its own count, wherever its wording has it.
    #expect(try issue(region.east, file, act: "decide").documentNumber == "第1号试人社决〔2026〕")
    #expect(try issue(region.east, file, act: "decide").documentNumber == "第2号试人社决〔2026〕")
    #expect(failure { try issue(region.east, file, act: "decide") }?.code == "no-number")
    for _ in 0..<NumberLedger.lowWater { try issue(region.east, file) }
    let before = try region.east.file(file).acts.count
    let refusal = try #require(failure { try issue(region.east, file) })
    #expect(refusal.code == "no-number" && refusal.message.zh.contains("已用完"))
    #expect(try region.east.file(file).acts.count == before)
    #expect(try issue(region.east, file, act: "note").documentNumber == nil)
  }

  @Test("a rule's refusal comes before the number, and costs none; a number is not typed")
  func refusals() throws {
    let region = try Region()
    let file = try open(region.east)
    try issue(region.east, file, act: "close")
    #expect(failure { try issue(region.east, file) }?.code == "file-closed")
    try lease(region.city, 1, 2, to: region.east)
    try region.city.send(to: region.east)
    #expect(failure { try issue(region.east, file) }?.code == "file-closed")
    let other = try open(region.east)
    let typed = ActDraft(
      file: other, act: "issue", officers: ["zhang"], date: "2026-01-06", facts: ["documentNumber": "第9号"])
    #expect(failure { try region.east.perform(.fileAct(typed)) }?.code == "form-field")
    #expect(try issue(region.east, other).documentNumber == "试人社告字〔2026〕第1号")
  }

  @Test("a void number is listed with its reason and never used")
  func voided() throws {
    let region = try Region()
    try lease(region.city, 1, 5, to: region.east)
    try region.city.send(to: region.east)
    let file = try open(region.east)
    try issue(region.east, file)
    #expect(try void(region.east, 2).map(\.state) == [.void])
    #expect(try issue(region.east, file).documentNumber == "试人社告字〔2026〕第3号")
    #expect(failure { try void(region.east, 2) }?.code == "number-void")
    #expect(failure { try void(region.east, 3) }?.code == "number-used")
    #expect(failure { try void(region.east, 6) }?.code == "number-not-held")
    #expect(failure { try void(region.east, 4, " ") }?.code == "reason")
    #expect(failure { try void(region.city, 4) }?.code == "number-lent")
    try region.city.meet(region.east)
    let rows = try register(region.city, of: region.east)
    try #require(rows.map(\.state) == [.used, .void, .used, .unused])
    #expect(rows[1].reason?.zh == "打印错误" && rows[1].officer == "zhang" && rows[1].date == "2026-01-06")
    #expect(rows[0].file == file && rows[0].act?.zh == "制发告知书" && rows[0].date == "2026-01-06")
    #expect(rows[3].first == 4 && rows[3].last == 5)
    #expect(rows.allSatisfy { $0.problems.isEmpty && !$0.isDuplicate })
  }

  @Test("the number of an act that a concurrent takeover makes void is void, with the reason, and not used again")
  func takeover() throws {
    let region = try Region()
    try lease(region.city, 1, 5, to: region.west)
    try region.city.send(to: region.west)
    let file = try open(region.west)
    try issue(region.west, file)
    try region.city.meet(region.west)
    try issue(region.west, file)
    #expect(try register(region.west).prefix(2).map(\.state) == [.used, .used])
    let takeover = ActDraft(file: file, act: "takeover", officers: ["sun"], date: "2026-01-06", facts: [:])
    try region.city.perform(.fileAct(takeover))
    try region.city.meet(region.west)
    for office in [region.city, region.west] {
      let rows = try register(office, of: region.west)
      try #require(rows.map(\.state) == [.used, .void, .unused])
      #expect(rows[1].text == "试人社告字〔2026〕第2号" && rows[1].file == file)
      #expect(rows[1].reason?.zh.contains("1305 已于 2026-01-06 办理") == true)
    }
    #expect(try issue(region.west, open(region.west)).documentNumber == "试人社告字〔2026〕第3号")
  }

  @Test("leases that overlap, of numbers spent, for offices not below or of unknown series are refused")
  func leases() throws {
    let region = try Region()
    try lease(region.city, 1, 10, to: region.east)
    for (first, last) in [(10, 12), (1, 10), (5, 5)] {
      let refusal = try #require(failure { try lease(region.city, first, last, to: region.west) })
      #expect(refusal.code == "number-overlap" && refusal.kind == .refused)
      #expect(refusal.message.zh.contains("130526"))
    }
    #expect(failure { try lease(region.city, 3, 4, to: region.east) }?.code == "number-overlap")
    // Another year, another series: another count.
    try lease(region.city, 1, 10, to: region.west, year: 2027)
    try lease(region.city, 1, 10, to: region.west, series: "other")
    // Neither sideways nor upwards.
    try region.city.send(to: region.east)
    try region.city.send(to: region.west)
    #expect(failure { try lease(region.east, 1, 2, to: region.west) }?.code == "unknown-office")
    #expect(failure { try lease(region.east, 1, 2, to: region.city) }?.code == "unknown-office")
    #expect(failure { try lease(region.city, 11, 20, to: region.east, series: "none") }?.code == "unknown-series")
    #expect(failure { try lease(region.city, 0, 20, to: region.east) }?.code == "number-block")
    #expect(failure { try lease(region.city, 20, 11, to: region.east) }?.code == "number-block")
    #expect(failure { try lease(region.city, 11, 20, to: region.east, year: 0) }?.code == "number-block")
    #expect(failure { try register(region.east, of: region.west) }?.code == "unknown-office")
  }

  @Test("an office leases on what it holds; the blocks of a whole tree are disjoint")
  func subleases() throws {
    let region = try Region()
    let branch = try region.east.subordinate("130526-01", salt: 3)
    try lease(region.city, 1, 6, to: region.east)
    try region.city.send(to: region.east)
    #expect(failure { try lease(region.east, 6, 7, to: branch) }?.code == "number-not-held")
    try lease(region.east, 3, 4, to: branch)
    #expect(failure { try lease(region.east, 4, 5, to: branch) }?.code == "number-overlap")
    try region.east.send(to: branch)
    try branch.staff()
    let file = try open(branch)
    #expect(try issue(branch, file).documentNumber == "试人社告字〔2026〕第3号")
    #expect(try register(branch).map(\.state) == [.used, .unused])
    let own = try open(region.east)
    let numbers = try (0..<4).map { _ in try issue(region.east, own).documentNumber ?? "" }
    #expect(numbers == [1, 2, 5, 6].map { "试人社告字〔2026〕第\($0)号" })
    #expect(failure { try issue(region.east, own) }?.code == "no-number")
    let rows = try register(region.east)
    try #require(rows.map(\.state) == [.used, .used, .lent, .used, .used])
    #expect(rows[2].office == "130526-01" && rows[2].first == 3 && rows[2].last == 4)
    // The city sees the lease of its district and keeps clear of it.
    try region.city.meet(region.east)
    #expect(failure { try lease(region.city, 4, 8, to: region.west) }?.code == "number-overlap")
  }

  @Test("a lease an office writes for itself past the desk gives no number, and the list says why")
  func rogueLease() throws {
    let region = try Region()
    let values: [(UInt64, FieldValue)] = [
      (1, .text("notice")), (2, .text("test")), (3, .integer(2026)), (4, .integer(1)), (5, .integer(9)),
      (6, .text("130526")), (7, .text("2026-01-01")),
    ]
    let fields = values.map { RecordWrite.Field(number: $0.0, value: $0.1, replaces: []) }
    try region.east.record(
      [.record(RecordWrite(type: RecordType.numberLease.number, id: region.east.newID(), fields: fields))], for: .up)
    #expect(failure { try issue(region.east, open(region.east)) }?.code == "no-number")
    try region.city.meet(region.east)
    guard case .leases(let views) = try region.city.perform(.numberList) else { throw CancellationError() }
    #expect(views.map(\.remaining) == [0])
    #expect(views.first?.problem?.zh.contains("不生效") == true)
    try lease(region.city, 1, 9, to: region.west)
  }

  @Test("a number on two acts is shown as a duplicate on both, and one outside every lease as such")
  func duplicate() throws {
    let region = try Region()
    try lease(region.city, 1, 5, to: region.east)
    try lease(region.city, 6, 9, to: region.west)
    try region.city.send(to: region.east)
    try region.city.send(to: region.west)
    let file = try open(region.east)
    try issue(region.east, file)
    let other = try open(region.west)
    try forge(region.west, other, number: "试人社告字〔2026〕第1号")
    try forge(region.west, other, number: "试人社告字〔2026〕第2号")
    try region.city.meet(region.east)
    try region.city.meet(region.west)
    let rows = try register(region.city, of: region.east)
    try #require(rows.map(\.first) == [1, 1, 2, 3])
    #expect(rows.map(\.isDuplicate) == [true, true, false, false])
    #expect(Set(rows.prefix(2).map(\.file)) == [file, other])
    #expect(rows.prefix(2).allSatisfy { $0.problems.contains { $0.zh.contains("重号") } })
    #expect(rows[2].office == "130505" && rows[2].problems.first?.zh == "不在 130505 的号段内。")
    let west = try register(region.city, of: region.west)
    #expect(west.map(\.first) == [1, 1, 2, 6])
    // What the city knows to be taken it leases to nobody.
    #expect(failure { try lease(region.city, 2, 2, to: region.west) }?.code == "number-overlap")
    try forge(region.west, other, number: "试人社告字〔2026〕第20号")
    try region.city.meet(region.west)
    #expect(failure { try lease(region.city, 20, 29, to: region.east) }?.code == "number-spent")
    // In its own register the district does not see the other's acts.
    #expect(try register(region.east).map(\.isDuplicate) == [false, false])
  }

  @Test("a restored older database takes no number again that it sees after catching up")
  func restored() throws {
    let region = try Region()
    try lease(region.city, 1, 20, to: region.east)
    try region.city.send(to: region.east)
    let file = try open(region.east)
    try issue(region.east, file)
    let backup = try region.east.restored()
    try region.east.send(to: backup)
    try issue(region.east, file)
    try issue(region.east, file)
    try void(region.east, 4)
    try region.east.send(to: region.city)
    #expect(try register(backup).map(\.state) == [.used, .unused])
    backup.now = region.east.now
    try region.city.send(to: backup)
    #expect(try register(backup) == register(region.east))
    #expect(try issue(backup, file).documentNumber == "试人社告字〔2026〕第5号")
  }

  @Test("a new version of the pack with another wording goes on in the same count")
  func newWording() throws {
    let region = try Region()
    try lease(region.city, 1, 5, to: region.east)
    try region.city.send(to: region.east)
    try issue(region.east, open(region.east))
    let yaml = Region.yaml.replacing("version: 1", with: "version: 2").replacing("试人社告字", with: "新人社告字")
    try region.city.perform(.regimePublish(yaml: yaml))
    try region.city.send(to: region.east)
    #expect(try issue(region.east, open(region.east)).documentNumber == "新人社告字〔2026〕第2号")
    #expect(try register(region.east).prefix(2).map(\.text) == ["试人社告字〔2026〕第1号", "新人社告字〔2026〕第2号"])
  }
}
