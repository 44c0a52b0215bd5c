/// An amount of renminbi, kept in whole fen (分): no fractions, no rounding by accident.
///
/// The Int64 holds about ±92 233 万亿元. Arithmetic that leaves it gives `nil`; it never wraps and never traps.
public struct Money: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let fen: Int64

  public static let zero = Money(fen: 0)

  public init(fen: Int64) { self.fen = fen }

  /// An amount beyond what the Int64 of fen holds stays at its end; text is read without this.
  public init(yuan: Int64) {
    let (product, overflows) = yuan.multipliedReportingOverflow(by: 100)
    fen = overflows ? (yuan < 0 ? .min : .max) : product
  }

  /// ASCII digits, with one or two decimals at most: `20000`, `20000.5`, `-0.05`. No separators, no spaces.
  public init?(_ text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let parts = text.utf8.dropFirst(isNegative ? 1 : 0)
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let yuan = parts.first, !yuan.isEmpty, parts.count <= 2 else { return nil }
    let decimals = parts.count == 2 ? Array(parts[1]) : [UInt8(ascii: "0")]
    guard (1...2).contains(decimals.count) else { return nil }
    let padding = [UInt8](repeating: UInt8(ascii: "0"), count: 2 - decimals.count)
    var value: Int64 = 0
    for digit in Array(yuan) + decimals + padding {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let step = Int64(digit - UInt8(ascii: "0")) * (isNegative ? -1 : 1)
      let (shifted, tooLong) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = shifted.addingReportingOverflow(step)
      if tooLong || overflows { return nil }
      value = sum
    }
    fen = value
  }

  public static func < (lhs: Money, rhs: Money) -> Bool { lhs.fen < rhs.fen }

  /// In yuan with two decimals: `20000.00`.
  public var description: String {
    let (yuan, rest) = fen.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(fen < 0 ? "-" : "")\(yuan).\(rest < 10 ? "0" : "")\(rest)"
  }
}

// MARK: - Arithmetic

extension Money {
  public enum Rounding: Sendable, Hashable {
    /// Towards minus infinity.
    case down
    /// Towards plus infinity.
    case up
    /// 四舍五入: a half goes away from zero.
    case nearest
  }

  public func adding(_ other: Money) -> Money? {
    let (sum, overflows) = fen.addingReportingOverflow(other.fen)
    return overflows ? nil : Money(fen: sum)
  }

  public func subtracting(_ other: Money) -> Money? {
    let (difference, overflows) = fen.subtractingReportingOverflow(other.fen)
    return overflows ? nil : Money(fen: difference)
  }

  public func times(_ count: Int64) -> Money? {
    let (product, overflows) = fen.multipliedReportingOverflow(by: count)
    return overflows ? nil : Money(fen: product)
  }

  /// `numerator / denominator` of the amount, in whole fen; exact up to the rounding, however large the product.
  /// - Parameter denominator: Above zero.
  public func scaled(by numerator: Int64, over denominator: Int64, _ rounding: Rounding) -> Money? {
    guard denominator > 0 else { return nil }
    let isNegative = (fen < 0) != (numerator < 0)
    let divisor = denominator.magnitude
    let product = fen.magnitude.multipliedFullWidth(by: numerator.magnitude)
    guard product.high < divisor else { return nil }
    var (quotient, rest) = divisor.dividingFullWidth(product)
    let isAway =
      switch rounding {
      case .down: isNegative && rest > 0
      case .up: !isNegative && rest > 0
      case .nearest: rest >= divisor - rest
      }
    if isAway {
      let (next, overflows) = quotient.addingReportingOverflow(1)
      if overflows { return nil }
      quotient = next
    }
    guard let magnitude = Int64(exactly: quotient) else { return nil }
    return Money(fen: isNegative ? -magnitude : magnitude)
  }
}

extension Money: Codable {
  /// A whole number of fen.
  public init(from decoder: any Decoder) throws { fen = try decoder.singleValueContainer().decode(Int64.self) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(fen)
  }
}
