import Casework
import Foundation
import RegimePacks
import TestKit
import Testing

/// A pack with forty planted mistakes gets forty messages, in one run, each with its place and its remedy.
@Suite("Forty mistakes in one pack")
struct PlantedMistakeTests {
  private static let file = RepositoryRoot.path + "/Tests/RegimePacksTests/Packs/forty-mistakes.yaml"

  @Test("each planted mistake is found at its line, and nothing else")
  func forty() throws {
    let yaml = try String(contentsOfFile: Self.file, encoding: .utf8)
    // A mistake stands on a line that ends in `# !` and the kinds found there, one for each.
    var planted: [String] = []
    for (index, line) in yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let mark = line.firstRange(of: "# ! ") else { continue }
      planted += line[mark.upperBound...].split(separator: " ").map { "\(index + 1) \($0)" }
    }
    #expect(planted.count == 40)
    var found: [PackMistake] = []
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: "forty")
    } catch {
      found = error.mistakes
    }
    let lines = found.map { "\($0.line) \($0.kind.rawValue)" }
    #expect(lines.sorted() == planted.sorted(), "\(Set(lines).symmetricDifference(planted).sorted())")
    for mistake in found {
      #expect(!mistake.message.zh.isEmpty && !mistake.message.en.isEmpty, "\(mistake)")
      #expect(!mistake.remedy.zh.isEmpty && !mistake.remedy.en.isEmpty, "\(mistake)")
    }
  }

  /// Sizes that would take gigabytes if they were expanded or nested; the time is the test run's own limit.
  @Test("hostile packs are refused before they cost anything", arguments: [
    ("nesting", String(repeating: "[", count: 1_000_000)), ("size", String(repeating: "x: y\n", count: 400_000)),
    ("aliases", "a: &a [x, x, x, x, x, x, x, x, x]\n" + (0..<60).map { "b\($0): &b\($0) [*a, *a, *a]\n" }.joined()),
    ("numbers", "pack: {code: a, version: 99999999999999999999999999999}\n"),
    ("lines", "pack: {code: a}\nlines: |\n" + String(repeating: "  x\n", count: 200_000)),
    ("keys", (0..<60_000).map { "k\($0): 1\n" }.joined()),
    ("key, twice and again", String(repeating: "a: 1\n", count: 200_000)),
    ("elements", "a: [" + String(repeating: "x,", count: 500_000) + "x]\n"),
    ("digits", "pack: {code: a, version: " + String(repeating: "9", count: 1_000_000) + "}\n"),
    ("one text", "a: " + String(repeating: "x", count: PackLimits.textBytesMax - 4) + "\n"),
  ])
  func hostile(name: String, yaml: String) {
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: name)
      Issue.record("\(name) was accepted")
    } catch {
      #expect(!error.mistakes.isEmpty && error.mistakes.count <= PackLimits.mistakesMax)
    }
  }

  /// What looks quoted is none: a quotation mark within a plain text. An aliased list as a key is walked while the tree
  /// is built, twice as long for each of the forty.
  @Test("a bomb of aliases behind a quotation mark, a comment or the table of lines is found", arguments: [
    { "[x \"y, \($0), c\"]" }, { "[x, # y\r\($0)]" },
  ] as [@Sendable (String) -> String])
  func hiddenBomb(hide: @Sendable (String) -> String) {
    let levels = (0..<40).map { level in
      "  - " + hide(level == 0 ? "&b0 [q, q]" : "&b\(level) [*b\(level - 1), *b\(level - 1)]") + "\n"
    }.joined()
    let yaml = "a:\n\(levels)  - \(hide("{? *b39 : 1}"))\n"
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: "bomb")
      Issue.record("accepted")
    } catch {
      #expect(error.mistakes.map(\.kind) == [.alias])
    }
    #expect(WorkflowLibrary.selfContained(yaml) == yaml)
  }

  @Test("a quoted & or * alone is a text, and so is R&D")
  func quotedSigns() throws {
    let yaml = try #require(try BundledPacks.all().first { $0.code == "haigang" }).yaml
    for text in ["\"see *note\"", "\"x &y\"", "\"R&D, 2*3, a & b * c\""] {
      let changed = yaml.replacing(/document: [^}]+/, with: "document: \(text)", maxReplacements: 1)
      #expect(changed != yaml)
      #expect(try PackLoader.load(yaml: changed, file: "signs").document == text.dropFirst().dropLast())
    }
  }

  @Test("no pack has an act of the built-in transfer's id")
  func reservedAct() throws {
    let yaml = WorkflowLibrary.selfContained(try #require(try BundledPacks.all().first { $0.code == "renxian" }).yaml)
    let changed = yaml.replacing("id: takeover", with: "id: transfer")
    #expect(changed != yaml)
    do throws(PackError) {
      _ = try PackLoader.load(yaml: changed, file: "transfer")
      Issue.record("accepted")
    } catch {
      #expect(error.mistakes.contains { $0.kind == .badValue && $0.path.hasSuffix(".id") && $0.message.zh.contains("移交") })
    }
  }
}
