import Casework
import Testing

/// What a clerk reads under a due day, whole.
@Suite("Derivation of a deadline")
struct DerivationTests {
  private func steps(
    _ count: Int, _ unit: DeadlineUnit, roll: Bool = false, title: Bilingual? = nil, from anchor: CivilDate,
    _ suspensions: [Suspension] = [], extra: Int = 0
  ) throws -> [DerivationStep] {
    DeadlineRule(title: title, unit: unit, count: count, roll: roll, article: "")
      .deadline(
        anchor: anchor, suspensions: suspensions, extension: extra, calendar: try CalendarFixture.notices()
      ).steps
  }

  @Test("working days: rest days and make-up days named")
  func workingDays() throws {
    let steps = try steps(5, .workingDay, from: day("2026-02-12"))
    #expect(
      steps.map(\.zh) == [
        "自 2026-02-12 次日起算 5 个工作日",
        "至 2026-02-26，扣除周末和放假 9 天；调休上班 2026-02-14 计入",
        "届满日 2026-02-26",
      ])
    #expect(
      steps.map(\.en) == [
        "5 working days from the day after 2026-02-12",
        "to 2026-02-26, 9 rest days left out; make-up working days counted: 2026-02-14",
        "due 2026-02-26",
      ])
  }

  @Test("titled, extended and suspended")
  func suspended() throws {
    let title = Bilingual(zh: "调查期限", en: "Investigation")
    let steps = try steps(
      60, .workingDay, title: title, from: day("2026-03-02"),
      [Suspension(from: day("2026-03-10"), to: day("2026-03-17"))],
      extra: 30)
    #expect(
      steps.map(\.zh) == [
        "调查期限：自 2026-03-02 次日起算 60 个工作日",
        "经批准延长 30 个工作日，共 90 个工作日",
        "扣除中止 2026-03-10 至 2026-03-16，计 5 个工作日；2026-03-17 恢复，继续计算",
        "至 2026-07-17，扣除周末和放假 40 天；调休上班 2026-05-09 计入",
        "届满日 2026-07-17",
      ])
    #expect(
      steps.map(\.en) == [
        "Investigation: 60 working days from the day after 2026-03-02",
        "extended by 30 working days, 90 working days in all",
        "suspended 2026-03-10 to 2026-03-16, 5 working days left out; goes on from 2026-03-17",
        "to 2026-07-17, 40 rest days left out; make-up working days counted: 2026-05-09",
        "due 2026-07-17",
      ])
  }

  @Test("suspended and not resumed")
  func open() throws {
    let steps = try steps(1, .month, from: day("2026-01-05"), [Suspension(from: day("2026-02-05"), to: nil)])
    #expect(
      steps.map(\.zh) == [
        "自 2026-01-05 次日起算 1 个月",
        "自 2026-02-05 起中止，尚余 1 日，自恢复之日起继续计算",
      ])
    #expect(
      steps.map(\.en) == [
        "1 month from the day after 2026-01-05",
        "suspended from 2026-02-05, 1 day left, to go on with the day of resumption",
      ])
  }

  @Test("suspended with only the roll left")
  func onlyRoll() throws {
    let open = try steps(
      12, .day, roll: true, from: day("2026-01-05"), [Suspension(from: day("2026-01-18"), to: nil)])
    #expect(open.last?.zh == "自 2026-01-18 起中止，仅余顺延，恢复后首个工作日届满")
    let steps = try steps(
      12, .day, roll: true, from: day("2026-01-05"),
      [Suspension(from: day("2026-01-18"), to: day("2026-01-21"))])
    #expect(
      steps.map(\.zh) == [
        "自 2026-01-05 次日起算 12 日",
        "扣除中止 2026-01-18 至 2026-01-20，计 3 日；2026-01-21 恢复，继续计算",
        "2026-01-17 为休息日（周末），顺延至 2026-01-21（民法典第二百零三条）",
        "届满日 2026-01-21",
      ])
  }

  @Test("month end, and a make-up Saturday that does not roll")
  func monthEnd() throws {
    let steps = try steps(6, .month, roll: true, from: day("2025-08-31"))
    #expect(
      steps.map(\.zh) == [
        "自 2025-08-31 次日起算 6 个月",
        "到期月没有 31 日，以月末日 2026-02-28 为最后一日（民法典第二百零二条）",
        "2026-02-28 为调休上班日（春节），不顺延",
        "届满日 2026-02-28",
      ])
  }

  @Test("rolled over a holiday")
  func rolled() throws {
    let steps = try steps(15, .day, roll: true, from: day("2026-09-16"))
    #expect(
      steps.map(\.zh) == [
        "自 2026-09-16 次日起算 15 日",
        "2026-10-01 为休息日（国庆节），顺延至 2026-10-08（民法典第二百零三条）",
        "届满日 2026-10-08",
      ])
    #expect(steps[1].en == "2026-10-01 is a rest day (国庆节), rolls to 2026-10-08 (Civil Code art. 203)")
  }

  @Test("provisional years named")
  func provisional() throws {
    let steps = try steps(5, .workingDay, from: day("2026-12-28"))
    #expect(
      steps.map(\.zh) == [
        "自 2026-12-28 次日起算 5 个工作日",
        "至 2027-01-04，扣除周末和放假 2 天",
        "届满日 2027-01-04",
        "暂定：2027 年尚无放假安排，仅按周末计算",
      ])
    #expect(steps.last?.en == "provisional: no holiday notice yet for 2027, weekends only")
    let long = try self.steps(600, .workingDay, from: day("2026-12-28"))
    #expect(long.last?.zh == "暂定：2027、2028、2029 年尚无放假安排，仅按周末计算")
  }

  @Test("every step is told in both languages")
  func bilingual() throws {
    for unit in DeadlineUnit.allCases {
      for resumed in [day("2026-09-29"), nil] {
        let suspension = Suspension(from: day("2026-09-18"), to: resumed)
        let steps = try steps(30, unit, roll: true, from: day("2026-08-31"), [suspension], extra: 1)
        #expect(steps.count >= 3)
        #expect(steps.allSatisfy { !$0[.zh].isEmpty && !$0[.en].isEmpty && $0.zh != $0.en })
      }
    }
  }
}
