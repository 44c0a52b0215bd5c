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

  /// One line a figure.
  struct Line {
    var name: Bilingual
    var value: String
    /// What it must reach, and what would be ahead (DESIGN section 8); empty where nothing is demanded.
    var must: String
    var ahead: String

    init(_ name: Bilingual, _ value: String, must: String = "", ahead: String = "") {
      (self.name, self.value, self.must, self.ahead) = (name, value, must, ahead)
    }
  }

  static func print(_ lines: [Line], in language: Language) {
    if lines.contains(where: { !$0.ahead.isEmpty }) {
      let (must, ahead) = (Bilingual(zh: "要求", en: "must"), Bilingual(zh: "领先", en: "ahead"))
      Swift.print(String(repeating: " ", count: 59) + padded(must[language], to: 11) + ahead[language])
    }
    for line in lines {
      let value = String(repeating: " ", count: max(0, 12 - line.value.count)) + line.value
      let demands = line.ahead.isEmpty ? line.must : padded(line.must, to: 11) + line.ahead
      Swift.print(padded(line.name[language], to: 44) + value + (demands.isEmpty ? "" : "   " + demands))
    }
  }

  private static func padded(_ text: String, to columns: Int) -> String {
    // A Chinese character takes two columns.
    let width = text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
    return text + String(repeating: " ", count: max(1, columns - width))
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
