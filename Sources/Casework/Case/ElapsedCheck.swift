/// A period has run out before the act: silence of ten days counts as no objection, enforcement waits for both
/// remedies to expire.
struct ElapsedCheck {
  var clock: String
  var unless: [String]
  var article: String

  func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    if unless.contains(where: { !folded.standing($0).isEmpty }) { return nil }
    guard let period = folded.workflow.clocks.first(where: { $0.id == clock }) else { return nil }
    guard let end = folded.plainEnd(of: period) else {
      if folded.isRunning(period) {
        return Refusal(
          code: .notElapsed,
          message: Bilingual(
            zh: "“\(period.name.zh)”正在中止，不能办理\(rule.label.zh)。",
            en: "“\(period.name.en)” is suspended; \(rule.label.en) must wait."),
          article: article,
          remedy: Bilingual(zh: "请在恢复并届满后办理。", en: "Take it after resumption, when the period has run out."))
      }
      return Refusal(
        code: .notElapsed,
        message: Bilingual(
          zh: "“\(period.name.zh)”尚未起算，不能办理\(rule.label.zh)。",
          en: "“\(period.name.en)” has not begun; \(rule.label.en) must wait."),
        article: article,
        remedy: Bilingual(zh: "请先办理使该期限起算的步骤。", en: "Take the act that starts it first."))
    }
    if act.date > end { return nil }
    return Refusal(
      code: .notElapsed,
      message: Bilingual(
        zh: "“\(period.name.zh)”至 \(end) 届满，\(act.date) 不能办理\(rule.label.zh)。",
        en: "“\(period.name.en)” runs to \(end); \(rule.label.en) cannot be taken on \(act.date)."),
      article: article,
      remedy: Bilingual(zh: "请在 \(end) 之后办理。", en: "Take it after \(end)."))
  }
}

extension FoldedCase {
  /// Whether a period has begun.
  func isRunning(_ period: ClockRule) -> Bool {
    reading(of: period, calendars: CalendarHistory(shipped: .empty), today: nil).startedOn != nil
  }

  /// Last day of a period of calendar days, months or years, not rolled: the holiday table has no part in it, so that
  /// replicas with different tables judge an act alike. `nil` while it has not begun, or is suspended.
  func plainEnd(of period: ClockRule) -> CivilDate? {
    var plain = period
    plain.roll = false
    return reading(of: plain, calendars: CalendarHistory(shipped: .empty), today: nil).deadline?.due
  }
}
