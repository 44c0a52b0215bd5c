/// A day of the civil calendar, as a count of days: no time of day, no time zone, no calendar library.
public struct CivilDate: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let dayNumber: Int32

  /// Greater than every real day.
  public static let distantFuture = CivilDate(dayNumber: .max)

  public init(dayNumber: Int32) { self.dayNumber = dayNumber }

  /// - Returns: `nil` for a day that does not exist, or a year outside 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.daysInMonth(year: year, month: month)
    else { return nil }
    dayNumber = Int32(Self.days(year: year, month: month, day: day))
  }

  /// Strict `YYYY-MM-DD`.
  public init?(_ text: String) {
    let utf8 = Array(text.utf8)
    guard utf8.count == 10, utf8[4] == 0x2D, utf8[7] == 0x2D else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in utf8[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day it is at an instant.
  /// - Parameter utcOffsetMinutes: China keeps one time, eight hours ahead.
  public static func fromUnixMilliseconds(
    _ milliseconds: UInt64, utcOffsetMinutes: Int64 = 480
  ) -> CivilDate {
    let minutes = Int64(milliseconds / 60_000) + utcOffsetMinutes
    return CivilDate(dayNumber: Int32(clamping: Int(minutes).flooredQuotient(by: 1440)))
  }

  public var year: Int { parts.year }
  public var month: Int { parts.month }
  public var day: Int { parts.day }
  /// 1 Monday to 7 Sunday.
  public var weekday: Int { Int((dayNumber % 7 + 7 + 3) % 7) + 1 }

  /// So many days later, or earlier; stays within what `dayNumber` can hold.
  public static func + (date: CivilDate, days: Int) -> CivilDate {
    let (sum, overflows) = Int(date.dayNumber).addingReportingOverflow(days)
    return CivilDate(dayNumber: overflows ? (days > 0 ? .max : .min) : Int32(clamping: sum))
  }

  /// Days from `earlier` to `later`, one of the two counted; negative when they stand the other way round.
  public static func - (later: CivilDate, earlier: CivilDate) -> Int {
    Int(later.dayNumber) - Int(earlier.dayNumber)
  }

  /// The corresponding day of a later month, or that month's last day where there is none (民法典 第二百零二条).
  /// Months beyond what a year from 1 to 9999 can take are cut off.
  public func adding(months: Int) -> CivilDate {
    let (year, month, day) = parts
    let added = min(max(months, -Self.monthsMax), Self.monthsMax)
    let total = min(max(year * 12 + month - 1 + added, 12), 9999 * 12 + 11)
    let (newYear, newMonth) = (total / 12, total % 12 + 1)
    let last = Self.daysInMonth(year: newYear, month: newMonth)
    return CivilDate(dayNumber: Int32(Self.days(year: newYear, month: newMonth, day: min(day, last))))
  }

  /// As with months: 29 February becomes the 28th in a common year.
  public func adding(years: Int) -> CivilDate {
    adding(months: min(max(years, -9999), 9999) * 12)
  }

  public var description: String {
    let (year, month, day) = parts
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  public static func < (lhs: CivilDate, rhs: CivilDate) -> Bool { lhs.dayNumber < rhs.dayNumber }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let date = CivilDate(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date YYYY-MM-DD")
    }
    self = date
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// More months than lie between the years 1 and 9999.
  private static let monthsMax = 120_000

  static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// Days since 1970-01-01, counting years from March so that the leap day is the last of its year.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }

  private var parts: (year: Int, month: Int, day: Int) {
    let shifted = Int(dayNumber) + 719_468
    let era = shifted.flooredQuotient(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}

extension Int {
  /// Rounded down, also below zero.
  func flooredQuotient(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
