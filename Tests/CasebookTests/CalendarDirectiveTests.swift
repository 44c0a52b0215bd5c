import Casebook
import Casework
import RegimePacks
import Replication
import Testing

@Suite("Holiday notices passed down as directives")
struct CalendarDirectiveTests {
  /// New year until 01-04, 01-09 a make-up Saturday.
  static let notice = """
    date,name,is_workday,notice_year
    2027-01-01,元旦,0,2027
    2027-01-02,元旦,0,2027
    2027-01-03,元旦,0,2027
    2027-01-04,元旦,0,2027
    2027-01-09,元旦,1,2027

    """
  /// The same corrected: 01-04 is worked.
  static let corrected = """
    date,name,is_workday,notice_year
    2027-01-01,元旦,0,2027
    2027-01-02,元旦,0,2027
    2027-01-03,元旦,0,2027

    """

  /// A city, a county and a township below it, and another county.
  private struct Region {
    let city: Replica
    let east: Replica
    let west: Replica
    let town: Replica

    init() throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      try city.publish("renxian")
      try city.staff()
      try city.send(to: east)
      town = try east.subordinate("130526-01", salt: 3)
      for office in [east, west, town] {
        try city.send(to: office)
        if office === town { try east.send(to: town) }
        try office.staff()
      }
    }

    /// Everybody meets everybody they may.
    func meet() throws {
      for _ in 0..<2 {
        try city.meet(east)
        try city.meet(west)
        try east.meet(town)
      }
    }
  }

  private func open(_ office: Replica, on day: String) throws -> String {
    let draft = FileDraft(
      kind: "case", pack: "renxian", regime: "case-handling", workflow: nil, title: "t", subject: nil, openedOn: day,
      addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil, complainantPhone: nil)
    guard case .acted(let view) = try office.perform(.fileOpen(draft)) else { throw CancellationError() }
    return view.file.number
  }

  private func filed(_ office: Replica, on day: String) throws -> String {
    let file = try open(office, on: day)
    try office.act(file, "propose-filing", ["wang"], ["facts": "欠薪"], on: day)
    try office.act(file, "review-filing", ["zhao"], ["opinion": "同意"], on: day)
    try office.act(file, "approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"], on: day)
    return file
  }

  private func refused(_ office: Replica, on day: String) throws -> String {
    let file = try open(office, on: day)
    try office.act(file, "propose-filing", ["wang"], ["facts": "欠薪"], on: day)
    try office.act(file, "review-filing", ["zhao"], ["opinion": "同意"], on: day)
    try office.act(file, "refuse-filing", ["chen"], ["reason": "无违法事实"], on: day)
    return file
  }

  @discardableResult
  private func importing(
    _ office: Replica, _ csv: String = notice, by number: String = "7号", apply: Bool = true
  ) throws -> CalendarImportView {
    let draft = CalendarDraft(csv: csv, notice: number, isApplied: apply)
    guard case .calendarImport(let view) = try office.perform(.calendarImport(draft)) else { throw CancellationError() }
    try office.refresh()
    return view
  }

  private func year(_ office: Replica, _ year: Int = 2027) throws -> CalendarYearView {
    guard case .calendarYear(let view) = try office.perform(.calendarYear(year)) else { throw CancellationError() }
    return view
  }

  private func rows(_ office: Replica) throws -> [FileRow] {
    let filter = FileFilter(kind: nil, office: nil, openOnly: false, limit: 1000)
    guard case .files(let rows) = try office.perform(.fileList(filter)) else { throw CancellationError() }
    return rows
  }

  private struct Reading: Hashable {
    let file: String
    let clock: String
    let due: String?
    let isProvisional: Bool
  }

  /// Every clock of every file, as the desk shows it.
  private func readings(_ office: Replica) throws -> Set<Reading> {
    var readings: Set<Reading> = []
    for row in try rows(office) {
      for clock in try office.file(row.number).clocks {
        readings.insert(
          Reading(file: row.number, clock: clock.id, due: clock.due, isProvisional: clock.isProvisional))
      }
    }
    return readings
  }

  @Test("a provisional deadline becomes definite, and moves")
  func definite() throws {
    let region = try Region()
    let file = try open(region.city, on: "2026-12-28")
    let before = try region.city.file(file).row
    // 12-29, 30, 31, then the plain week: Friday 01-01 and Monday 01-04.
    #expect(before.nextDue == "2027-01-04" && before.isProvisional)
    try importing(region.city)
    let after = try region.city.file(file).row
    #expect(after.nextDue == "2027-01-06" && !after.isProvisional)
    // The list's row is the summary, refolded.
    #expect(try rows(region.city).first { $0.number == file } == after)
  }

  @Test("the preview writes nothing, lists exactly what moves, and applying moves exactly that")
  func preview() throws {
    let region = try Region()
    let moving = [try open(region.city, on: "2026-12-25"), try filed(region.city, on: "2026-12-28")]
    let still = [try open(region.city, on: "2026-06-01"), try refused(region.city, on: "2026-12-28")]
    let (before, rowsBefore) = (try readings(region.city), try rows(region.city))
    let entries = region.city.storage.entryCount()
    let preview = try importing(region.city, apply: false)
    #expect(!preview.isApplied && preview.entry == nil)
    #expect(region.city.storage.entryCount() == entries)
    #expect(try readings(region.city) == before)

    let applied = try importing(region.city)
    #expect(applied.isApplied && applied.entry != nil)
    #expect(applied.moves == preview.moves && applied.untouchedClocks == preview.untouchedClocks)
    let after = try readings(region.city)
    let told = Set(
      preview.moves.map { Reading(file: $0.number, clock: $0.clock, due: $0.newDue, isProvisional: $0.isProvisional) })
    #expect(after.subtracting(before) == told)
    let old = Set(
      preview.moves.map { Reading(file: $0.number, clock: $0.clock, due: $0.oldDue, isProvisional: $0.wasProvisional) })
    #expect(before.subtracting(after) == old)
    #expect(Set(preview.moves.map(\.number)) == Set(moving))
    #expect(preview.openFiles == 3 && preview.untouchedFiles == 1)
    // Next deadlines: the rows that changed are those whose next clock is listed.
    let changed = zip(rowsBefore, try rows(region.city)).filter {
      $0.0.nextDue != $0.1.nextDue || $0.0.isProvisional != $0.1.isProvisional
    }
    #expect(Set(changed.map(\.0.number)) == Set(preview.moves.filter(\.isNext).map(\.number)))
    #expect(still.allSatisfy { number in !preview.moves.contains { $0.number == number } })
  }

  @Test("a clock that was met, and a closed file, stay as they were counted; one met afterwards is counted anew")
  func metStays() throws {
    let region = try Region()
    let city = region.city
    let (closed, running) = (try refused(city, on: "2026-12-28"), try filed(city, on: "2026-12-28"))
    let closedBefore = try city.file(closed).clocks
    let filingBefore = try #require(try city.file(running).clocks.first { $0.id == "filing" })
    #expect(filingBefore.metOn == "2026-12-28" && filingBefore.due == "2027-01-04" && filingBefore.isProvisional)
    try importing(city)
    #expect(try city.file(closed).clocks == closedBefore)
    #expect(try city.file(running).clocks.first { $0.id == "filing" } == filingBefore)
    let later = try refused(city, on: "2026-12-28")
    let filing = try #require(try city.file(later).clocks.first { $0.id == "filing" })
    #expect(filing.due == "2027-01-06" && !filing.isProvisional)
    // Made again from the log it is the same.
    guard case .verified(let view) = try city.perform(.verify) else { throw CancellationError() }
    #expect(view.problems.isEmpty)
  }

  @Test("every office below receives it, whatever came first; both sides show the same and verify")
  func converge() throws {
    let region = try Region()
    let files = [try open(region.east, on: "2026-12-28"), try filed(region.town, on: "2026-12-29")]
    try region.meet()
    try importing(region.city)
    try region.meet()
    // A file opened after the notice arrived, and one opened before it, meet in the city.
    let late = try open(region.west, on: "2026-12-28")
    try region.meet()
    for (file, office) in [(files[0], region.east), (files[1], region.town), (late, region.west)] {
      let row = try office.file(file).row
      #expect(!row.isProvisional, "\(file)")
      #expect(try region.city.file(file).clocks == office.file(file).clocks)
      #expect(try region.city.file(file).row.nextDue == row.nextDue)
    }
    for office in [region.city, region.east, region.west, region.town] {
      #expect(try year(office).source == .directive)
      guard case .verified(let view) = try office.perform(.verify) else { throw CancellationError() }
      #expect(view.problems.isEmpty, "\(office.context.office)")
    }
    // An office that comes in afterwards and takes everything at once.
    let fresh = try region.east.restored()
    try region.city.send(to: fresh)
    try region.town.send(to: fresh)
    #expect(fresh.storage.summaries() == region.east.storage.summaries())
  }

  @Test("an older notice that arrives late does not override a newer one")
  func older() throws {
    let region = try Region()
    let file = try open(region.east, on: "2026-12-28")
    try importing(region.city, by: "7号")
    // The city goes on in another stream, as after a restored backup: the two may arrive in either order.
    region.city.context.incarnation = 2
    try importing(region.city, Self.corrected, by: "8号")
    let newer = try #require(
      region.city.storage.heads().first { $0.stream.incarnation == 2 && $0.stream.audience == .down })
    var admission = Admission(context: region.east.context)
    _ = try admission.admit(
      region.city.storage.entries(of: newer.stream, from: 1, bytesMax: .max).map(\.encoded), of: newer.stream,
      at: region.east.now, in: region.east.storage)
    try admission.finish(in: region.east.storage)
    region.east.context = admission.context
    #expect(try region.east.file(file).row.nextDue == "2027-01-05")
    try region.city.send(to: region.east)
    #expect(region.east.storage.rows(RecordType.calendarYear.number).count == 2)
    #expect(try region.east.file(file).row.nextDue == "2027-01-05")
    let view = try year(region.east)
    #expect(view.directives.map(\.notice) == ["7号", "8号"] && view.directives.map(\.isInForce) == [false, true])
  }

  @Test("a subordinate's notice binds its own branch alone, and gives way to the superior's, though older")
  func ranks() throws {
    let region = try Region()
    let own = try open(region.city, on: "2026-12-28")
    let files = [try open(region.east, on: "2026-12-28"), try open(region.town, on: "2026-12-28")]
    let other = try open(region.west, on: "2026-12-28")
    try region.meet()
    // The city's notice waits in the city while the county, cut off, publishes its own.
    try importing(region.city, Self.corrected, by: "市1号")
    region.east.now = region.city.now + 3_600_000
    try importing(region.east, Self.notice, by: "县1号")
    try region.east.meet(region.town)
    for (file, office) in zip(files, [region.east, region.town]) {
      #expect(try office.file(file).row.nextDue == "2027-01-06")
    }
    try region.meet()
    for office in [region.east, region.town] {
      let view = try year(office)
      #expect(view.directives.map(\.isInForce) == [true, false] && view.directives[0].notice == "市1号")
    }
    for (file, office) in zip(files, [region.east, region.town]) {
      #expect(try office.file(file).row.nextDue == "2027-01-05")
    }
    #expect(try region.city.file(own).row.nextDue == "2027-01-05")
    #expect(try region.west.file(other).row.nextDue == "2027-01-05")
    #expect(refusal { try importing(region.east, Self.notice, by: "县2号") } == "calendar-superior")
    #expect(refusal { try importing(region.east, Self.notice, by: "县2号", apply: false) } == "calendar-superior")
  }

  @Test("the bureau above counts a county's file as the county does, and its own as before")
  func subordinateAlone() throws {
    let region = try Region()
    let (own, county) = (try open(region.city, on: "2026-12-28"), try open(region.east, on: "2026-12-28"))
    try importing(region.east, by: "县1号")
    try region.meet()
    #expect(try region.east.file(county).row.nextDue == "2027-01-06")
    #expect(try region.city.file(county).row.nextDue == "2027-01-06")
    #expect(try region.city.file(own).row.nextDue == "2027-01-04")
    #expect(try year(region.city).source == .none && year(region.west).directives.isEmpty)
    // Taken over, it is the city's.
    try region.city.act(county, "takeover", ["sun"], ["takeoverReason": "重大"], on: "2026-12-29")
    try region.meet()
    for office in [region.city, region.east] { #expect(try office.file(county).row.nextDue == "2027-01-04") }
  }

  @Test("files under a county's own pack are counted above too, many at once as one by one")
  func countyPack() throws {
    let city = try Replica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    try city.send(to: county)
    try county.publish("renxian")
    try county.staff()
    let files = [try open(county, on: "2026-12-28"), try filed(county, on: "2026-12-28")]
    // All at once, then again by the notice.
    try county.send(to: city)
    #expect(city.storage.summaries() == county.storage.summaries())
    #expect(try Set(importing(city).moves.map(\.number)) == Set(files))
    try city.send(to: county)
    #expect(city.storage.summaries() == county.storage.summaries())
    #expect(try city.file(files[0]).row.nextDue == "2027-01-06")
  }

  @Test("a notice for a shipped year replaces that year's notice and no other's")
  func shippedYear() throws {
    let region = try Region()
    #expect(try year(region.city, 2026).source == .shipped)
    let full = try year(region.city, 2025).days
    try importing(region.city, "date,name,is_workday,notice_year\n2026-01-01,元旦,0,2026\n", by: "9号")
    let view = try year(region.city, 2026)
    #expect(view.source == .directive && view.days.map(\.date) == ["2026-01-01"])
    #expect(try year(region.city, 2025).days == full)
  }

  @Test("one file of several years is a record a year; the same again writes nothing")
  func several() throws {
    let region = try Region()
    let csv = Self.notice + "2027-12-31,元旦,0,2028\n2028-01-01,元旦,0,2028\n"
    #expect(try importing(region.city, csv).years == [2027, 2028])
    #expect(region.city.storage.rows(RecordType.calendarYear.number).count == 2)
    #expect(try year(region.city).days.last?.noticeYear == 2028)
    let entries = region.city.storage.entryCount()
    let again = try importing(region.city, csv)
    #expect(again.known == [2027, 2028] && again.entry == nil && again.moves.isEmpty)
    #expect(region.city.storage.entryCount() == entries)
    let other = try importing(region.city, csv, by: "10号")
    #expect(other.known.isEmpty && other.entry != nil)
  }

  @Test("every mistake of a file is told with its line, and a notice needs its number")
  func mistakes() throws {
    let region = try Region()
    let csv = """
      date,name,is_workday,notice_year
      2027-01-01,,0,2027
      2027-01-02,元旦,0,2027
      x
      2027-13-01,a,0,2027
      2027-01-02,b,0,2027

      """
    let draft = CalendarDraft(csv: csv, notice: "7号", isApplied: true)
    let failure = #expect(throws: DeskFailure.self) { try region.city.perform(.calendarImport(draft)) }
    let lines = try #require(failure).message.en.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    #expect(
      lines == ["Holiday table, line 2", "Holiday table, line 4", "Holiday table, line 5", "Holiday table, line 6"])
    #expect(failure?.kind == .badInput)
    #expect(region.city.storage.rows(RecordType.calendarYear.number).isEmpty)
    #expect(refusal { try importing(region.city, by: " ") } == "notice")
  }

  @Test("a record that is not one year's notice is none")
  func malformedRecords() throws {
    let region = try Region()
    let file = try open(region.city, on: "2026-12-28")
    func record(_ year: Int64, _ body: String) throws {
      let values: [(UInt64, FieldValue)] = [(1, .integer(year)), (2, .text("7号")), (3, .text(body))]
      try region.city.record(
        [
          .record(
            RecordWrite(
              type: RecordType.calendarYear.number, id: region.city.newID(),
              fields: values.map { RecordWrite.Field(number: $0.0, value: $0.1, replaces: []) }))
        ], for: .down)
    }
    try record(2028, Self.notice)
    try record(2027, "x")
    try record(2027, Self.notice + "2028-01-01,元旦,0,2028\n")
    #expect(try year(region.city).directives.isEmpty)
    #expect(try region.city.file(file).row.nextDue == "2027-01-04")
    try record(2027, Self.notice)
    #expect(try region.city.file(file).row.nextDue == "2027-01-06")
  }

  @Test("the calculator counts by what is in force")
  func due() throws {
    let region = try Region()
    func due() throws -> DueView {
      let draft = DueDraft(from: "2026-12-28", unit: .workingDay, count: 5, roll: false)
      guard case .due(let view) = try region.east.perform(.calendarDue(draft)) else { throw CancellationError() }
      return view
    }
    #expect(try due().provisional && due().due == "2027-01-04")
    try importing(region.city)
    try region.city.send(to: region.east)
    #expect(try !due().provisional && due().due == "2027-01-06")
  }
}
