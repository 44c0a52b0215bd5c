import Casework
import Foundation
import Testing

/// The bundled calendar and the vector files, found from this file's place in the tree.
enum CalendarFixture {
  /// Every notice up to that of 2026.
  static func notices() throws -> HolidayTable { try HolidayTable(csv: noticesText()) }

  static func noticesText() throws -> String {
    try text("Sources/RegimePacks/Calendar/holidays.csv")
  }

  /// Weekends only, but with notices, so that nothing is provisional.
  static let plain = HolidayTable(entries: [], years: Set(2000...2100))

  /// Lines of a vector file without comments and blank lines, split at `separator`; the first names the columns.
  static func rows(_ name: String, separator: Character) throws -> [[String]] {
    try text("Tests/CaseworkTests/Vectors/\(name)").split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: separator, omittingEmptySubsequences: false).map(String.init) }
  }

  private static func text(_ path: String) throws -> String {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    return try String(contentsOfFile: root.joined(separator: "/") + "/" + path, encoding: .utf8)
  }
}
