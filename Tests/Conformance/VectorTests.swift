import Foundation
import Replication
import TestKit
import Testing

@testable import Casebook
@testable import OfficeNode

@Suite("Vectors of the protocol", .serialized)
struct VectorTests {
  /// Set by hand to write the vectors that are not there yet; one that is to be written anew is deleted first.
  private static let writes = "DOCKET_WRITE_VECTORS"

  @Test("every file gives exactly what it says")
  func files() throws {
    if ProcessEnvironment.value(Self.writes) == "1" {
      let present = Set((try? ProtocolVector.all().map(\.name)) ?? [])
      for draft in try VectorDraft.all() where !present.contains(draft.name) { try draft.vector().write() }
    }
    let vectors = try ProtocolVector.all()
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let outcome = try #require(vector.outcome, "\(vector.name) says neither what is read nor what is refused")
      let isAsserted = try VectorReading(vector).outcome() == outcome
      #expect(isAsserted, "\(vector.name)")
      let page = RepositoryRoot.path + "/Protocol/" + vector.page
      #expect(FileManager.default.fileExists(atPath: page), "\(vector.name)")
    }
  }

  @Test("the files are those that the code writes")
  func drafts() throws {
    let drafts = try VectorDraft.all()
    let vectors = Dictionary(uniqueKeysWithValues: try ProtocolVector.all().map { ($0.name, $0) })
    #expect(Set(drafts.map(\.name)).count == drafts.count)
    #expect(Set(drafts.map(\.name)) == Set(vectors.keys))
    for draft in drafts {
      let vector = try draft.vector()
      let file = vectors[draft.name]
      // Compared before it is expected: a failure then names the vector, and does not print two of them.
      let isSame =
        draft.isReproducible ? file == vector : file?.reads == vector.reads && file?.refused == vector.refused
      #expect(isSame, "\(draft.name)")
    }
  }

  @Test("every kind of refusal has a vector", arguments: [
    ("items", ["unsigned", "integer", "bytes", "text", "flag", "null", "array", "value", "header", "entry", "payload"]),
    ("chains", ["chain"]), ("charters", ["charters"]), ("dossiers", ["dossier"]), ("sessions", ["session"]),
    ("blobs", ["blob-manifest", "blob-chunk"]), ("runs", ["run"]), ("bundles", ["bundle"]), ("codes", ["invitation"]),
  ])
  func refusals(what: String, reads: [String]) throws {
    let refused = Set(try ProtocolVector.all().filter { reads.contains($0.reads) }.compactMap(\.refused))
    let wanted: [String] =
      switch what {
      case "items": CBORReader.Failure.allCases.map(\.rawValue)
      case "chains": ChainFailure.Code.allCases.map(\.rawValue)
      // What a session is closed for by what the other says; of the rest, runs out of scope are left and forks are kept.
      case "sessions":
        Set(SyncFrame.CloseCode.allCases).subtracting(
          [.normal, .outOfScope, .fork, .internalFailure, .shuttingDown, .superseded]
        ).map(\.name)
      // Payloads are hashed by the reader, and a run without items is no frame.
      case "runs": ChainFailure.Code.allCases.filter { ![.empty, .payloadAltered].contains($0) }.map(\.rawValue)
      case "bundles":
        ["not-a-bundle", "altered", "no-charter"]
          + ChainFailure.Code.allCases.filter { $0 != .unknownSuite }.map(\.rawValue)
      case "codes": ["mistyped"]
      case "dossiers": DossierEntry.Failure.allCases.map(\.rawValue) + ["not-above", "piece-missing", "guest-refused"]
      // A vector of two gibibytes would show it: `BlobTests`.
      case "blobs": BlobFailure.allCases.filter { $0 != .tooLarge }.map(\.rawValue)
      case "charters": OfficeTree.Failure.allCases.map(\.rawValue)
      default: []
      }
    #expect(!wanted.isEmpty && Set(wanted).subtracting(refused).isEmpty, "\(Set(wanted).subtracting(refused))")
  }

  @Test("every rule that keeps an entry from being valid has a log that it judges")
  func judged() throws {
    let rules = try ProtocolVector.all().filter { $0.reads == "bundle" }
      .flatMap { $0.expected?["judged"]?.list ?? [] }.compactMap { $0["rule"]?.text }
    let valid: Set<ClassRule> = [.undisputed, .receiptedInTime, .ratified, .witnessedBranch]
    #expect(Set(rules) == Set(ClassRule.allCases.filter { !valid.contains($0) }.map(\.rawValue)))
  }

  @Test("every refusal of a vector is named on its page, or with the encoding on page 2; the codes of page 6 have vectors")
  func named() throws {
    let folder = RepositoryRoot.path + "/Protocol/"
    let encoding = try String(contentsOfFile: folder + "2-entry.md", encoding: .utf8)
    for vector in try ProtocolVector.all() {
      guard let refused = vector.refused else { continue }
      let page = try String(contentsOfFile: folder + vector.page, encoding: .utf8)
      #expect(page.contains("`\(refused)`") || encoding.contains("`\(refused)`"), "\(vector.name): \(refused)")
    }
    let transport = try String(contentsOfFile: folder + "6-transport.md", encoding: .utf8)
    let codes = try ProtocolVector.all().filter { $0.reads == "enrolment" }.compactMap { $0.expected?["code"]?.text }
    let listed = try #require(transport.firstMatch(of: /or `\[18, code\]`: ([^;]+);/)).1
    let told = listed.matches(of: /`(\w+)`/).map { String($0.1) }
    #expect(told.count == 5 && Set(codes) == Set(told + ["revoked"]))
  }

  @Test("every frame, close and kind of change has a vector, and both suites sign")
  func successes() throws {
    let read = try ProtocolVector.all().filter { $0.refused == nil }
    let frames = Set(read.filter { $0.reads == "frame" }.compactMap { $0.expected?["frame"]?.text })
    #expect(
      frames == [
        "hello", "frontier", "entries", "run", "credit", "done", "settled", "want", "positions", "close", "ping", "begun",
        "continuation", "tree",
      ])
    let closes = read.filter { $0.reads == "frame" }.compactMap { $0.expected?["code"]?.number }
    #expect(Set(closes).isSuperset(of: SyncFrame.CloseCode.allCases.map { Int64($0.rawValue) }))
    let changes = read.filter { $0.reads == "payload" }.flatMap { $0.expected?["changes"]?.list ?? [] }
    let kinds = Set(changes.compactMap { $0["kind"]?.number })
    #expect(kinds.union([7]).isSuperset(of: 1...10) && read.contains { $0.reads == "fork-proof" })
    for name in ["chain-ed25519", "chain-sm2", "entry-ed25519", "entry-sm2"] {
      #expect(read.contains { $0.name == name })
    }
  }

  @Test("every exit code has a failure, and every form of an answer a vector")
  func desk() throws {
    let answers = try ProtocolVector.all().filter { $0.reads == "desk-answer" }.compactMap { $0.expected?["answer"] }
    let kinds = answers.compactMap { $0["failure"]?["_0"]?["kind"]?.number }
    #expect(Set(kinds) == Set(DeskFailure.Kind.allCases.map { Int64($0.rawValue) }))
    for form in ["progress", "reply", "failure"] { #expect(answers.contains { $0[form] != nil }, "\(form)") }
    // What has one key alone is written in one way only: the page's example is what goes over the socket.
    for name in ["desk-request-subjects", "desk-answer-subjects"] {
      let bytes = try #require(Hexadecimal.bytes(try vector(name).input))
      let again =
        name.contains("request")
        ? try DeskCodec.encode(DeskCodec.decode(DeskRequest.self, from: bytes))
        : try DeskCodec.encode(DeskCodec.decode(DeskAnswer.self, from: bytes))
      #expect(again == bytes, "\(name)")
    }
  }

  private func vector(_ name: String) throws -> ProtocolVector {
    try #require(try ProtocolVector.all().first { $0.name == name }, "\(name)")
  }

  @Test("each numbered page has a worked example, and its bytes are those of the vector it names", arguments: 1...10)
  func pages(number: Int) throws {
    let folder = RepositoryRoot.path + "/Protocol"
    let page = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("\(number)-") })
    let text = try String(contentsOfFile: folder + "/" + page, encoding: .utf8)
    let blocks = text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      .filter { $0.hasPrefix("hex ") }
    #expect(!blocks.isEmpty)
    let vectors = Dictionary(uniqueKeysWithValues: try ProtocolVector.all().map { ($0.name, $0) })
    for block in blocks {
      let lines = block.split(separator: "\n")
      let vector = try #require(vectors[String(lines[0].dropFirst(4))], "\(page): \(lines[0])")
      let hex = lines.dropFirst().map { $0.prefix { $0 != ";" }.filter { !$0.isWhitespace } }.joined()
      #expect(hex == vector.input && vector.page == page, "\(page): \(vector.name)")
    }
  }
}
