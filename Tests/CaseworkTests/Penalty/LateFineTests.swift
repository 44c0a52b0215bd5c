import Casework
import Testing

@Suite("Additional fine for late payment")
struct LateFineTests {
  private let fine = Money(yuan: 20_000)

  private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  @Test("day 34 reaches the cap")
  func cap() {
    #expect(LateFine(fine: fine, days: 33).amount == Money(yuan: 19_800))
    #expect(!LateFine(fine: fine, days: 33).isCapped)
    #expect(LateFine(fine: fine, days: 34).amount == fine)
    #expect(LateFine(fine: fine, days: 34).isCapped)
    #expect(LateFine(fine: fine, days: .max).amount == fine)
    #expect(LateFine(fine: Money(fen: .max), days: 33).amount < Money(fen: .max))
  }

  @Test("the day after the last day to pay is the first that counts")
  func days() throws {
    let due = try day("2026-03-10")
    #expect(LateFine(fine: fine, due: due, until: due).amount == .zero)
    #expect(LateFine(fine: fine, due: due, until: due + -5).days == 0)
    #expect(LateFine(fine: fine, due: due, until: due + 1).amount == Money(yuan: 600))
    #expect(LateFine(fine: fine, due: due, until: try day("2026-03-20")).amount == Money(yuan: 6_000))
  }

  @Test("days of reconsideration and litigation do not count")
  func suspended() throws {
    let (due, until) = (try day("2026-03-10"), try day("2026-04-30"))
    #expect(LateFine(fine: fine, due: due, until: until).days == 51)
    func days(_ spans: [(String, String?)]) throws -> Int {
      let suspensions = try spans.map { Suspension(from: try day($0.0), to: try $0.1.map(day)) }
      return LateFine(fine: fine, due: due, until: until, suspensions: suspensions).days
    }
    #expect(try days([("2026-03-16", "2026-04-16")]) == 20)
    #expect(try days([("2026-03-16", nil)]) == 5)
    #expect(try days([("2026-03-01", "2026-03-16")]) == 46)
    #expect(try days([("2026-03-16", "2026-03-26"), ("2026-03-20", "2026-03-31")]) == 36)
    #expect(try days([("2026-04-30", "2026-06-01")]) == 50)
    #expect(try days([("2026-05-01", "2026-06-01")]) == 51)
    #expect(try days([("2026-03-01", nil)]) == 0)
  }

  @Test("never more than the fine, never less a day later")
  func grows() {
    for fen in [0, 1, 33, 100, 2_000_000] as [Int64] {
      let amounts = (0...40).map { LateFine(fine: Money(fen: fen), days: $0).amount }
      #expect(amounts == amounts.sorted())
      #expect(amounts.first == .zero && amounts.last == Money(fen: fen))
    }
    #expect(LateFine(fine: Money(fen: 33), days: 1).amount == .zero)
    #expect(LateFine(fine: Money(fen: 34), days: 1).amount == Money(fen: 1))
  }
}
