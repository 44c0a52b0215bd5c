import Casework
import Foundation

/// Numbers and tables as this program prints them.
enum Figures {
  static func whole(_ value: Double) -> String { String(Int(value.rounded())) }

  /// Three digits after the point, without a locale.
  static func short(_ value: Double) -> String {
    let thousandths = Int((value * 1_000).rounded())
    let rest = String(thousandths % 1_000)
    return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  static func print(_ lines: [(name: Bilingual, value: String, must: String)], in language: Language) {
    for line in lines {
      let name = line.name[language]
      // A Chinese character takes two columns.
      let width = name.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
      let value = String(repeating: " ", count: max(0, 12 - line.value.count)) + line.value
      Swift.print(
        name + String(repeating: " ", count: max(1, 44 - width)) + value + (line.must.isEmpty ? "" : "   " + line.must))
    }
  }

  static func warnUnlessOptimised(_ isOptimised: Bool, in language: Language) {
    guard !isOptimised else { return }
    let text = Bilingual(
      zh: "未优化的构建：速度不作数（swift build -c release）。",
      en: "A build without optimisation: its speed says nothing (swift build -c release).")
    Swift.print(text[language])
  }

  /// - Parameter text: as given on the command line.
  static func language(_ text: String?) -> Language {
    let environment = ProcessInfo.processInfo.environment
    let text = text ?? environment["DOCKET_LANG"] ?? environment["LC_ALL"] ?? environment["LANG"] ?? ""
    return text.hasPrefix("en") ? .en : .zh
  }
}
