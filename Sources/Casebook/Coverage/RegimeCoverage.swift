import Casework
import Replication

/// One office's indicators under one regime.
///
/// A file counts for an indicator when its kind of check is the indicator's, or its record says what the indicator
/// counts by (`Indicator.scope`), it is an inspection or a case, it is final and the check took place (`CheckReader`).
struct RegimeCoverage {
  let office: String
  let regime: Regime
  let pack: RegimePack
  /// Files the office opened under the regime, those of earlier years than are looked at left out.
  let files: [CaseSummary]
  let register: UnitRegister
  /// Settings that bind the office.
  let settings: [RecordRow]
  let today: CivilDate

  /// A row for each indicator, in the document's order.
  func rows(reader: inout CheckReader, ceiling: CeilingRule?, over: Int) throws -> [CoverageRow] {
    let checks = try checks(reader: &reader)
    return regime.indicators.map { indicator in
      let rule = IndicatorRule(indicator: indicator, regime: regime, pack: pack, settings: settings, office: office)
      let figure = figure(of: rule, checks)
      let bound = ceiling.flatMap { $0.checks.contains(indicator.check) ? $0 : nil }
      var noted = figure
      if let collision = bound?.collision(with: indicator.shape, value: rule.value, check: indicator.check) {
        noted.notes.append(collision)
      }
      return CoverageRow(
        office: office, pack: pack.code, regime: regime.id, indicator: indicator.id, name: indicator.name,
        required: figure.required, done: figure.done, dueNow: figure.dueNow(on: today), base: figure.base,
        baseOn: figure.baseOn?.description, period: period(of: rule).rawValue, met: figure.met,
        isPending: figure.isPending, provenance: rule.provenance, note: noted.note, ceiling: bound?.atMost,
        overCeiling: bound == nil ? 0 : over, counted: rule.counted)
    }
  }

  private func figure(of rule: IndicatorRule, _ all: [String: [CountedCheck]]) -> CoverageFigure {
    let ofKind = all[rule.indicator.check.rawValue] ?? []
    let span = CoverageSpan(period(of: rule), around: today)
    guard let scope = rule.indicator.scope else { return figure(of: rule, ofKind, all, in: span) }
    var figure = figure(of: rule, all.values.joined().flatMap { $0.recorded(scope) ?? [] }, all, in: span)
    let silent = ofKind.within(span).count { $0.recorded(scope) == nil }
    if silent > 0 {
      let (kind, field) = (rule.indicator.check.name, scope.fieldName(in: workflows))
      figure.notes.append(
        Bilingual(
          zh: "另有 \(silent) 次\(kind.zh)没有填写“\(field.zh)”，未计入。",
          en: "\(silent) of the \(kind.en) do not say their “\(field.en)”; not counted."))
    }
    return figure
  }

  /// - Parameter checks: those that count for the indicator.
  private func figure(
    of rule: IndicatorRule, _ checks: [CountedCheck], _ all: [String: [CountedCheck]], in span: CoverageSpan
  ) -> CoverageFigure {
    // Only a dated indicator has no figure of its own.
    let value = rule.value ?? 0
    switch rule.indicator.shape {
    case .visits: return VisitCount(atLeast: value, span: span).figure(checks)
    case .eachHalfYear: return HalfYearCount(atLeast: value, today: today).figure(checks)
    case .unitsPerVisit: return UnitsPerVisitCount(atLeast: value, span: span).figure(checks)
    case .share(_, _, nil): return ShareCount(percent: value, span: span, today: today).figure(checks, of: register)
    case .share(_, _, let subset?):
      let count = ShareCount(percent: value, span: span, today: today)
      if !register.of(kind: subset).isEmpty { return count.figure(checks, ofKind: subset, in: register) }
      // What the records of any check say of the subset: a telephone sample is taken on a visit.
      let ofAnyKind = all.filter { !$0.key.isEmpty }.values.flatMap { $0 }
      return count.figure(ofAnyKind, subset: subset, check: companion(of: rule.indicator))
    case .everyUnit: return EveryUnitCount(atLeast: value, span: span, today: today).figure(checks, of: register)
    case .perEvent(_, let event):
      let fact = workflows.field(named: event) ?? IndicatorShape.eventFact
      return PerEventCount(atLeast: value, event: event, fact: fact, span: span).figure(checks)
    case .transactions(_, let period):
      let before = CoverageSpan.preceding(period, of: today)
      return TransactionCount(percent: value, span: span)
        .figure(checks, finished: finished(in: before, not: rule.indicator.check))
    case .dated(let monthDay): return DatedCount(monthDay: monthDay, today: today).figure(checks, of: register)
    }
  }

  /// The period of an indicator. What each visit or event must reach has none of its own: a visit's is that of the
  /// visits of its kind (每月不少于 2 次，每次不少于 2 家), else the year.
  private func period(of rule: IndicatorRule) -> IndicatorPeriod {
    if let period = rule.period { return period }
    guard case .unitsPerVisit = rule.indicator.shape else { return .year }
    for other in regime.indicators
    where other.check == rule.indicator.check && other.scope == rule.indicator.scope {
      if case .visits(_, let period) = other.shape { return period }
    }
    return .year
  }

  /// The kind of check a sample belongs to: that of another indicator which the document states at the same place
  /// (专项督查抽查面不少于 30%，…抽取 10% 的学员和教师进行电话督查).
  private func companion(of indicator: Indicator) -> CheckKind? {
    regime.indicators.first { $0.source == indicator.source && $0.check != indicator.check }?.check
  }

  /// Business of the regime finished in a span; the checks themselves are none.
  private func finished(in span: CoverageSpan, not check: CheckKind) -> Set<RecordReference> {
    Set(
      files.filter { file in
        file.isFinal && file.checkKind != check.rawValue
          && (file.closedOn.flatMap { CivilDate($0) }.map(span.contains) ?? false)
      }.map(\.file.description))
  }

  /// Checks by their kind: this year's, and last year's too where an indicator looks back over the turn of the year.
  /// Under the empty kind those opened without one whose record may say what an indicator counts by.
  private func checks(reader: inout CheckReader) throws -> [String: [CountedCheck]] {
    let looksBack = regime.looksBack
    let wantsFacts =
      looksBack
      || regime.indicators.contains { if case .share(_, _, .some) = $0.shape { true } else { false } }
    let first = CoverageSpan(.year, around: today).first.adding(years: looksBack ? -1 : 0).description
    var checks: [String: [CountedCheck]] = [:]
    let stated = Set(regime.indicators.compactMap(\.scope?.field))
    let stating = Set(pack.workflows.filter { $0.states(anyOf: stated) }.map(\.id))
    for file in files where Self.kinds.contains(file.kind) && file.closedOn ?? "" >= first {
      let mayState = stating.contains(file.workflow)
      guard mayState || !file.checkKind.isEmpty else { continue }
      if let check = try reader.check(
        file, workflow: pack.workflow(file.workflow), withFacts: wantsFacts || mayState)
      {
        checks[file.checkKind, default: []].append(check)
      }
    }
    return checks
  }

  private static let kinds = [Workflow.Kind.inspection.rawValue, Workflow.Kind.case.rawValue]

  private var workflows: [Workflow] { pack.workflows(of: regime) }
}

extension Regime {
  /// Whether an indicator looks at files of last year too.
  var looksBack: Bool {
    indicators.contains {
      switch $0.shape {
      case .perEvent, .transactions: true
      default: false
      }
    }
  }
}

extension Workflow {
  /// Whether a form asks for one of the facts.
  fileprivate func states(anyOf facts: Set<String>) -> Bool {
    acts.contains { $0.form?.fields.contains { facts.contains($0.id) } ?? false }
  }
}
