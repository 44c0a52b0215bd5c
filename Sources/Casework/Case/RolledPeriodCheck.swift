/// The desk's part of waiting for a period: the fold counts calendar days alone, so that no calendar decides over an
/// act; here the last day that rolls to a working day is waited for too, as the deadline shown says.
public struct RolledPeriodCheck {
  private let calendar: HolidayTable

  public init(calendar: HolidayTable) { self.calendar = calendar }

  public func refusal(of act: Act, by rule: ActRule, in folded: FoldedCase) -> Refusal? {
    for item in rule.guards {
      guard case .elapsed(let clock, let unless) = item.condition,
        !unless.contains(where: { !folded.standing($0).isEmpty }), folded.isAsked(item, of: act),
        let reading = folded.clocks(calendar: calendar).first(where: { $0.rule.id == clock }),
        let due = reading.deadline?.due, act.date <= due
      else { continue }
      return Refusal(
        code: .notElapsed,
        message: Bilingual(
          zh: "“\(reading.rule.name.zh)”届满日遇休息日顺延至 \(due)，\(act.date) 不能办理\(rule.label.zh)。",
          en: "“\(reading.rule.name.en)” rolls to \(due); \(rule.label.en) cannot be taken on \(act.date)."),
        article: item.article,
        remedy: Bilingual(zh: "请在 \(due) 之后办理。", en: "Take it after \(due)."))
    }
    return nil
  }
}

extension FoldedCase {
  /// Whether a guard is asked for: it has no scope, or the file's fact is in it.
  func isAsked(_ item: Guard, of act: Act) -> Bool {
    guard let scope = item.scope else { return true }
    return fact(scope.field, of: act).map { scope.values.contains($0.spelled) } ?? false
  }
}
