public import Casework

/// What a person reads of long work: how far, how fast, how long still.
public enum ProgressText {
  /// Percent done, 0 to 100; `nil` where the end is not known.
  public static func percent(_ report: DeskProgress) -> Int? {
    guard report.total > 0 else { return nil }
    return Int(Double(min(max(report.done, 0), report.total)) * 100 / Double(report.total))
  }

  /// Everything but the bar: `4200/10000 条  850 条/秒  约余 7 秒`.
  /// - Parameters:
  ///   - rate: of `done`, in the report's unit.
  ///   - milliseconds: the present, by the clock the rate was told.
  public static func figures(_ report: DeskProgress, _ rate: RateEstimate, at milliseconds: UInt64) -> Bilingual {
    var parts: [Bilingual] = []
    if report.unit != .none {
      let done = report.unit.text(report.done)
      if report.total == 0 {
        parts.append(done)
      } else {
        let total = report.unit.text(report.total)
        let isBytes = report.unit == .bytes
        parts.append(
          Bilingual(
            zh: isBytes ? "\(done.zh)/\(total.zh)" : "\(report.done)/\(total.zh)",
            en: isBytes ? "\(done.en)/\(total.en)" : "\(report.done)/\(total.en)"))
      }
      if let bytes = report.bytes { parts.append(ByteText.of(bytes)) }
      if let speed = rate.perThousandSeconds(at: milliseconds).map({ ($0 + 500) / 1_000 }) {
        let text = report.unit.text(speed)
        parts.append(Bilingual(zh: "\(text.zh)/秒", en: "\(text.en)/s"))
      }
    }
    if report.total > 0, let seconds = rate.secondsLeft(until: report.total, at: milliseconds) {
      let text = span(seconds)
      parts.append(Bilingual(zh: "约余 \(text.zh)", en: "about \(text.en) left"))
    }
    return Bilingual(zh: parts.map(\.zh).joined(separator: "  "), en: parts.map(\.en).joined(separator: "  "))
  }

  /// Two units at the most.
  private static func span(_ seconds: Int) -> Bilingual {
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3_600)
    if hours > 0 { return Bilingual(zh: "\(hours) 小时 \(minutes) 分", en: "\(hours) h \(minutes) min") }
    if minutes > 0 { return Bilingual(zh: "\(minutes) 分 \(seconds % 60) 秒", en: "\(minutes) min \(seconds % 60) s") }
    return Bilingual(zh: "\(seconds) 秒", en: "\(seconds) s")
  }
}
