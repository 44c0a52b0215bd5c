import Casework
import Testing

@Suite("Discretion within the statutory range")
struct PenaltyRangeTests {
  private let rule = PenaltyRule(
    id: "obstruction", name: Bilingual(zh: "阻挠检查", en: "obstruction"),
    formula: .range(min: Money(yuan: 2_000), max: Money(yuan: 20_000)), measures: ["order-correction"],
    precondition: .afterRefusal, article: "《劳动保障监察条例》第三十条")

  private func tier(_ id: String, _ from: Int, _ to: Int) throws -> PenaltyTier {
    try #require(PenaltyTier(id: id, name: Bilingual(zh: "档", en: id), fromPercent: from, toPercent: to))
  }

  private func range() throws -> PenaltyRange { try #require(PenaltyRange(rule, quantities: [:])) }

  @Test("by proportion")
  func proportion() throws {
    let range = try range()
    func yuan(_ lower: Int64, _ upper: Int64) -> PenaltyBounds? {
      PenaltyBounds(lower: Money(yuan: lower), upper: Money(yuan: upper))
    }
    #expect(range.tier(try tier("lighter", 0, 30)) == yuan(2_000, 7_400))
    #expect(range.tier(try tier("normal", 30, 70)) == yuan(7_400, 14_600))
    #expect(range.tier(try tier("heavier", 70, 100)) == yuan(14_600, 20_000))
    #expect(range.tier(try tier("mitigated", 20, 90)) == yuan(400, 1_800))
  }

  @Test("percentages outside 0 to 100 or in the wrong order make no tier")
  func percentages() {
    let name = Bilingual(zh: "档", en: "tier")
    #expect(PenaltyTier(id: "normal", name: name, fromPercent: 70, toPercent: 30) == nil)
    #expect(PenaltyTier(id: "normal", name: name, fromPercent: -1, toPercent: 30) == nil)
    #expect(PenaltyTier(id: "normal", name: name, fromPercent: 70, toPercent: 101) == nil)
  }

  /// Every pair of percentages over ranges with odd widths, one of them as wide as can be.
  @Test(
    "a tier lies in the statutory range, the mitigated one below its middle",
    arguments: [(200_000, 2_000_000), (1, 4), (7, 7), (0, 5_000_001), (33, 100), (1, Int64.max)] as [(Int64, Int64)])
  func inside(lower: Int64, upper: Int64) throws {
    var rule = rule
    rule.formula = .range(min: Money(fen: lower), max: Money(fen: upper))
    let range = try #require(PenaltyRange(rule, quantities: [:]))
    for from in stride(from: 0, through: 100, by: 5) {
      for to in stride(from: from, through: 100, by: 7) {
        let band = range.tier(try tier("normal", from, to))
        #expect(lower <= band.lower.fen && band.lower <= band.upper && band.upper.fen <= upper)
        let mitigated = range.tier(try tier("mitigated", from, to))
        #expect(.zero <= mitigated.lower && mitigated.lower <= mitigated.upper && mitigated.upper.fen <= lower)
      }
    }
    #expect(range.tier(try tier("normal", 0, 100)) == range.statutory)
    #expect(range.tier(try tier("mitigated", 0, 100)).upper.fen == lower)
  }

  @Test("an amount in its tier passes, at both ends")
  func passes() throws {
    let (range, normal) = (try range(), try tier("normal", 30, 70))
    for fen in [740_000, 1_000_000, 1_460_000] as [Int64] {
      #expect(range.refusal(of: Money(fen: fen), tier: normal) == nil)
    }
    #expect(range.refusal(of: Money(yuan: 2_000)) == nil)
    #expect(range.refusal(of: Money(yuan: 20_000)) == nil)
  }

  @Test("an amount outside its tier needs an approved reason", arguments: [739_999, 1_460_001, 100_000] as [Int64])
  func outside(fen: Int64) throws {
    let (range, normal) = (try range(), try tier("normal", 30, 70))
    let refusal = try #require(range.refusal(of: Money(fen: fen), tier: normal))
    #expect(refusal.article == "《劳动保障监察条例》第三十条；《行政处罚法》第三十四条")
    for text in [refusal.message.zh, refusal.message.en] {
      #expect(text.contains("7400.00") && text.contains("14600.00") && text.contains(Money(fen: fen).description))
    }
    #expect(!refusal.remedy.zh.isEmpty && !refusal.remedy.en.isEmpty)
    #expect(refusal.code == .outOfBand)
    // A reason leaves the tier, not the law's minimum of 2000 yuan: for that the tier is the mitigated one.
    let withReason = range.refusal(of: Money(fen: fen), tier: normal, hasApprovedReason: true)
    #expect((withReason == nil) == (fen >= 200_000))
    let cited = range.refusal(of: Money(fen: fen), tier: normal, article: "裁量基准 三")
    #expect(cited?.article == "《劳动保障监察条例》第三十条；裁量基准 三")
  }

  @Test("no reason carries an amount above the cap", arguments: [false, true])
  func cap(hasReason: Bool) throws {
    let heavier = try tier("heavier", 70, 100)
    for tier in [nil, heavier] {
      let refusal = try #require(
        try range().refusal(of: Money(fen: 2_000_001), tier: tier, hasApprovedReason: hasReason))
      #expect(refusal.message.zh.contains("20000.00") && refusal.message.en.contains("20000.00"))
      #expect(refusal.article == rule.article)
    }
    #expect(try range().refusal(of: Money(fen: 2_000_000), tier: heavier, hasApprovedReason: hasReason) == nil)
  }

  @Test("below the statutory range without a tier")
  func below() throws {
    let refusal = try #require(try range().refusal(of: Money(fen: 199_999)))
    #expect(refusal.article == rule.article)
    #expect(try range().refusal(of: Money(fen: 100_000), tier: try tier("mitigated", 20, 90)) == nil)
  }

  @Test("a negative amount, and a rule without a fine")
  func edges() throws {
    #expect(try range().refusal(of: Money(fen: -1), hasApprovedReason: true) != nil)
    var none = rule
    none.formula = .none
    let range = try #require(PenaltyRange(none, quantities: [:]))
    #expect(range.refusal(of: .zero) == nil)
    #expect(range.refusal(of: Money(fen: 1), hasApprovedReason: true) != nil)
  }

  @Test("no range without its quantities")
  func unknown() {
    var perPerson = rule
    perPerson.formula = .perUnit(min: Money(yuan: 100), max: Money(yuan: 500), unit: "workers")
    #expect(PenaltyRange(perPerson, quantities: [:]) == nil)
    #expect(PenaltyRange(perPerson, quantities: ["workers": 2])?.statutory.upper == Money(yuan: 1_000))
    let missing = perPerson.refusal(of: Money(yuan: 100), quantities: [:], hasApprovedReason: true)
    #expect(missing?.remedy.zh.contains("workers") == true && missing?.remedy.en.contains("workers") == true)
    #expect(perPerson.refusal(of: Money(yuan: 100), quantities: ["workers": -1]) != nil)
    #expect(perPerson.refusal(of: Money(yuan: 1_000), quantities: ["workers": 2]) == nil)
    #expect(perPerson.refusal(of: Money(fen: 100_001), quantities: ["workers": 2], hasApprovedReason: true) != nil)
  }
}
