import Casework

/// Every unit of the register at least so many times each period, each time on another day.
struct EveryUnitCount {
  var atLeast: Int
  var span: CoverageSpan
  var today: CivilDate

  func figure(_ checks: [CountedCheck], of register: UnitRegister) -> CoverageFigure {
    let base = register.base(of: span, today: today)
    let inSpan = checks.within(span)
    let days = Dictionary(grouping: inSpan.filter { base.contains($0.subject) }, by: \.subject)
      .mapValues { Set($0.map(\.visitedOn)).count }
    return CoverageFigure(
      required: base.count == 0 ? nil : base.count, done: days.values.count { $0 >= atLeast },
      base: base.count == 0 ? nil : base.count, baseOn: base.count == 0 ? nil : base.day, spread: span,
      notes: [base.note, inSpan.withoutUnitNote].compactMap { $0 })
  }
}

/// Every unit of the register once a year, before a day (03-31 前完成年检).
struct DatedCount {
  /// `MM-DD`.
  var monthDay: String
  var today: CivilDate

  func figure(_ checks: [CountedCheck], of register: UnitRegister) -> CoverageFigure {
    let year = CoverageSpan(.year, around: today)
    // 02-29 is the last day of February in a common year.
    guard let due = CivilDate("2024-\(monthDay)")?.adding(years: today.year - 2024) else {
      return CoverageFigure(
        required: nil, done: 0,
        notes: [Bilingual(zh: "日期“\(monthDay)”不成立。", en: "“\(monthDay)” is no day of the year.")])
    }
    let base = register.base(of: year, today: today)
    let closed = checks.filter { year.contains($0.closedOn) && base.contains($0.subject) }
    let inTime = closed.filter { $0.closedOn <= due }.units.count
    var figure = CoverageFigure(
      required: base.count == 0 ? nil : base.count, done: closed.units.count,
      base: base.count == 0 ? nil : base.count, baseOn: base.count == 0 ? nil : base.day,
      spread: CoverageSpan(first: year.first, last: due),
      notes: [base.note, checks.filter { year.contains($0.closedOn) }.withoutUnitNote].compactMap { $0 })
    guard let required = figure.required else { return figure }
    figure.met = inTime >= required
    if !figure.met, today <= due {
      figure.isPending = true
      figure.notes.append(Bilingual(zh: "须在 \(due) 前完成。", en: "Due by \(due)."))
    } else if !figure.met {
      figure.notes.append(
        Bilingual(
          zh: "\(due) 前完成 \(inTime) 户，逾期完成 \(closed.units.count - inTime) 户。",
          en: "\(inTime) done by \(due), \(closed.units.count - inTime) after it."))
    }
    return figure
  }
}
