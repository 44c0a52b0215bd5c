import Casework

/// At least so many percent of the units each period.
struct ShareCount {
  var percent: Int
  var span: CoverageSpan
  var today: CivilDate

  /// Ceiling: 30 % of 7 units are 3 (field notes 3.10).
  static func required(_ percent: Int, of base: Int) -> Int {
    let product = base.multipliedReportingOverflow(by: percent)
    return product.overflow ? base : (product.partialValue / 100) + (product.partialValue % 100 == 0 ? 0 : 1)
  }

  /// A share of the register.
  func figure(_ checks: [CountedCheck], of register: UnitRegister) -> CoverageFigure {
    let base = register.base(of: span, today: today)
    return figure(base, done: checks.within(span).units.count(where: base.contains), checks)
  }

  /// A share of the units of one kind.
  func figure(_ checks: [CountedCheck], ofKind kind: String, in register: UnitRegister) -> CoverageFigure {
    let members = register.of(kind: kind)
    return figure(
      members.base(of: span, today: today), done: checks.within(span).units.count(where: members.contains), checks)
  }

  /// A share of people or things that no register holds: the samples state how many there are and how many were
  /// reached.
  /// - Parameter check: the kind of check the samples must have been taken for; `nil`: any.
  func figure(_ checks: [CountedCheck], subset: String, check: CheckKind?) -> CoverageFigure {
    let samples = checks.within(span).flatMap(\.samples).filter { check == nil || $0.check == check?.rawValue }
    let reached = samples.map(\.reached).reduce(0, +)
    guard !samples.isEmpty, samples.allSatisfy({ $0.total != nil }) else {
      return CoverageFigure(
        required: nil, done: reached,
        notes: [
          Bilingual(
            zh: "“\(subset)”的基数不明：登记簿中没有此类对象，检查记录也没有写明总数（\(SampleFacts.total)）。",
            en: "How many “\(subset)” there are is not known: no unit is registered as one, and the records of the"
              + " checks do not say (\(SampleFacts.total)).")
        ])
    }
    let base = samples.compactMap(\.total).reduce(0, +)
    return CoverageFigure(required: Self.required(percent, of: base), done: reached, base: base, spread: span)
  }

  private func figure(_ base: UnitRegister.Base, done: Int, _ checks: [CountedCheck]) -> CoverageFigure {
    CoverageFigure(
      required: base.count == 0 ? nil : Self.required(percent, of: base.count), done: done,
      base: base.count == 0 ? nil : base.count, baseOn: base.count == 0 ? nil : base.day, spread: span,
      notes: [base.note, checks.within(span).withoutUnitNote].compactMap { $0 })
  }
}

extension [Workflow] {
  /// Id of the first form field with this name (either language) or id.
  func field(named name: String) -> String? {
    lazy.flatMap(\.acts).compactMap(\.form).flatMap(\.fields)
      .first { $0.isCalled(name) }?.id
  }
}
