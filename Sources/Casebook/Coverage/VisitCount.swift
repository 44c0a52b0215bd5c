import Casework

/// At least so many visits each period. A visit is a day out: checks of several units on one day are one visit, which
/// is how the documents speak (每月不少于 2 次，每次不少于 2 家, 任县 四(一)二(二)1).
struct VisitCount {
  var atLeast: Int
  var span: CoverageSpan

  func figure(_ checks: [CountedCheck]) -> CoverageFigure {
    CoverageFigure(required: atLeast, done: Set(checks.within(span).map(\.visitedOn)).count, spread: span)
  }
}

/// At least so many visits in each half of the year (上、下半年各一次). A first half that fell short is not made good
/// by the second.
struct HalfYearCount {
  var atLeast: Int
  var today: CivilDate

  func figure(_ checks: [CountedCheck]) -> CoverageFigure {
    let half = CoverageSpan(.halfYear, around: today)
    var figure = VisitCount(atLeast: atLeast, span: half).figure(checks)
    guard half.first.month > 6 else { return figure }
    let before = VisitCount(atLeast: atLeast, span: .preceding(.halfYear, of: today)).figure(checks)
    if !before.met {
      figure.met = false
      figure.notes.append(
        Bilingual(
          zh: "上半年应 \(atLeast) 次，实际 \(before.done) 次。", en: "The first half had \(before.done) of \(atLeast)."))
    }
    return figure
  }
}

/// At least so many units on each visit; the visit with the fewest is shown.
struct UnitsPerVisitCount {
  var atLeast: Int
  var span: CoverageSpan

  func figure(_ checks: [CountedCheck]) -> CoverageFigure {
    let inSpan = checks.within(span)
    let visits = Dictionary(grouping: inSpan, by: \.visitedOn).mapValues { $0.units.count }
    guard let worst = visits.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
      var figure = CoverageFigure(
        required: atLeast, done: 0, notes: [Bilingual(zh: "本期尚无检查。", en: "No visit in this period yet.")])
      figure.isPending = true
      return figure
    }
    var figure = CoverageFigure(required: atLeast, done: worst.value)
    if !figure.met {
      figure.notes.append(
        Bilingual(zh: "\(worst.key) 只检查了 \(worst.value) 户。", en: "Only \(worst.value) units on \(worst.key)."))
    }
    figure.notes += [inSpan.withoutUnitNote].compactMap { $0 }
    return figure
  }
}
