/// A workflow's clock as the file's acts set it. Computed afresh each time, never stored.
public struct ClockReading: Sendable, Hashable {
  public var rule: ClockRule
  /// Day it began to run; `nil` while its anchor has not happened.
  public var startedOn: CivilDate?
  /// `nil` while it has not begun; without a due day while it is suspended.
  public var deadline: Deadline?
  /// Day it was met, or the file was finished.
  public var metOn: CivilDate?
  public var isSuspended: Bool
  /// An extension stands.
  public var isExtended: Bool
  /// Working days from today to the due day, negative when it has passed; `nil` when it does not run or no
  /// day of today was given.
  public var workingDaysLeft: Int?

  public init(
    rule: ClockRule, startedOn: CivilDate? = nil, deadline: Deadline? = nil, metOn: CivilDate? = nil,
    isSuspended: Bool = false, isExtended: Bool = false, workingDaysLeft: Int? = nil
  ) {
    self.rule = rule
    self.startedOn = startedOn
    self.deadline = deadline
    self.metOn = metOn
    self.isSuspended = isSuspended
    self.isExtended = isExtended
    self.workingDaysLeft = workingDaysLeft
  }

  /// Whether the limit passed before it was met. The due day itself is in time.
  public func isOverdue(on today: CivilDate) -> Bool {
    guard let due = deadline?.due else { return false }
    return (metOn ?? today) > due
  }
}

extension FoldedCase {
  /// Every clock of the workflow, in its order, from the standing acts.
  /// - Parameter today: given, the days left are counted.
  public func clocks(calendar: HolidayTable, today: CivilDate? = nil) -> [ClockReading] {
    clocks(calendars: CalendarHistory(shipped: calendar), today: today)
  }

  /// The same where the calendar changed on the way: a clock that was met, and every clock of a
  /// finished file, is read by the calendar of that moment.
  public func clocks(calendars: CalendarHistory, today: CivilDate? = nil) -> [ClockReading] {
    workflow.clocks.map { reading(of: $0, calendars: calendars, today: today) }
  }

  /// The clock due first among those that run and are not met; of two due the same day the one listed first.
  public func nextDue(calendar: HolidayTable, today: CivilDate? = nil) -> ClockReading? {
    nextDue(calendars: CalendarHistory(shipped: calendar), today: today)
  }

  public func nextDue(calendars: CalendarHistory, today: CivilDate? = nil) -> ClockReading? {
    Self.nextDue(of: clocks(calendars: calendars, today: today))
  }

  /// The same of clocks that were read already.
  public static func nextDue(of readings: [ClockReading]) -> ClockReading? {
    readings.filter { $0.metOn == nil && $0.deadline?.due != nil }
      .min { ($0.deadline?.due ?? .distantFuture) < ($1.deadline?.due ?? .distantFuture) }
  }

  func reading(of rule: ClockRule, calendars: CalendarHistory, today: CivilDate?) -> ClockReading {
    var reading = ClockReading(rule: rule)
    guard let anchor = anchor(of: rule) else { return reading }
    reading.startedOn = anchor.date
    let met = meetingStep(of: rule, from: anchor.next)
    reading.metOn = met.map { steps[$0].act.date }
    let calendar = (met ?? finishingStep).map { calendars.table(at: steps[$0].act.stamp) } ?? calendars.current
    // What happens after it was met does not move it any more.
    let end = met ?? steps.count
    // The documents describe one extension, so a second adds nothing (任县 四(九)二(二): 可以延长 30 个工作日).
    reading.isExtended = steps[anchor.next..<end].contains { $0.stands && $0.act.rule == rule.extendedBy }
    let period = RunningPeriod(
      rule: DeadlineRule(unit: rule.unit, count: rule.count, roll: rule.roll, article: rule.article),
      anchor: anchor.date, extra: reading.isExtended ? rule.extraCount : 0, calendar: calendar)
    let suspensions = period.effective(suspensions(of: rule, before: end, metOn: reading.metOn))
    reading.isSuspended = suspensions.contains { $0.to == nil }
    reading.deadline = period.deadline(suspensions)
    if let today, reading.metOn == nil, let due = reading.deadline?.due {
      reading.workingDaysLeft = calendar.workingDays(from: today, to: due)
    }
    return reading
  }

  /// The anchoring day, and the position after the anchoring act: only what follows it moves the clock.
  private func anchor(of rule: ClockRule) -> (date: CivilDate, next: Int)? {
    switch rule.anchor {
    case .opening:
      return (opening.date, 0)
    case .yearly(let monthDay):
      // 02-29 is the last day of February in a common year.
      let day = CivilDate("2024-\(monthDay)").flatMap { $0.adding(years: opening.date.year - 2024) }
      return day.map { ($0, 0) }
    case .act(let id):
      return firstStep(of: id).map { (steps[$0].act.date, $0 + 1) }
    case .actField(let id, let field):
      guard let step = firstStep(of: id), case .text(let text)? = steps[step].act.facts[field]
      else { return nil }
      return CivilDate(text).map { ($0, step + 1) }
    }
  }

  private func meetingStep(of rule: ClockRule, from start: Int) -> Int? {
    let stop = steps[start...].firstIndex { $0.stands && rule.stops.contains($0.act.rule) }
    let finish = finishingStep.flatMap { $0 >= start ? $0 : nil }
    guard let stop, let finish else { return stop ?? finish }
    return min(stop, finish)
  }

  /// Pairs of suspending and resuming acts. Days stated out of order are taken as the earliest that fits, so
  /// that no day is left out twice; what is still suspended when the clock is met ends there.
  private func suspensions(of rule: ClockRule, before end: Int, metOn: CivilDate?) -> [Suspension] {
    guard let suspend = rule.suspendedBy else { return [] }
    var list: [Suspension] = []
    var isOpen: Bool { list.last.map { $0.to == nil } ?? false }
    func close(on day: CivilDate) {
      guard let last = list.indices.last, list[last].to == nil else { return }
      list[last].to = max(day, list[last].from)
    }
    for step in steps[..<end] where step.stands {
      if step.act.rule == suspend, !isOpen {
        list.append(Suspension(from: max(step.act.date, list.last?.to ?? step.act.date), to: nil))
      } else if step.act.rule == rule.resumedBy {
        close(on: step.act.date)
      }
    }
    if let metOn { close(on: metOn) }
    return list
  }
}

/// A period with its extension, for which suspensions are tried.
private struct RunningPeriod {
  var rule: DeadlineRule
  var anchor: CivilDate
  var extra: Int
  var calendar: HolidayTable

  func deadline(_ suspensions: [Suspension]) -> Deadline {
    rule.deadline(anchor: anchor, suspensions: suspensions, extension: extra, calendar: calendar)
  }

  /// The suspensions that fall into the period. One that ended before it began does not count, and one that
  /// began when it had run out cannot hide that it did.
  func effective(_ suspensions: [Suspension]) -> [Suspension] {
    var kept: [Suspension] = []
    for suspension in suspensions {
      if let end = suspension.to, end <= anchor { continue }
      if let due = deadline(kept).due, due < suspension.from { break }
      kept.append(suspension)
    }
    return kept
  }
}
