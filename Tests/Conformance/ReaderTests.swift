import Foundation
import Replication
import SignatureSuites
import TestKit
import Testing

@testable import Casebook

@Suite("A second reader, written from the pages alone", .timeLimit(.minutes(20)))
struct ReaderTests {
  @Test("gives for every vector what the vector says")
  func vectors() async throws {
    let result = try await PythonReader.run("vectors", ProtocolVector.folder)
    #expect(result.status == 0, "\(result.errors)")
    let checked = Set(result.output["checked"]?.list?.compactMap(\.text) ?? [])
    #expect(checked == Set(try ProtocolVector.all().map(\.name)))
  }

  @Test("notices a vector that says something else")
  func wrongVector() async throws {
    var vector = try #require(try ProtocolVector.all().first { $0.name == "register-resolved" })
    let folder = NSTemporaryDirectory() + "docket-vectors-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func check() async throws -> PythonReader.Result {
      try JSONEncoder().encode(vector).write(to: URL(fileURLWithPath: folder + "/register-resolved.json"))
      return try await PythonReader.run("vectors", folder)
    }
    #expect(try await check().status == 0)
    vector.expected = .object(["versions": .list([]), "replaced": .list([])])
    #expect(try await check().status == 1)
    vector.expected = nil
    #expect(try await check().status == 1)
  }

  @Test("reads the same values, order and classes out of a log of both suites", arguments: [1, 2, 3] as [UInt64])
  func log(seed: UInt64) async throws {
    let sample = try SampleLog(seed: seed, rounds: 60)
    let node = sample.province
    let ours = try LogReading.shown(node.storage, context: node.context)
    let file = try TemporaryFile(try sample.bundle().encoded)
    let theirs = try await PythonReader.run(
      "read", "--root", Hexadecimal.string(node.context.tree.rootKey.bytes), file.path)
    #expect(theirs.status == 0, "\(theirs.output) \(theirs.errors)")
    for (name, value) in ours {
      // Compared before it is expected: a failure then says which part, not all of it twice.
      let isSame = theirs.output[name] == value
      #expect(isSame, "\(name)")
    }
    // The course has met what it is to show.
    let firsts = node.storage.heads().flatMap { node.storage.entries(of: $0.stream, from: 1, bytesMax: 1) }
    #expect(Set(firsts.map(\.header.suite)) == Set(SuiteID.allCases))
    #expect(ours["judged"]?.list?.isEmpty == false && ours["files"]?.list?.isEmpty == false)
    #expect(ours["records"]?.list?.contains { $0["conflicts"] != .object([:]) } == true)
  }

  @Test("the projection made again from the log says the same", arguments: [1, 2, 3] as [UInt64])
  func rebuilt(seed: UInt64) throws {
    let node = try SampleLog(seed: seed, rounds: 60).province
    let before = try LogReading.shown(node.storage, context: node.context)
    var projector = Projector(context: node.context)
    try projector.rebuild(in: node.storage)
    let after = try LogReading.shown(node.storage, context: projector.context)
    for (name, value) in before {
      let isSame = after[name] == value
      #expect(isSame, "\(name)")
    }
  }

  /// A fault, and the first entry that is wrong by it.
  enum Fault: String, CaseIterable {
    case flippedPayload, flippedSignature, flippedHeader, dropped, swapped, forgedCharter, otherRoot, cutEntry
  }

  @Test("both readers name the first wrong entry of a log with a planted fault", arguments: Fault.allCases)
  func planted(fault: Fault) async throws {
    var bundle = try SampleLog(seed: 4, rounds: 40).bundle()
    var root = try FixedKeys.signer(.ed25519, 0).publicKey.fingerprint(using: Ed25519Suite())
    let city = try FixedKeys.signer(.sm2, 1).publicKey.fingerprint(using: SM2Suite())
    // A run of the city's (SM2), with entries before and after the one at fault.
    let place = try #require(bundle.runs.firstIndex { $0.stream.author == city && $0.entries.count >= 4 })
    func alter(_ change: (inout [[UInt8]]) throws -> Void) rethrows { try change(&bundle.runs[place].entries) }
    func parts(_ bytes: [UInt8]) throws -> [[UInt8]] {
      let entry = try Entry(decoding: bytes)
      return [entry.headerBytes, entry.signature, entry.payload]
    }
    func joined(_ parts: [[UInt8]]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(parts.count)
        for part in parts { $0.byteString(part) }
      }
    }
    func flip(_ part: Int) throws {
      try alter { entries in
        var pieces = try parts(entries[1])
        pieces[part][pieces[part].count - 1] ^= 1
        entries[1] = joined(pieces)
      }
    }
    var (code, at, stream) = ("", 2 as Int64, bundle.runs[place].stream)
    switch fault {
    case .flippedPayload:
      try flip(2)
      code = "payload-altered"
    case .flippedSignature:
      try flip(1)
      code = "bad-signature"
    case .flippedHeader:
      // Its last byte is the schema's version, or of the hash of the receipt seen.
      try flip(0)
      code = "bad-signature"
    case .dropped:
      alter { $0.remove(at: 1) }
      (code, at) = ("gap", 3)
    case .swapped:
      alter { $0.swapAt(1, 2) }
      (code, at) = ("gap", 3)
    case .forgedCharter:
      // A stranger charters itself under the province, in a stream of its own.
      let author = try FixedAuthor(.ed25519, 1, audience: .down)
      let charter = try Fixed.charter("14", "伪", under: "13", key: author.signer.publicKey, transport: 9)
      let entry = try author.entry([.charter(charter)])
      bundle.runs.append((author.stream, [entry.encoded]))
      (code, at, stream) = ("no-charter", 1, author.stream)
    case .otherRoot:
      root = city
      (code, at, stream) = ("no-charter", 1, bundle.runs[0].stream)
    case .cutEntry:
      alter { $0[1].removeLast() }
      code = "truncated"
    }
    let file = try TemporaryFile(bundle.encoded)
    let theirs = try await PythonReader.run("read", "--root", Hexadecimal.string(root.bytes), file.path)
    #expect(theirs.status == 1)
    #expect(theirs.output == .object(["refused": .text(code), "at": .number(at), "stream": Shown.stream(stream)]))
    let vector = ProtocolVector(
      name: fault.rawValue, page: "7-bundle.md", reads: "bundle", given: .object(["root": Shown.hex(root.bytes)]),
      input: Hexadecimal.string(bundle.encoded), expected: nil, refused: nil, at: nil)
    #expect(try VectorReading(vector).outcome() == .refused(code, at: UInt64(at)))
  }
}
