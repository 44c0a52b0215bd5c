import Casebook
import Casework
import Testing

@Suite("Tallies over files and bands of scores")
struct TallyTests {
  private func rows(_ replica: Replica, _ tally: String) throws -> [TallyRow] {
    guard case .tallies(let rows) = try replica.perform(.tallies) else { throw CancellationError() }
    return rows.filter { $0.tally == tally }
  }

  @Test("two failed checks of one class halve its funds, three cancel it; other classes and passed checks do not count")
  func classes() throws {
    let office = try CountingOffice()
    func check(_ course: String, followed: Bool) throws {
      try office.visit(
        "training", "special", nil, on: "2026-01-06",
        facts: ["course": course, "planFollowed": followed ? "true" : "false"])
    }
    try check("一班", followed: false)
    try check("一班", followed: true)
    try check("二班", followed: false)
    #expect(try rows(office.county, "failed").map(\.count) == [1, 1])
    #expect(try rows(office.county, "failed").allSatisfy { $0.consequence == nil && $0.year == nil && !$0.suspends })
    try check("一班", followed: false)
    var first = try #require(try rows(office.county, "failed").first)
    #expect((first.key, first.count, first.consequence?.zh, first.source) == ("一班", 2, "经费减半", "四(一)六1"))
    // For ever: the third falls in another year.
    try office.visit(
      "training", "special", nil, on: "2027-01-06", facts: ["course": "一班", "planFollowed": "false"])
    first = try #require(try rows(office.county, "failed").first)
    #expect((first.key, first.count, first.consequence?.zh) == ("一班", 3, "取消办班"))
    // The bureau above sees the same.
    try office.city.meet(office.county)
    #expect(try rows(office.city, "failed") == rows(office.county, "failed"))
  }

  private func decide(_ office: CountingOffice, against arbitrator: String, on day: String) throws -> String {
    let file = try office.open("insurance", "case", on: day, workflow: "wrong").file.number
    try office.county.act(file, "file", ["liu"], ["arbitrator": arbitrator], on: day)
    try office.county.act(file, "decide", ["liu"], on: day)
    return file
  }

  @Test("two wrong cases in a year suspend an arbitrator: no act may name him, in that year")
  func suspension() throws {
    let office = try CountingOffice()
    _ = try decide(office, against: "zhang", on: "2026-02-01")
    _ = try decide(office, against: "zhang", on: "2025-12-20")
    _ = try decide(office, against: "li", on: "2026-02-01")
    // Filed only: no decision, no count.
    let filed = try office.open("insurance", "case", on: "2026-02-01", workflow: "wrong").file.number
    try office.county.act(filed, "file", ["liu"], ["arbitrator": "zhang"], on: "2026-02-01")
    // One in each of two years is not two.
    let business = try office.open("insurance", "case", on: "2026-02-02", workflow: "audit").file.number
    let single = try rows(office.county, "arbitrator").map { "\($0.year ?? 0) \($0.key) \($0.count) \($0.suspends)" }
    #expect(single.sorted() == ["2025 zhang 1 false", "2026 li 1 false", "2026 zhang 1 false"])
    _ = try decide(office, against: "zhang", on: "2026-02-03")
    let row = try #require(try rows(office.county, "arbitrator").first)
    #expect((row.key, row.year, row.count, row.consequence?.zh, row.suspends) == ("zhang", 2026, 2, "暂停办案", true))
    #expect(row.keyID != "zhang")
    func take(_ file: String, _ act: String, _ officers: [String]) -> String? {
      refusal { try office.county.act(file, act, officers, on: "2026-02-04") }
    }
    #expect(take(business, "finish", ["zhang", "li"]) == "suspended-officer")
    // Named second is named too.
    #expect(take(business, "finish", ["li", "zhang"]) == "suspended-officer")
    // In any regime of the bureau's pack.
    let visit = try office.open("training", check: "special", on: "2026-02-04").file.number
    #expect(take(visit, "record", ["zhang", "li"]) == "suspended-officer")
    try office.county.act(visit, "record", ["chen", "li"], on: "2026-02-04")
    // The next year begins anew.
    try office.county.act(business, "finish", ["zhang", "li"], on: "2027-01-04")
    #expect(try office.county.file(business).row.isFinal)
  }

  @Test("a void decision is not counted")
  func void() throws {
    let office = try CountingOffice()
    _ = try decide(office, against: "zhang", on: "2026-02-01")
    let file = try decide(office, against: "zhang", on: "2026-02-01")
    // A second decision on a file that is closed is refused at the desk and would be void in the fold.
    #expect(refusal { try office.county.act(file, "decide", ["liu"], on: "2026-02-02") } == "file-closed")
    #expect(try rows(office.county, "arbitrator").map(\.count) == [2])
  }

  @Test(
    "the grade is the score's band: 90 is excellent and not qualified, 60 qualified",
    arguments: [
      (100, "excellent"), (90, "excellent"), (89, "qualified"), (60, "qualified"), (59, "unqualified"),
      (0, "unqualified"),
    ])
  func bands(score: Int, band: String) throws {
    let office = try CountingOffice()
    let file = try office.open("training", check: "full", on: "2026-01-06", workflow: "assess").file.number
    #expect(try office.county.file(file).scoreBand == nil)
    try office.county.act(file, "score", ["zhang"], ["score": "\(score)"])
    #expect(try office.county.file(file).scoreBand?.en == band)
    for other in ["excellent", "qualified", "unqualified"] where other != band {
      #expect(refusal { try office.county.act(file, "grade", ["liu"], ["grade": other]) } == "fact-mismatch")
    }
    try office.county.act(file, "grade", ["liu"], ["grade": band])
    #expect(try office.county.file(file).row.isFinal)
  }

  @Test("a score outside every band is graded as nothing")
  func noBand() throws {
    let office = try CountingOffice()
    let file = try office.open("training", check: "full", on: "2026-01-06", workflow: "assess").file.number
    try office.county.act(file, "score", ["zhang"], ["score": "-1"])
    #expect(try office.county.file(file).scoreBand == nil)
    #expect(refusal { try office.county.act(file, "grade", ["liu"], ["grade": "unqualified"]) } == "fact-mismatch")
  }
}
