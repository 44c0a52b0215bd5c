import Casework
import Foundation
import Testing

@Suite("Amounts")
struct MoneyTests {
  @Test(
    "text",
    arguments: [
      (0, "0.00"), (5, "0.05"), (50, "0.50"), (2_000_000, "20000.00"), (-5, "-0.05"), (-12_345, "-123.45"),
      (Int64.max, "92233720368547758.07"), (Int64.min, "-92233720368547758.08"),
    ] as [(Int64, String)])
  func text(fen: Int64, text: String) {
    #expect(Money(fen: fen).description == text)
    #expect(Money(text) == Money(fen: fen))
  }

  @Test("yuan, and the shorter forms of text")
  func yuan() {
    #expect(Money(yuan: 20_000).fen == 2_000_000)
    #expect(Money(yuan: .max) == Money(fen: .max))
    #expect(Money(yuan: .min) == Money(fen: .min))
    #expect(Money("20000") == Money(yuan: 20_000))
    #expect(Money("20000.5") == Money(fen: 2_000_050))
  }

  @Test(
    "what is no amount",
    arguments: [
      "", "-", ".", ".5", "5.", "1.234", "1,000", " 1", "+1", "1.0.0", "１", "--1", "1e3", "92233720368547758.08",
      "-92233720368547758.09", "99999999999999999999",
    ])
  func noAmount(text: String) { #expect(Money(text) == nil) }

  @Test("order")
  func order() {
    #expect(Money(fen: 1) < Money(fen: 2))
    #expect([Money(yuan: 3), Money(yuan: -1), .zero].sorted() == [Money(yuan: -1), .zero, Money(yuan: 3)])
  }

  @Test("arithmetic that leaves the Int64 gives nothing")
  func overflow() {
    let most = Money(fen: .max)
    #expect(most.adding(Money(fen: 1)) == nil)
    #expect(Money(fen: .min).subtracting(Money(fen: 1)) == nil)
    #expect(most.times(2) == nil)
    #expect(most.scaled(by: 101, over: 100, .down) == nil)
    #expect(Money(fen: .min).scaled(by: -1, over: 1, .down) == nil)
    #expect(most.scaled(by: 1, over: 0, .down) == nil)
    #expect(most.scaled(by: .max, over: .max, .down) == most)
    #expect(Money(fen: 2).adding(Money(fen: 3)) == Money(fen: 5))
    #expect(Money(fen: 2).subtracting(Money(fen: 3)) == Money(fen: -1))
    #expect(Money(fen: -2).times(3) == Money(fen: -6))
  }

  @Test(
    "rounding",
    arguments: [
      (10, 1, 4, 2, 3, 3), (9, 1, 4, 2, 3, 2), (11, 1, 4, 2, 3, 3), (8, 1, 4, 2, 2, 2),
      (-10, 1, 4, -3, -2, -3), (-9, 1, 4, -3, -2, -2), (9, -1, 4, -3, -2, -2), (1, 2, 3, 0, 1, 1),
    ] as [(Int64, Int64, Int64, Int64, Int64, Int64)])
  func rounding(fen: Int64, numerator: Int64, denominator: Int64, down: Int64, up: Int64, nearest: Int64) {
    let money = Money(fen: fen)
    #expect(money.scaled(by: numerator, over: denominator, .down) == Money(fen: down))
    #expect(money.scaled(by: numerator, over: denominator, .up) == Money(fen: up))
    #expect(money.scaled(by: numerator, over: denominator, .nearest) == Money(fen: nearest))
  }

  @Test("stored as a whole number of fen")
  func coding() throws {
    let data = try JSONEncoder().encode([Money(fen: 2_000_050)])
    #expect(String(decoding: data, as: UTF8.self) == "[2000050]")
    #expect(try JSONDecoder().decode([Money].self, from: data) == [Money(fen: 2_000_050)])
  }

  /// The examples of 《支付结算办法》附一 stand first.
  @Test(
    "capitals",
    arguments: [
      ("1409.50", "人民币壹仟肆佰零玖元伍角"),
      ("6007.14", "人民币陆仟零柒元壹角肆分"),
      ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
      ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
      ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
      ("325.04", "人民币叁佰贰拾伍元零肆分"),
      ("20000", "人民币贰万元整"),
      ("0", "人民币零元整"),
      ("0.05", "人民币伍分"),
      ("0.50", "人民币伍角"),
      ("0.55", "人民币伍角伍分"),
      ("10", "人民币壹拾元整"),
      ("10.01", "人民币壹拾元零壹分"),
      ("105", "人民币壹佰零伍元整"),
      ("1005", "人民币壹仟零伍元整"),
      ("1050", "人民币壹仟零伍拾元整"),
      ("10005", "人民币壹万零伍元整"),
      ("100500", "人民币壹拾万零伍佰元整"),
      ("1000000", "人民币壹佰万元整"),
      ("100000007", "人民币壹亿零柒元整"),
      ("100001000", "人民币壹亿零壹仟元整"),
      ("110000000", "人民币壹亿壹仟万元整"),
      ("101000000", "人民币壹亿零壹佰万元整"),
      ("1000000000000", "人民币壹万亿元整"),
      ("1050000000000", "人民币壹万零伍佰亿元整"),
      ("9876543210987.65", "人民币玖万捌仟柒佰陆拾伍亿肆仟叁佰贰拾壹万零玖佰捌拾柒元陆角伍分"),
      ("-3.10", "人民币负叁元壹角"),
    ])
  func capitals(text: String, capitals: String) throws {
    #expect(try #require(Money(text)).capitals == capitals)
  }
}
