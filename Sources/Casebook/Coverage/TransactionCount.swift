import Casework

/// At least so many percent of the business finished in the period before (每月抽查上月业务的 20%, 任县 四(八)二（二）1).
struct TransactionCount {
  var percent: Int
  /// The period in which last period's business is checked.
  var span: CoverageSpan

  /// - Parameter finished: ids of the regime's files finished in the period before.
  func figure(_ checks: [CountedCheck], finished: Set<RecordReference>) -> CoverageFigure {
    let reached = Set(checks.map(\.relatesTo)).intersection(finished).count
    // A check of many says how many rather than naming each.
    let loose = checks.within(span).filter { !finished.contains($0.relatesTo) }
    let sampled = loose.flatMap(\.samples).map(\.reached).reduce(0, +)
    let silent = loose.count(where: \.samples.isEmpty)
    var figure = CoverageFigure(
      required: ShareCount.required(percent, of: finished.count), done: min(reached + sampled, finished.count),
      base: finished.count, baseOn: span.first + -1, spread: span)
    if finished.isEmpty {
      figure.notes.append(Bilingual(zh: "上期没有办结的业务。", en: "Nothing was finished in the period before."))
    }
    if silent > 0 {
      figure.notes.append(
        Bilingual(
          zh: "\(silent) 次检查既未关联上期业务，也未写明抽查数（\(SampleFacts.recorded)），未计入。",
          en: "\(silent) checks name no file of the period before nor how many they took"
            + " (\(SampleFacts.recorded)); not counted."))
    }
    return figure
  }
}
