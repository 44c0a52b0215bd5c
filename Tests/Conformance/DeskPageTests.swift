import Casebook
import Casework
import Foundation
import TestKit
import Testing

@testable import OfficeNode

/// The requests of `Protocol/10-desk.md` against the types that are read.
@Suite("The page of the desk")
struct DeskPageTests {
  private struct Value {
    let name: String
    let isOptional: Bool
    let kind: String?
  }

  private struct Request {
    let name: String
    /// Under `_0`; else the request's own.
    let isDraft: Bool
    let values: [Value]
    let replies: [String]
  }

  private func rows(after heading: String) throws -> [[String]] {
    let page = try String(contentsOfFile: RepositoryRoot.path + "/Protocol/10-desk.md", encoding: .utf8)
    let part = try #require(page.components(separatedBy: "\n\(heading)\n").dropFirst().first)
    return part.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { !$0.hasPrefix("| `") && !$0.hasPrefix("|---") }.dropFirst().prefix { $0.hasPrefix("|") }
      .map { $0.dropFirst().dropLast().components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  private func requests() throws -> [String: Request] {
    let all = try rows(after: "### Requests").map { cells in
      try #require(cells.count == 3, "\(cells)")
      let isDraft = cells[1].hasPrefix("`_0`:")
      let values = (isDraft ? String(cells[1].dropFirst(5)) : cells[1]).matches(of: /`(\w+)(\??)`(?: \(([^)]*)\))?/)
        .map { Value(name: String($0.1), isOptional: !$0.2.isEmpty, kind: $0.3.map { String($0) }) }
      return Request(
        name: cells[0].trimmingCharacters(in: ["`"]), isDraft: isDraft, values: values,
        replies: cells[2].matches(of: /`(\w+)`/).map { String($0.1) })
    }
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  }

  /// A value of each kind that the page names.
  private func sample(_ kind: String?, _ all: [String: Request]) throws -> JSONValue {
    let ten = JSONValue.object(["percent": .object(["_0": .number(10)])])
    switch kind {
    case nil: return .text("x")
    case "figure": return .number(7)
    case "flag": return .flag(true)
    case "texts": return .list([.text("x")])
    case "texts by name": return .object(["x": .text("y")])
    case "deadline unit": return .text("working-day")
    case "draw reason": return .text("not-found")
    case "draw size": return ten
    case "list of minimum": return .list([.object(["stratum": .text("x"), "atLeast": ten])])
    case "list of recusal", "list of replacement": return .list([.object(["subject": .text("x"), "officer": .text("y")])])
    case "passphrase": return .object(["bytes": .list([.number(65)])])
    case "since": return .object(["day": .object(["_0": .text("2026-01-06")])])
    case let kind?:
      let name = try #require(kind.firstMatch(of: /`(\w+)`/).map { String($0.1) }, "\(kind)")
      let one = try values(of: try #require(all[name]), all)
      return kind.hasPrefix("list of") ? .list([one]) : one
    }
  }

  private func values(of request: Request, without left: String? = nil, _ all: [String: Request]) throws -> JSONValue {
    let values = try request.values.filter { $0.name != left }.map { ($0.name, try sample($0.kind, all)) }
    return .object(Dictionary(uniqueKeysWithValues: values))
  }

  private func frame(_ request: Request, without left: String? = nil, _ all: [String: Request]) throws -> JSONValue {
    let values = try values(of: request, without: left, all)
    return .object([request.name: request.isDraft ? .object(["_0": values]) : values])
  }

  /// What a request's type holds, by name.
  private func names(in request: DeskRequest) -> Set<String> {
    func names(_ value: Any) -> Set<String> {
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .struct: return Set(mirror.children.compactMap(\.label))
      case .tuple:
        return mirror.children.reduce(into: []) { found, child in
          let inner = names(child.value)
          found.formUnion(inner.isEmpty ? [child.label ?? ""] : inner)
        }
      default: return []
      }
    }
    return Mirror(reflecting: request).children.first.map { names($0.value) } ?? []
  }

  /// The cases that a source file declares, one a line.
  private func cases(of type: String, in file: String) throws -> Set<String> {
    let source = try String(contentsOfFile: RepositoryRoot.path + "/Sources/Casebook/Desk/" + file, encoding: .utf8)
    let body = try #require(source.components(separatedBy: "enum \(type):").dropFirst().first)
    return Set(body.prefix { $0 != "}" }.matches(of: /\n  case (\w+)/).map { String($0.1) })
  }

  @Test("every request is on the page with what it gives, and nothing else is")
  func requestTable() throws {
    let all = try requests()
    #expect(Set(all.keys) == (try cases(of: "DeskRequest", in: "DeskRequest.swift")))
    for request in all.values {
      let whole = try frame(request, all)
      let decoded = try decode(whole)
      // What the type does not know would be gone, what the page does not know would not be among the names.
      #expect(try DeskCodec.decode(JSONValue.self, from: DeskCodec.encode(decoded)) == whole, "\(request.name)")
      let drafts = request.values.compactMap { $0.kind?.hasPrefix("`") == true ? all[$0.kind?.filter { $0 != "`" } ?? ""] : nil }
      let told = (request.values.filter { $0.kind?.hasPrefix("`") != true } + drafts.flatMap(\.values)).map(\.name)
      #expect(names(in: decoded) == Set(told.filter { $0 != "_0" }), "\(request.name)")
      for value in request.values {
        let isTaken = (try? decode(try frame(request, without: value.name, all))) != nil
        #expect(isTaken == value.isOptional, "\(request.name) without \(value.name)")
      }
    }
  }

  private func decode(_ value: JSONValue) throws -> DeskRequest {
    try DeskCodec.decode(DeskRequest.self, from: Array(try JSONEncoder().encode(value)))
  }

  @Test("the second reader takes each request as the product does, and none that lacks a value", .timeLimit(.minutes(2)))
  func secondReader() async throws {
    let all = try requests()
    let folder = NSTemporaryDirectory() + "docket-desk-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for request in all.values {
      for left in [nil] + request.values.map(\.name) {
        let name = request.name + (left.map { "-without-" + $0 } ?? "")
        let bytes = Array(try JSONEncoder().encode(try frame(request, without: left, all)))
        let draft = VectorDraft(
          name, "10-desk.md", "desk-request", bytes,
          refused: request.values.contains { $0.name == left && !$0.isOptional } ? "unexpected" : nil)
        try JSONEncoder().encode(try draft.vector()).write(to: URL(fileURLWithPath: folder + "/" + name + ".json"))
      }
    }
    let result = try await PythonReader.run("vectors", folder)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("every reply is the answer to a request on the page")
  func replies() throws {
    let told = Set(try requests().values.flatMap(\.replies))
    #expect(told == (try cases(of: "DeskReply", in: "DeskReply.swift")))
  }

  @Test("the words that a value may be are all on the page")
  func words() throws {
    let page = try String(contentsOfFile: RepositoryRoot.path + "/Protocol/10-desk.md", encoding: .utf8)
    func told(_ kind: String) throws -> [String] {
      let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| \(kind) |") })
      return line.matches(of: /`([\w-]+\??)`/).map { String($0.1) }
    }
    #expect(try told("deadline unit") == DeadlineUnit.allCases.map(\.rawValue))
    #expect(Set(try told("draw reason")) == Set(DrawReason.allCases.map(\.rawValue)))
    #expect(Set(try told("`progress`").suffix(6)) == Set(DeskProgress.Unit.allCases.map(\.rawValue) + ["bytes?"]))
    for name in try told("since") where name != "_0" {
      let isDay = ["day", "file"].contains(name)
      let since = #"{"\#(name)":{\#(isDay ? #""_0":"x""# : "")}}"#
      let text = #"{"bundleCreate":{"_0":{"office":"1305","path":"x","since":\#(since)}}}"#
      #expect(throws: Never.self, "\(name)") { try DeskCodec.decode(DeskRequest.self, from: Array(text.utf8)) }
    }
  }
}
