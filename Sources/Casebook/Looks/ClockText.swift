public import Casework

/// A moment as people here read it.
public enum ClockText {
  /// China's time, to the minute: `2026-11-20 09:05`.
  public static func of(_ milliseconds: UInt64) -> String {
    let minutes = Int((milliseconds / 60_000 + 480) % 1440)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(CivilDate.fromUnixMilliseconds(milliseconds)) \(two(minutes / 60)):\(two(minutes % 60))"
  }

  /// How long something lasted, in its largest unit.
  public static func span(_ milliseconds: UInt64) -> Bilingual {
    let seconds = milliseconds / 1_000
    return switch seconds {
    case ..<60: Bilingual(zh: "\(seconds) 秒", en: "\(seconds) s")
    case ..<3_600: Bilingual(zh: "\(seconds / 60) 分钟", en: "\(seconds / 60) min")
    case ..<172_800: Bilingual(zh: "\(seconds / 3_600) 小时", en: "\(seconds / 3_600) h")
    default: Bilingual(zh: "\(seconds / 86_400) 天", en: "\(seconds / 86_400) days")
    }
  }
}
