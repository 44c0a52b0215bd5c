/// What a period is counted in. There is no global "day": each rule says its own.
///
/// For example "二日、三日、五日、七日" of 行政处罚法 are working days (第八十五条), "十日以内" of 行政强制法 too
/// (第六十九条), while 民事诉讼法 and most others count calendar days.
public enum DeadlineUnit: String, Sendable, Hashable, Codable, CaseIterable {
  case day
  case workingDay = "working-day"
  case month
  case year

  public var name: Bilingual {
    switch self {
    case .day: Bilingual(zh: "日", en: "days")
    case .workingDay: Bilingual(zh: "个工作日", en: "working days")
    case .month: Bilingual(zh: "个月", en: "months")
    case .year: Bilingual(zh: "年", en: "years")
    }
  }

  /// "5 个工作日", "5 working days".
  public func text(_ count: Int) -> Bilingual {
    Bilingual(
      zh: "\(count) \(name.zh)",
      en: "\(count) " + (count == 1 ? String(name.en.dropLast()) : name.en))
  }
}
