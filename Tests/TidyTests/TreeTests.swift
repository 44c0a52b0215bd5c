import Foundation
import TestKit
import Testing

@Suite("The tree keeps its own rules")
struct TreeTests {
  private struct Source {
    let module: String
    let path: String
    let lines: [String]
  }

  private func sources() throws -> [Source] {
    let root = RepositoryRoot.path + "/Sources/"
    let files = try #require(FileManager.default.enumerator(atPath: root))
    return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      Source(
        module: String(path.prefix { $0 != "/" }), path: path,
        lines: try String(contentsOfFile: root + path, encoding: .utf8).components(separatedBy: "\n"))
    }
  }

  /// Module named by an import line, whatever stands before it.
  private func imported(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
      words[..<index].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains($0) })
    else { return nil }
    let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let name = kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
    return String(name.prefix { $0 != "." })
  }

  /// The line without comments and string literals.
  private func code(_ line: String) -> String {
    var result = ""
    var isQuoted = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isQuoted.toggle() }
      if !isQuoted, character == "/", previous == "/" { return String(result.dropLast()) }
      if !isQuoted || character == "\"" { result.append(character) }
      previous = character
    }
    return result
  }

  @Test("every file imports only what its module may")
  func imports() throws {
    #expect(imported("@preconcurrency public import struct NIOCore.ByteBuffer") == "NIOCore")
    #expect(imported("  // import GRDB") == nil)
    var seen: Set<String> = []
    for source in try sources() {
      let allowed = try #require(ImportTable.allowed[source.module], "no row for \(source.module)")
      seen.insert(source.module)
      for line in source.lines {
        if let name = imported(line) { #expect(allowed.contains(name), "\(source.path) imports \(name)") }
      }
    }
    #expect(seen == Set(ImportTable.allowed.keys))
  }

  /// Whether the code has the call as a word of its own: `Date(`, not `CivilDate(`.
  private func calls(_ call: String, in code: String) -> Bool {
    code.ranges(of: call).contains { range in
      guard call.first?.isLetter == true, range.lowerBound > code.startIndex else { return true }
      let before = code[code.index(before: range.lowerBound)]
      return !before.isLetter && !before.isNumber && before != "_"
    }
  }

  @Test("banned calls")
  func calls() throws {
    #expect(code("let a = 1 // try! this") == "let a = 1 ")
    #expect(!code("say(\"try! it\")").contains("try!"))
    #expect(calls("Date(", in: "let a = Date()") && !calls("Date(", in: "CivilDate(text)"))
    for source in try sources() {
      for (index, line) in source.lines.enumerated() {
        let code = code(line)
        let isInvariant = index > 0 && source.lines[index - 1].contains("// invariant:")
        for (call, instead) in ImportTable.bannedAnywhere where code.contains(call) && !isInvariant {
          Issue.record("\(source.path):\(index + 1) \(call): \(instead)")
        }
        if ImportTable.deterministic.contains(source.module), ImportTable.exempt[source.path] == nil {
          for (call, instead) in ImportTable.bannedInPure where calls(call, in: code) {
            Issue.record("\(source.path):\(index + 1) \(call): \(instead)")
          }
        }
      }
    }
  }

  @Test("files over 500 lines have a reason")
  func lengths() throws {
    let long = try sources().filter { $0.lines.count > 501 }.map(\.path)
    #expect(Set(long) == Set(ImportTable.longFiles.keys))
  }

  @Test("nothing left for later, no placeholder")
  func leftovers() throws {
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "placeholder" + "\n"]
    for source in try sources() {
      let text = source.lines.joined(separator: "\n")
      for word in words { #expect(!text.contains(word), "\(source.path): \(word)") }
      #expect(!source.path.contains("Placeholder"))
    }
  }

  @Test("top level is exactly the owner's list")
  func topLevel() throws {
    let expected: Set = ["Package.swift", "Sources", "Tests", "Protocol", "deploy", "README.md", "LICENSE"]
    let found = try FileManager.default.contentsOfDirectory(atPath: RepositoryRoot.path)
      .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
    #expect(Set(found) == expected)
  }
}
