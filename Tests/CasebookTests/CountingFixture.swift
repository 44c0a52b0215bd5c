import Casebook
import Casework
import Testing

/// A small pack with every shape of indicator, in the figures of 任县 and 洪江, and an office that works by it. Small,
/// so that a test can open dozens of files.
enum CountingPack {
  static let yaml = """
    pack: {code: counting, version: 1, issuer: {zh: 某县人社局, en: A county bureau}, division: "130526", effective: 2020-01-01, document: x}
    regimes:
      - id: training
        name: {zh: 定点培训机构, en: training}
        source: 四(一)
        subjects: [{zh: 培训机构, en: training institution}]
        superior-overrides: true
        workflows: [visit, assess]
        ceiling: {at-most: 2, source: 频次公告 1}
        indicators:
          - {id: visits, name: {zh: 巡查次数, en: visits}, check: routine, shape: visits, at-least: 2, per: month, source: 四(一)二(二)1}
          - {id: units, name: {zh: 每次机构数, en: units}, check: routine, shape: units-per-visit, at-least: 2, source: 四(一)二(二)1}
          - {id: share, name: {zh: 专项抽查面, en: share}, check: special, shape: share, percent: 30, per: year, source: 四(一)二(二)2}
          - {id: special-phone, name: {zh: 专项电话, en: phone}, check: phone, shape: share, percent: 10, per: year, of: 学员和教师, source: 四(一)二(二)2}
          - {id: full-share, name: {zh: 全面抽查面, en: full}, check: full, shape: share, percent: 20, per: year, source: 四(一)二(二)3}
          - {id: full-phone, name: {zh: 全面电话, en: phone}, check: phone, shape: share, percent: 20, per: year, of: 学员和教师, source: 四(一)二(二)3}
          - {id: per-class, name: {zh: 每班次, en: per class}, check: routine, shape: per-event, at-least: 2, event: 培训班次, source: 四(一)三(一)}
        tallies:
          - id: failed
            name: {zh: 同一班次不合格次数, en: failed checks of a class}
            workflow: visit
            act: record
            field: planFollowed
            value: "false"
            per: course
            span: ever
            source: 四(一)六
            steps:
              - {at-least: 2, consequence: {zh: 经费减半, en: halved}, source: 四(一)六1}
              - {at-least: 3, consequence: {zh: 取消办班, en: cancelled}, source: 四(一)六2}
        score-bands:
          - {id: excellent, name: {zh: 优秀, en: excellent}, from: 90, consequence: {zh: 优秀, en: x}, source: 四(一)三}
          - {id: qualified, name: {zh: 合格, en: qualified}, from: 60, below: 90, consequence: {zh: 合格, en: x}, source: 四(一)三}
          - {id: unqualified, name: {zh: 不合格, en: unqualified}, from: 0, below: 60, consequence: {zh: 不合格, en: x}, source: 四(一)三}
      - id: hours
        name: {zh: 特殊工时, en: hours}
        source: 四(二)
        subjects: [{zh: 用人单位, en: employers}]
        superior-overrides: true
        workflows: [visit]
        indicators:
          - {id: irregular, name: {zh: 不定时单位, en: irregular}, check: special, shape: share, percent: 50, per: year, of: 不定时单位, source: 四(二)二}
          - {id: each, name: {zh: 每户, en: each}, check: routine, shape: every-unit, at-least: 2, per: year, source: 四(二)四}
          - {id: monthly, name: {zh: 每户每月, en: each monthly}, check: full, shape: every-unit, at-least: 1, per: month, source: 四(四)二}
          - {id: yearly, name: {zh: 年检, en: yearly}, check: annual, shape: dated, month-day: "03-31", source: 四(三)三}
          - {id: halves, name: {zh: 上下半年各一次, en: halves}, check: special, shape: each-half-year, at-least: 1, source: 四(六)三}
          - {id: quarter, name: {zh: 季度检查面, en: quarter}, check: routine, shape: share, percent: 50, per: quarter, source: 四(七)二}
      - id: insurance
        name: {zh: 社保稽核, en: insurance}
        source: 四(八)
        subjects: [{zh: 经办机构, en: agencies}]
        superior-overrides: false
        workflows: [business, audit, complaint, wrong]
        indicators:
          - {id: internal, name: {zh: 内部稽核, en: internal}, check: audit, shape: transactions, percent: 20, per: month, source: 四(八)二}
        tallies:
          - id: arbitrator
            name: {zh: 当年错案件数, en: wrong cases of the year}
            workflow: wrong
            act: decide
            per: arbitrator
            span: year
            source: "[2]六"
            steps: [{at-least: 2, consequence: {zh: 暂停办案, en: suspended}, suspends: true, source: "[2]六1"}]
    workflows:
      - id: visit
        name: {zh: 检查, en: visit}
        kind: inspection
        source: 五
        initial: opened
        states: [{id: opened, name: {zh: 已安排, en: planned}}, {id: recorded, name: {zh: 已记录, en: recorded}}, {id: closed, name: {zh: 已归档, en: closed}, final: true}, {id: cancelled, name: {zh: 已取消, en: cancelled}, final: true}]
        acts:
          - id: record
            name: {zh: 记录, en: record}
            from: [opened]
            to: recorded
            source: 五
            guards: [{officers: 2, article: 五}]
            form:
              name: {zh: 记录表, en: record}
              fields:
                - {id: course, name: {zh: 培训班次, en: course}, kind: text}
                - {id: planFollowed, name: {zh: 按计划, en: as planned}, kind: flag}
          - id: phone-check
            name: {zh: 电话, en: phone}
            from: ["*"]
            source: 五
            form:
              name: {zh: 电话登记表, en: phone}
              fields:
                - {id: phoneFor, name: {zh: 所属检查, en: check}, kind: text, required: true}
                - {id: phoneTotal, name: {zh: 总数, en: total}, kind: integer}
                - {id: phoned, name: {zh: 抽取, en: drawn}, kind: integer, required: true}
          - {id: close, name: {zh: 归档, en: close}, from: [recorded], to: closed, source: 五}
          - {id: cancel, name: {zh: 取消, en: cancel}, from: [opened], to: cancelled, source: 五}
        clocks: []
      - id: assess
        name: {zh: 考评, en: assess}
        kind: inspection
        source: 三
        initial: opened
        states: [{id: opened, name: {zh: 待考评, en: opened}}, {id: scored, name: {zh: 已评分, en: scored}}, {id: graded, name: {zh: 已评定, en: graded}, final: true}]
        acts:
          - {id: score, name: {zh: 评分, en: score}, from: [opened], to: scored, source: 三, form: {name: {zh: 表, en: form}, fields: [{id: score, name: {zh: 得分, en: score}, kind: integer, required: true}]}}
          - {id: grade, name: {zh: 评定, en: grade}, from: [scored], to: graded, source: 三, form: {name: {zh: 表, en: form}, fields: [{id: grade, name: {zh: 等次, en: grade}, kind: choice, required: true, choices: [{id: excellent, name: {zh: 优秀, en: excellent}}, {id: qualified, name: {zh: 合格, en: qualified}}, {id: unqualified, name: {zh: 不合格, en: unqualified}}]}]}}
        clocks: []
      - id: business
        name: {zh: 业务, en: business}
        kind: case
        source: 五
        initial: opened
        states: [{id: opened, name: {zh: 已受理, en: opened}}, {id: done, name: {zh: 已办结, en: done}, final: true}]
        acts: [{id: finish, name: {zh: 办结, en: finish}, from: [opened], to: done, source: 五}]
        clocks: []
      - id: complaint
        name: {zh: 投诉, en: complaint}
        kind: complaint
        source: 五
        initial: opened
        states: [{id: opened, name: {zh: 已受理, en: opened}}, {id: done, name: {zh: 已办结, en: done}, final: true}]
        acts: [{id: finish, name: {zh: 办结, en: finish}, from: [opened], to: done, source: 五}]
        clocks: []
      - id: audit
        name: {zh: 稽核, en: audit}
        kind: case
        source: 五
        initial: opened
        states: [{id: opened, name: {zh: 已安排, en: opened}}, {id: done, name: {zh: 已稽核, en: done}, final: true}]
        acts: [{id: finish, name: {zh: 稽核, en: audit}, from: [opened], to: done, source: 五, guards: [{officers: 2, article: 五}], form: {name: {zh: 表, en: form}, fields: [{id: phoneSample, name: {zh: 抽查数, en: sample}, kind: integer}]}}]
        clocks: []
      - id: wrong
        name: {zh: 错案, en: wrong case}
        kind: case
        source: 五
        initial: opened
        states: [{id: opened, name: {zh: 疑似, en: opened}}, {id: filed, name: {zh: 已立案, en: filed}}, {id: done, name: {zh: 已决定, en: done}, final: true}]
        acts:
          - {id: file, name: {zh: 立案, en: file}, from: [opened], to: filed, source: 五, form: {name: {zh: 表, en: form}, fields: [{id: arbitrator, name: {zh: 仲裁员, en: arbitrator}, kind: officer, required: true}]}}
          - {id: decide, name: {zh: 决定, en: decide}, from: [filed], to: done, source: 五}
        clocks: []
    """
}

/// A county with a bureau above it, its register and its clock.
struct CountingOffice {
  let city: Replica
  let county: Replica

  init() throws {
    city = try Replica.root("1305")
    county = try city.subordinate("130526", salt: 1)
    try city.perform(.regimePublish(yaml: CountingPack.yaml))
    try city.send(to: county)
    try county.staff()
    // Before the year that is counted begins.
    try go(to: "2025-12-29")
  }

  /// It is noon of this day at both offices.
  func go(to day: String) throws {
    let date = try #require(CivilDate(day))
    for office in [city, county] { office.now = UInt64(date.dayNumber) * 86_400_000 + 4 * 3_600_000 }
  }

  func register(_ names: [String], kind: String = "", code: (String) -> String = { _ in "" }) throws {
    for name in names {
      try county.perform(
        .subjectAdd(SubjectDraft(code: code(name), name: name, kind: kind, address: "", line: nil)))
    }
  }

  /// Opens a file.
  func open(
    _ regime: String, _ kind: String = "inspection", check: String? = nil, unit: String? = nil, on day: String,
    workflow: String? = nil, from source: String? = nil, because reason: String? = nil
  ) throws -> ActedView {
    let draft = FileDraft(
      kind: kind, pack: "counting", regime: regime, workflow: workflow, title: "t", subject: unit, openedOn: day,
      addressee: nil, relatesTo: source, checkKind: check, complainantName: nil, complainantPhone: nil,
      overCeilingReason: reason)
    guard case .acted(let view) = try county.perform(.fileOpen(draft)) else { throw CancellationError() }
    return view
  }

  /// A whole visit: opened, recorded, archived.
  func visit(
    _ regime: String, _ check: String, _ unit: String?, on day: String, opened: String? = nil, archived: String? = nil,
    facts: [String: String] = [:], phoned: [String: String]? = nil
  ) throws {
    let file = try open(regime, check: check, unit: unit, on: opened ?? day).file.number
    try county.act(file, "record", ["zhang", "li"], facts, on: day)
    if let phoned { try county.act(file, "phone-check", ["zhang"], phoned, on: day) }
    try county.act(file, "close", ["zhang"], on: archived ?? day)
  }

  func row(_ regime: String, _ indicator: String) throws -> CoverageRow {
    guard case .coverage(let rows) = try county.perform(.coverage) else { throw CancellationError() }
    return try #require(rows.first { $0.office == "130526" && $0.regime == regime && $0.indicator == indicator })
  }

  func set(
    _ indicator: String, _ value: Int, by office: Replica, regime: String = "training", for target: String? = nil
  ) throws {
    try office.perform(
      .indicatorSet(
        IndicatorDraft(
          pack: "counting", regime: regime, indicator: indicator, value: value, document: "7号",
          effective: "2026-01-01", office: target)))
    try city.meet(county)
  }
}

/// What a refusal is for.
func refusal(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let failure as DeskFailure {
    return failure.code
  } catch {
    return "\(error)"
  }
}
