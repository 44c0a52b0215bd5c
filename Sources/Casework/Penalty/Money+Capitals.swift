extension Money {
  /// The amount in capitals (大写) as documents carry it: `人民币贰万元整`.
  ///
  /// 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》一至三: 整 follows yuan and not jiao or fen; one 零 for any
  /// run of zeros between figures. Where it leaves a choice, the form it names first: 壹仟陆佰捌拾元零叁角贰分,
  /// 壹拾万柒仟元零伍角叁分.
  public var capitals: String {
    let (yuan, rest) = fen.magnitude.quotientAndRemainder(dividingBy: 100)
    let (jiao, odd) = rest.quotientAndRemainder(dividingBy: 10)
    var text = fen < 0 ? "人民币负" : "人民币"
    if yuan > 0 || rest == 0 { text += Self.figure(yuan) + "元" }
    if rest == 0 { return text + "整" }
    if jiao > 0 {
      if yuan > 0, yuan % 10 == 0 { text += "零" }
      text += Self.figure(jiao) + "角"
    } else if yuan > 0 {
      text += "零"
    }
    return odd > 0 ? text + Self.figure(odd) + "分" : text
  }

  private static let digits = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]
  /// Descending.
  private static let units: [(value: UInt64, name: String)] = [
    (100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾"),
  ]

  private static func figure(_ number: UInt64) -> String {
    guard let unit = units.first(where: { $0.value <= number }) else { return digits[Int(number)] }
    let (count, rest) = number.quotientAndRemainder(dividingBy: unit.value)
    let head = figure(count) + unit.name
    if rest == 0 { return head }
    return head + (rest < unit.value / 10 ? "零" : "") + figure(rest)
  }
}
