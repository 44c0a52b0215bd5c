/// A deadline's derivation as a person reads it: what was counted, left out, added and moved, in that order.
struct Derivation {
  let rule: DeadlineRule
  let extra: Int
  let count: DeadlineCount
  let end: DeadlineCount.End
  let calendar: HolidayTable

  var steps: [DerivationStep] {
    var steps = [start]
    if extra > 0 { steps.append(extended) }
    steps += count.leftOut.map(leftOut)
    switch end {
    case .day(let last, let due):
      steps += restDays(through: last) + monthEnd + roll(from: last, to: due)
      steps.append(DerivationStep(zh: "届满日 \(due)", en: "due \(due)"))
    case .suspended(let from, let remaining):
      steps.append(suspended(from: from, remaining: remaining))
    }
    if !count.provisionalYears.isEmpty { steps.append(provisional) }
    return steps
  }

  private var start: DerivationStep {
    let period = rule.unit.text(rule.count)
    let title = rule.title.map { Bilingual(zh: $0.zh + "：", en: $0.en + ": ") } ?? Bilingual(zh: "", en: "")
    return DerivationStep(
      zh: "\(title.zh)自 \(count.anchor) 次日起算 \(period.zh)",
      en: "\(title.en)\(period.en) from the day after \(count.anchor)")
  }

  private var extended: DerivationStep {
    let (added, whole) = (rule.unit.text(extra), rule.unit.text(count.units))
    return DerivationStep(
      zh: "经批准延长 \(added.zh)，共 \(whole.zh)", en: "extended by \(added.en), \(whole.en) in all")
  }

  private func leftOut(_ span: DeadlineCount.Span) -> DerivationStep {
    let days = dayUnit.text(
      rule.unit == .workingDay
        ? calendar.workingDays(from: span.from + -1, to: span.resumed + -1) : span.days)
    return DerivationStep(
      zh: "扣除中止 \(span.from) 至 \(span.resumed + -1)，计 \(days.zh)；\(span.resumed) 恢复，继续计算",
      en: "suspended \(span.from) to \(span.resumed + -1), \(days.en) left out; goes on from \(span.resumed)")
  }

  /// What is left out or left over is told in; months have no parts.
  private var dayUnit: DeadlineUnit { rule.unit == .workingDay ? .workingDay : .day }

  /// How many days were passed over between the anchor and the last working day.
  private func restDays(through last: CivilDate) -> [DerivationStep] {
    guard rule.unit == .workingDay, last > count.anchor else { return [] }
    let suspended = count.leftOut.filter { $0.from <= last }
    let restDays = last - count.anchor - suspended.reduce(0) { $0 + $1.days } - count.units
    let makeUpDays = calendar.entries(after: count.anchor, through: last).filter { entry in
      entry.isWorkday && entry.date.isWeekend && !suspended.contains { $0.contains(entry.date) }
    }
    guard restDays > 0 || !makeUpDays.isEmpty else { return [] }
    let listed = makeUpDays.map(\.date.description)
    return [
      DerivationStep(
        zh: "至 \(last)，扣除周末和放假 \(restDays) 天"
          + (listed.isEmpty ? "" : "；调休上班 \(listed.joined(separator: "、")) 计入"),
        en: "to \(last), \(restDays) rest \(restDays == 1 ? "day" : "days") left out"
          + (listed.isEmpty ? "" : "; make-up working days counted: \(listed.joined(separator: ", "))"))
    ]
  }

  private var monthEnd: [DerivationStep] {
    guard rule.unit == .month || rule.unit == .year, count.plainEnd.day != count.anchor.day else { return [] }
    return [
      DerivationStep(
        zh: "到期月没有 \(count.anchor.day) 日，以月末日 \(count.plainEnd) 为最后一日（民法典第二百零二条）",
        en: "no day \(count.anchor.day) in that month: its last day, \(count.plainEnd) (Civil Code art. 202)")
    ]
  }

  private func roll(from last: CivilDate, to due: CivilDate) -> [DerivationStep] {
    guard rule.roll else { return [] }
    let name = calendar.name(of: last)
    if due != last {
      return [
        DerivationStep(
          zh: "\(last) 为休息日（\(name ?? "周末")），顺延至 \(due)（民法典第二百零三条）",
          en: "\(last) is a rest day (\(name ?? "weekend")), rolls to \(due) (Civil Code art. 203)")
      ]
    }
    guard last.isWeekend else { return [] }
    return [
      DerivationStep(
        zh: "\(last) 为调休上班日（\(name ?? "")），不顺延",
        en: "\(last) is a make-up working day (\(name ?? "")), does not roll")
    ]
  }

  private func suspended(from day: CivilDate, remaining: Int) -> DerivationStep {
    guard remaining > 0 else {
      return DerivationStep(
        zh: "自 \(day) 起中止，仅余顺延，恢复后首个工作日届满",
        en: "suspended from \(day) with only the roll left: due the first working day after resumption")
    }
    let left = dayUnit.text(remaining)
    return DerivationStep(
      zh: "自 \(day) 起中止，尚余 \(left.zh)，自恢复之日起继续计算",
      en: "suspended from \(day), \(left.en) left, to go on with the day of resumption")
  }

  private var provisional: DerivationStep {
    let years = count.provisionalYears.map(String.init)
    return DerivationStep(
      zh: "暂定：\(years.joined(separator: "、")) 年尚无放假安排，仅按周末计算",
      en: "provisional: no holiday notice yet for \(years.joined(separator: ", ")), weekends only")
  }
}
