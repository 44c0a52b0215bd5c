import Casework
import Foundation
import RegimePacks
import TestKit

/// One requirement, as taken line by line from the bureaus' documents.
struct Requirement {
  let id: String
  let seed: String
  let kind: String
  let text: String
  /// `key`, then what follows it from the comparison sign on, for example `frequency`, `>=2/month`.
  let parameters: [(key: String, value: String)]

  func value(_ key: String) -> String? { parameters.first { $0.key == key }?.value }
}

/// One line of `trace.tsv`.
struct TraceRow {
  let id: String
  let elements: [String]
  let test: String
}

enum TraceTable {
  static let folder = RepositoryRoot.path + "/Tests/Trace/"

  private static func rows(_ name: String) -> [[String]] {
    let text = (try? String(contentsOfFile: folder + name, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  static let requirements: [Requirement] = rows("requirements.tsv").map { cells in
    let parameters = cells[7].split(separator: ";").map { parameter -> (key: String, value: String) in
      let mark = parameter.firstIndex { "=<>".contains($0) } ?? parameter.endIndex
      return (String(parameter[..<mark]), String(parameter[mark...]))
    }
    return Requirement(id: cells[0], seed: cells[1], kind: cells[4], text: cells[5], parameters: parameters)
  }

  static let trace: [TraceRow] = rows("trace.tsv").map { cells in
    TraceRow(id: cells[0], elements: cells[1].split(separator: " ").map(String.init), test: cells.count > 2 ? cells[2] : "")
  }

  static let packs: [RegimePack] = (try? BundledPacks.all().map {
    try PackLoader.load(yaml: $0.yaml, file: $0.code)
  }) ?? []
}
