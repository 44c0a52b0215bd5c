import Foundation
import TestKit
import Testing

/// The page of other systems' failures is complete, and every test it names exists.
@Suite("What went wrong elsewhere")
struct FailureTableTests {
  private struct Row {
    let number: Int
    let holding: String
  }

  /// Rows under a heading of the page: the first cell is the number, the last says where it is held.
  private func rows(under heading: String) throws -> [Row] {
    let page = try String(contentsOfFile: RepositoryRoot.path + "/Protocol/failures.md", encoding: .utf8)
    let parts = page.components(separatedBy: "\n## ")
    let part = try #require(parts.first { $0.hasPrefix(heading) }, "no heading \(heading)")
    return part.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("|"), let number = cells.first.flatMap({ Int($0) }), let last = cells.last else { return nil }
      return Row(number: number, holding: last)
    }
  }

  /// Names in backquotes of the form `Suite/test`.
  private func named(in text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 && $0.element.contains("/") }.map { String($0.element) }
  }

  /// `Suite/test` of every function marked `@Test` in the tree.
  private func existing() throws -> Set<String> {
    let root = RepositoryRoot.path + "/Tests/"
    let files = try #require(FileManager.default.enumerator(atPath: root))
    var names: Set<String> = []
    for case let path as String in files where path.hasSuffix(".swift") {
      var suite = ""
      var isMarked = false
      for line in try String(contentsOfFile: root + path, encoding: .utf8).split(separator: "\n") {
        let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }).map(String.init)
        if !line.hasPrefix(" "), let index = words.firstIndex(where: { ["struct", "class", "enum"].contains($0) }),
          index + 1 < words.count
        {
          suite = words[index + 1]
        }
        if words.first == "@Test" { isMarked = true }
        if isMarked, let index = words.firstIndex(of: "func"), index + 1 < words.count {
          names.insert("\(suite)/\(words[index + 1])")
          isMarked = false
        }
      }
    }
    return names
  }

  @Test("no row is missing, and each names tests that exist, or says why it cannot happen or what is not yet built",
    arguments: [("Failures of others", 34), ("Tests of others", 45), ("What the simulator found", 31)])
  func table(heading: String, count: Int) throws {
    let rows = try rows(under: heading)
    #expect(rows.map(\.number) == Array(1...count))
    let existing = try existing()
    #expect(existing.contains("FailureTableTests/table"))
    for row in rows {
      let tests = named(in: row.holding)
      for test in tests { #expect(existing.contains(test), "row \(row.number): no test \(test)") }
      if tests.isEmpty {
        let isSaid = row.holding.hasSuffix(".")
          && (row.holding.hasPrefix("not yet: ") || row.holding.split(separator: " ").count >= 4)
        #expect(isSaid, "row \(row.number): neither a test nor a sentence")
      }
      // What is left is said at the beginning of the cell and in these words, so that it can be counted.
      if row.holding.lowercased().contains("not yet") {
        #expect(row.holding.hasPrefix("not yet: "), "row \(row.number)")
      }
    }
  }
}
