/// A day in a form that starts a period may not lie before what it follows from: a limit set (count 0) not before the
/// act that sets it, and a day on which another act waits not before the step that brought the file here. Otherwise a
/// typed date would let a period run out that never ran.
enum AnchorDateCheck {
  static func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    for clock in folded.workflow.clocks {
      guard case .actField(rule.id, let field) = clock.anchor, case .text(let text)? = act.facts[field],
        let day = CivilDate(text)
      else { continue }
      if clock.count == 0, day < act.date { return early(field, day, act.date, rule, folded, clock) }
      if clock.count > 0, folded.workflow.isWaitedFor(clock), let before = folded.lastMove, day < before {
        return early(field, day, before, rule, folded, clock)
      }
    }
    return nil
  }

  private static func early(
    _ field: String, _ day: CivilDate, _ least: CivilDate, _ rule: ActRule, _ folded: FoldedCase, _ clock: ClockRule
  ) -> Refusal {
    let name = folded.workflow.label(ofField: field)
    return Refusal(
      code: .dateOrder,
      message: Bilingual(
        zh: "\(rule.label.zh)中\(name.zh)为 \(day)，不得早于 \(least)。",
        en: "In \(rule.label.en), \(name.en) is \(day), before \(least)."),
      article: clock.article,
      remedy: Bilingual(zh: "请更正日期，不得早于 \(least)。", en: "Correct the date: \(least) or later."))
  }
}

extension Workflow {
  /// Whether an act waits for the clock's period to run out.
  fileprivate func isWaitedFor(_ clock: ClockRule) -> Bool {
    acts.contains { act in
      act.guards.contains { if case .elapsed(clock.id, _) = $0.condition { true } else { false } }
    }
  }
}

extension FoldedCase {
  /// Day of the last standing act that moved the file to another state.
  fileprivate var lastMove: CivilDate? {
    steps.last { step in
      guard case .stands(let from, let to) = step.outcome else { return false }
      return from != to
    }?.act.date
  }
}
