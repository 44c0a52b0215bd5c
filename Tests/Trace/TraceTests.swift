import Casework
import Foundation
import TestKit
import Testing

/// Every requirement of the five documents, what realises it, and the test that shows it.
@Suite("Trace from the documents to packs, code and tests")
struct TraceTests {
  @Test("all 1,528 requirements are traced, once")
  func complete() {
    let ids = TraceTable.requirements.map(\.id)
    #expect(ids.count == 1528)
    #expect(TraceTable.trace.map(\.id).sorted() == ids.sorted())
  }

  @Test("every element named exists")
  func elements() {
    for row in TraceTable.trace {
      #expect(!row.elements.isEmpty, "\(row.id)")
      for path in row.elements {
        if path.hasPrefix("code:") {
          #expect(FileManager.default.fileExists(atPath: RepositoryRoot.path + "/" + path.dropFirst(5)), "\(row.id) \(path)")
        } else {
          #expect(PackElement.at(path, in: TraceTable.packs) != nil, "\(row.id) \(path)")
        }
      }
    }
  }

  @Test("every test named exists")
  func tests() throws {
    var sources: [String: String] = [:]
    for row in TraceTable.trace {
      let parts = row.test.split(separator: "#").map(String.init)
      try #require(parts.count == 2, "\(row.id) \(row.test)")
      if sources[parts[0]] == nil {
        sources[parts[0]] = try String(contentsOfFile: RepositoryRoot.path + "/" + parts[0], encoding: .utf8)
      }
      #expect(sources[parts[0]]?.contains("func \(parts[1])(") == true, "\(row.id) \(row.test)")
    }
  }

  @Test("the line a requirement was taken from stands in the pack with the requirement's parameters")
  func lines() throws {
    let requirements = Dictionary(uniqueKeysWithValues: TraceTable.requirements.map { ($0.id, $0) })
    for row in TraceTable.trace {
      guard let requirement = requirements[row.id], case .line(let line)? = PackElement.at(row.elements[0], in: TraceTable.packs)
      else {
        Issue.record("\(row.id): its first element is no line")
        continue
      }
      #expect(line.text.zh == requirement.text, "\(row.id)")
      #expect(requirement.value("line") == "=\(line.line)", "\(row.id)")
      var terms: [String: String] = [:]
      for parameter in requirement.parameters where parameter.key != "line" {
        let value = parameter.value.hasPrefix("=") ? String(parameter.value.dropFirst()) : parameter.value
        terms[parameter.key] = terms[parameter.key].map { "\($0) \(value)" } ?? value
      }
      #expect(line.terms == terms, "\(row.id)")
    }
  }

  @Test("a number that is a rule is the number of the element that carries it out")
  func figures() {
    let rows = Dictionary(uniqueKeysWithValues: TraceTable.trace.map { ($0.id, $0) })
    for requirement in TraceTable.requirements {
      let elements = (rows[requirement.id]?.elements ?? []).compactMap { PackElement.at($0, in: TraceTable.packs) }
      for demand in FigureDemand.demands(of: requirement) {
        #expect(elements.contains { demand.isMet(by: $0) }, "\(requirement.id): \(demand)")
      }
    }
  }
}
