import Casework

/// At least so many checks for each event of a kind, for example a training class (每班次); the one with the fewest
/// is shown. Only events that some check named are known, for no register of them exists.
struct PerEventCount {
  var atLeast: Int
  /// What the document calls the event.
  var event: String
  /// Fact of the files that names it.
  var fact: String
  /// Events with a check in these days are judged, by all their checks.
  var span: CoverageSpan

  func figure(_ checks: [CountedCheck]) -> CoverageFigure {
    let named = Dictionary(grouping: checks) { Self.name($0.facts[fact]) }
    let events = named.filter { !$0.key.isEmpty && !$0.value.within(span).isEmpty }.mapValues(\.count)
    let nameless = (named[""] ?? []).within(span).count
    var notes: [Bilingual] = []
    if nameless > 0 {
      notes.append(
        Bilingual(zh: "另有 \(nameless) 次检查没有填写\(event)。", en: "\(nameless) checks do not name their \(fact)."))
    }
    guard let worst = events.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
      var figure = CoverageFigure(
        required: atLeast, done: 0,
        notes: [Bilingual(zh: "本年尚无写明\(event)的检查。", en: "No check of this year names its \(fact) yet.")] + notes)
      figure.isPending = true
      return figure
    }
    var figure = CoverageFigure(required: atLeast, done: worst.value, base: events.count)
    if !figure.met {
      let short = events.values.count { $0 < atLeast }
      figure.notes.append(
        Bilingual(
          zh: "\(events.count) 个\(event)中 \(short) 个不足，最少的是“\(worst.key)”。",
          en: "\(short) of \(events.count) fall short, “\(worst.key)” the most."))
    }
    figure.notes += notes
    return figure
  }

  private static func name(_ fact: FactValue?) -> String {
    let spelled = fact?.spelled ?? ""
    return spelled.allSatisfy(\.isWhitespace) ? "" : spelled
  }
}
