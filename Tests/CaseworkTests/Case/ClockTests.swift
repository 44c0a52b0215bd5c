import Casework
import Testing

private typealias Fix = CaseFixture

/// Periods that run, are suspended, extended and met by the file's acts. 2026-01-05 is a Monday; the calendar
/// has weekends only.
@Suite("Clocks of a file")
struct ClockTests {
  private func reading(
    _ id: String, _ acts: [Act], workflow: Workflow = Fix.workflow
  ) throws -> ClockReading {
    let folded = Fix.fold(Fix.chain(acts), workflow: workflow)
    #expect(folded.steps.compactMap(\.refusal) == [])
    return try #require(folded.clocks(calendar: Fix.calendar).first { $0.rule.id == id })
  }

  private func due(_ id: String, _ acts: [Act]) throws -> CivilDate? { try reading(id, acts).deadline?.due }

  private let filed = Fix.act("file", on: "2026-01-07")

  @Test("filing runs from the opening and is met by filing")
  func filing() throws {
    let open = try reading("filing", [])
    #expect(open.startedOn == day("2026-01-05"))
    #expect(open.deadline?.due == day("2026-01-12"))
    #expect(open.metOn == nil)
    #expect(!open.isOverdue(on: day("2026-01-12")))
    #expect(open.isOverdue(on: day("2026-01-13")))
    let met = try reading("filing", [filed])
    #expect(met.metOn == day("2026-01-07"))
    #expect(!met.isOverdue(on: day("2027-01-01")))
    let late = try reading("filing", [Fix.act("file", on: "2026-01-13")])
    #expect(late.isOverdue(on: day("2026-01-01")))
  }

  @Test("a clock whose anchor has not happened has not begun")
  func notBegun() throws {
    let reading = try reading("investigation", [])
    #expect(reading == ClockReading(rule: reading.rule))
  }

  @Test("sixty working days, thirty more by an extension, and no more by a second")
  func extended() throws {
    #expect(try due("investigation", [filed]) == day("2026-04-01"))
    let extended = try reading("investigation", [filed, Fix.act("extend", on: "2026-02-02")])
    #expect(extended.deadline?.due == day("2026-05-13"))
    #expect(extended.isExtended)
    let twice = [filed, Fix.act("extend", on: "2026-02-02"), Fix.act("extend", on: "2026-03-02")]
    #expect(try due("investigation", twice) == day("2026-05-13"))
  }

  @Test("a void extension adds nothing")
  func voidExtension() {
    let acts = Fix.chain([filed, Fix.act("extend", officers: [Fix.officer("a", roles: ["head"])])])
    let folded = Fix.fold(acts)
    #expect(folded.refusal("extend")?.code == .ownApproval)
    #expect(folded.clocks(calendar: Fix.calendar)[1].deadline?.due == day("2026-04-01"))
  }

  @Test("suspended: no due day until resumed, then the remaining days go on")
  func suspension() throws {
    let suspend = Fix.act("suspend", on: "2026-02-02")
    let open = try reading("investigation", [filed, suspend])
    #expect(open.isSuspended)
    #expect(open.deadline?.due == nil)
    #expect(!open.isOverdue(on: day("2030-01-01")))
    // Ten working days, 3 to 16 February, are left out.
    let resumed = try reading("investigation", [filed, suspend, Fix.act("resume", on: "2026-02-16")])
    #expect(!resumed.isSuspended)
    #expect(resumed.deadline?.due == day("2026-04-15"))
    #expect(resumed.startedOn == day("2026-01-07"))
  }

  @Test("suspended twice and extended")
  func suspendedTwiceAndExtended() throws {
    let acts = [
      filed, Fix.act("suspend", on: "2026-02-02"), Fix.act("resume", on: "2026-02-06"),
      Fix.act("suspend", on: "2026-03-02"), Fix.act("resume", on: "2026-03-06"),
      Fix.act("extend", on: "2026-03-09"),
    ]
    // Ninety working days and twice four left out.
    #expect(try due("investigation", acts) == day("2026-05-25"))
  }

  @Test("days stated out of order are left out once")
  func suspensionsOverlapping() throws {
    let acts = [
      filed, Fix.act("suspend", on: "2026-02-02"), Fix.act("resume", on: "2026-02-12"),
      Fix.act("suspend", on: "2026-02-04"), Fix.act("resume", on: "2026-02-10"),
      Fix.act("suspend", on: "2026-02-11"), Fix.act("resume", on: "2026-02-16"),
    ]
    // 3 to 16 February, fourteen days, once, added to 7 April.
    #expect(try due("handling", acts) == day("2026-04-21"))
    #expect(try due("handling", [filed]) == day("2026-04-07"))
  }

  @Test("a suspension that began when the period had run out does not hide it")
  func suspendedTooLate() throws {
    let late = try reading("investigation", [filed, Fix.act("suspend", on: "2026-04-10")])
    #expect(late.deadline?.due == day("2026-04-01"))
    #expect(!late.isSuspended)
    #expect(late.isOverdue(on: day("2026-04-02")))
    let months = [filed, Fix.act("suspend", on: "2026-05-04"), Fix.act("resume", on: "2026-05-14")]
    #expect(try due("handling", months) == day("2026-04-07"))
  }

  @Test("met while suspended: the clock ends there")
  func metWhileSuspended() throws {
    var workflow = Fix.workflow
    let close = try #require(workflow.acts.firstIndex { $0.id == "close" })
    workflow.acts[close].from.append("suspended")
    let acts = [filed, Fix.act("suspend", on: "2026-02-02"), Fix.act("close", on: "2026-02-16")]
    let reading = try reading("investigation", acts, workflow: workflow)
    #expect(reading.metOn == day("2026-02-16"))
    #expect(!reading.isSuspended)
    #expect(reading.deadline?.due == day("2026-04-15"))
  }

  @Test("after a clock is met, no act moves it")
  func metForGood() throws {
    var workflow = Fix.workflow
    for id in ["extend", "suspend"] {
      let index = try #require(workflow.acts.firstIndex { $0.id == id })
      workflow.acts[index].from = ["*"]
    }
    let acts = [
      filed, Fix.act("record", on: "2026-03-31"), Fix.act("propose", on: "2026-04-02"),
      Fix.act("extend", on: "2026-04-03"), Fix.act("suspend", on: "2026-04-03"),
    ]
    let reading = try reading("investigation", acts, workflow: workflow)
    #expect(reading.metOn == day("2026-04-02"))
    #expect(reading.deadline?.due == day("2026-04-01"))
    #expect(!reading.isExtended && !reading.isSuspended)
    #expect(reading.isOverdue(on: day("2026-04-02")))
  }

  @Test("a day set in an act is itself the limit")
  func dayInAField() throws {
    let propose = Fix.act("propose", facts: ["outcome": .text("order"), "correctBy": .text("2026-03-15")])
    let reading = try reading("correction", [filed, Fix.act("record"), propose])
    #expect(reading.startedOn == day("2026-03-15"))
    #expect(reading.deadline?.due == day("2026-03-15"))
    #expect(reading.isOverdue(on: day("2026-03-16")))
    #expect(try self.reading("correction", [filed, Fix.act("record"), Fix.act("propose")]).startedOn == nil)
  }

  @Test("a final state meets every clock, and reopening sets it running again")
  func finalState() throws {
    let closed = [filed, Fix.act("close", on: "2026-02-02"), Fix.act("visit", on: "2026-08-03")]
    #expect(try reading("investigation", closed).metOn == day("2026-02-02"))
    #expect(Fix.fold(Fix.chain(closed)).finishedOn == day("2026-02-02"))
    #expect(Fix.fold(Fix.chain(closed)).nextDue(calendar: Fix.calendar) == nil)
    let archived = closed + [Fix.act("archive", on: "2026-09-01")]
    #expect(Fix.fold(Fix.chain(archived)).finishedOn == day("2026-02-02"))
    let reopened = closed + [Fix.act("reopen", on: "2026-08-04")]
    #expect(try reading("investigation", reopened).metOn == nil)
    #expect(Fix.fold(Fix.chain(reopened)).finishedOn == nil)
  }

  @Test("what came before a clock began neither meets nor suspends it")
  func beforeItBegan() throws {
    var workflow = Fix.workflow
    workflow.clocks = [
      Fix.clock("visit", "回访期限", "Visit", .month, 6, anchor: .act("close"), stops: ["visit"]),
      Fix.clock("next", "下次回访", "Next visit", .month, 6, anchor: .act("visit"), stops: ["visit"]),
      Fix.clock(
        "execution", "执行期限", "Execution", .day, 30, anchor: .act("close"), stops: [], suspendedBy: "suspend",
        resumedBy: "resume"),
    ]
    let closed = [
      filed, Fix.act("suspend", on: "2026-01-12"), Fix.act("resume", on: "2026-01-19"),
      Fix.act("close", on: "2026-02-02"),
    ]
    #expect(try reading("visit", closed, workflow: workflow).metOn == nil)
    #expect(try reading("visit", closed, workflow: workflow).deadline?.due == day("2026-08-02"))
    let visited = closed + [Fix.act("visit", on: "2026-08-03")]
    #expect(try reading("visit", visited, workflow: workflow).metOn == day("2026-08-03"))
    #expect(try reading("next", visited, workflow: workflow).metOn == nil)
    let plain = try reading("execution", [filed, Fix.act("close", on: "2026-02-02")], workflow: workflow)
    #expect(try reading("execution", closed, workflow: workflow) == plain)
  }

  @Test("the clock due first, and the working days left")
  func nextDue() throws {
    let opened = try #require(Fix.fold([]).nextDue(calendar: Fix.calendar, today: day("2026-01-09")))
    #expect(opened.rule.id == "filing")
    #expect(opened.workingDaysLeft == 1)
    let folded = Fix.fold([filed])
    let next = try #require(folded.nextDue(calendar: Fix.calendar, today: day("2026-04-03")))
    #expect(next.rule.id == "investigation")
    #expect(next.workingDaysLeft == -2)
    #expect(folded.clocks(calendar: Fix.calendar, today: day("2026-04-03"))[0].workingDaysLeft == nil)
    let suspended = Fix.fold(Fix.chain([filed, Fix.act("suspend", on: "2026-02-02")]))
    #expect(suspended.nextDue(calendar: Fix.calendar) == nil)
  }
}
