import Casework
import Foundation
import Testing

/// The packs quote the documents, not a paraphrase: every line is looked up in the document's text.
@Suite("Lines of the documents")
struct DocumentLineTests {
  private static func document(_ name: String) throws -> [String] {
    try String(contentsOfFile: TraceTable.folder + "Documents/" + name, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("each stands in the document at the line the pack names, word for word", arguments: TraceTable.packs.map(\.code))
  func verbatim(code: String) throws {
    let pack = try #require(TraceTable.packs.first { $0.code == code })
    let document = try Self.document(pack.document)
    let groups = pack.duties + pack.boundaries + pack.services + pack.campaigns
    var lines = groups.flatMap(\.lines)
    for regime in pack.regimes {
      lines += regime.basis
      for part in RegimePart.allCases { lines += regime.parts[part]?.lines ?? [] }
    }
    #expect(lines.count > 100)
    for line in lines {
      // A sentence may run on over the page's next lines.
      let text = document[(line.line - 1)..<min(line.line + 12, document.count)].joined(separator: "")
      #expect(Self.bare(text).contains(Self.bare(line.text.zh)), "\(code) line \(line.line): \(line.text.zh)")
      #expect(!line.text.en.isEmpty && line.text.en.utf8.allSatisfy { $0 != 0x09 })
    }
  }

  private static func bare(_ text: String) -> String { text.filter { !$0.isWhitespace } }

  @Test("each of the six parts has lines or a word why it has none", arguments: TraceTable.packs.map(\.code))
  func parts(code: String) throws {
    let pack = try #require(TraceTable.packs.first { $0.code == code })
    for regime in pack.regimes {
      for part in RegimePart.allCases {
        switch try #require(regime.parts[part], "\(regime.id) \(part)") {
        case .lines(let lines): #expect(!lines.isEmpty)
        case .absent(let why): #expect(!why.zh.isEmpty && !why.en.isEmpty)
        case .merged(let other): #expect(regime.parts[other]?.lines.isEmpty == false)
        }
      }
    }
  }
}
