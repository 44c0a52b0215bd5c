import Casebook
import Casework
import Foundation
import TestKit
import Testing

@testable import OfficeNode

/// Reads the log calls of the tree: their events and keys are the lists of `LogVocabulary.swift`, and their values come
/// from nowhere that could hold what people register.
@Suite("Every log call keeps to the lists")
struct LogCallTests {
  private struct Call {
    let place: String
    let text: String
    var event: String? { text.firstMatch(of: /^\(\s*"([^"]*)"/).map { String($0.1) } }
    var keys: [String] { text.matches(of: /"([a-zA-Z]+)":/).map { String($0.1) } }
    /// What stands behind `metadata:`, up to the call's end.
    var metadata: String? { text.firstMatch(of: /metadata:\s*/).map { String(text[$0.range.upperBound...]) } }
  }

  /// From the opening bracket at `start` to the one that closes it.
  private func bracketed(_ text: String, from start: String.Index) -> String {
    var depth = 0
    var index = start
    while index < text.endIndex {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      index = text.index(after: index)
      if depth == 0 { break }
    }
    return String(text[start..<index])
  }

  private func calls() throws -> [Call] {
    let root = RepositoryRoot.path + "/Sources/"
    let files = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
    return try files.filter { $0.hasSuffix(".swift") }.sorted().flatMap { path in
      let text = try String(contentsOfFile: root + path, encoding: .utf8)
      return text.matches(of: /\blogger\.(trace|debug|info|notice|warning|error|critical|log)\(/).map { match in
        Call(place: path, text: bracketed(text, from: text.index(before: match.range.upperBound)))
      }
    }
  }

  @Test("events and keys")
  func lists() throws {
    let calls = try calls()
    #expect(calls.count >= 10)
    for call in calls {
      let event = try #require(call.event, "\(call.place): the event is not written out")
      #expect(LogEventName(rawValue: event.replacing(" ", with: "-")) != nil, "\(call.place): \(event)")
      for key in call.keys { #expect(LogKey(rawValue: key) != nil, "\(call.place): \(event): \(key)") }
      // Written out, or made by the one function that knows what an error may say.
      guard let metadata = call.metadata else { continue }
      #expect(
        metadata.hasPrefix("[") || metadata.hasPrefix("LogCause.of(") || metadata.hasPrefix("port.map"),
        "\(call.place): \(event): \(metadata)")
      #expect(!metadata.contains(".message"), "\(call.place): a message is for whoever asked")
      // In the transport an error is a code and the words of a library; elsewhere it may quote what was typed.
      let isQuoted = ["\\(error)", "\\(cause)", "\\(failure)"].contains { metadata.contains($0) }
      #expect(
        !isQuoted || call.place.hasPrefix("PeerTransport/"), "\(call.place): \(event): LogCause knows what may be said")
    }
  }

  @Test("the readers of this test read")
  func reader() throws {
    let text = "x logger.info(\"a b\", metadata: [\"peer\": \"\\(f(1))\"]) y"
    let start = text.index(before: try #require(text.firstMatch(of: /logger\.info\(/)).range.upperBound)
    let call = Call(place: "", text: bracketed(text, from: start))
    #expect(
      call.event == "a b" && call.keys == ["peer"] && call.metadata?.hasPrefix("[") == true && !call.text.contains("y"))
  }
}
