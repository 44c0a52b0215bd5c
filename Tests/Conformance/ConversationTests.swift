import Foundation
import Replication
import TestKit
import Testing

@Suite("Recorded conversations", .timeLimit(.minutes(5)))
struct ConversationTests {
  private func vector(_ name: String) throws -> ProtocolVector {
    try #require(try ProtocolVector.all().first { $0.name == name }, "\(name)")
  }

  private func lines(of vector: ProtocolVector) throws -> [(by: UInt64, frame: [UInt8])] {
    var reader = CBORReader(Hexadecimal.bytes(vector.input) ?? [])
    return try (0..<(try reader.arrayHead(atMost: 1_000))).map { _ in
      try reader.array(of: 2)
      return (try reader.unsigned(), try reader.byteString(atMost: SessionLimits.frameBytesMax))
    }
  }

  private func input(_ lines: [(by: UInt64, frame: [UInt8])]) -> String {
    Hexadecimal.string(
      Fixed.bytes {
        $0.arrayHead(lines.count)
        for line in lines {
          $0.arrayHead(2)
          $0.unsigned(line.by)
          $0.byteString(line.frame)
        }
      })
  }

  @Test("each kind of contact is there: idle in two frames, brief by positions, a fork by a want", arguments: [
    ("session-first", "whole", ["frontier", "run", "done", "credit", "settled"]), ("session-idle", "idle", ["hello"]),
    ("session-agreed", "brief", ["positions", "run"]), ("session-fork", "whole", ["want", "run"]),
  ])
  func courses(name: String, course: String, kinds: [String]) throws {
    let vector = try vector(name)
    #expect(vector.expected?["course"]?.text == course)
    let lines = (vector.expected?["lines"]?.list ?? []).compactMap(\.text)
    let words = Set(lines.compactMap { $0.split(separator: " ").dropFirst().first })
    #expect(words.isSuperset(of: kinds.map { Substring($0) }))
    let frames = try self.lines(of: vector).map { try SyncFrame(decoding: $0.frame) }
    for case .hello(let hello) in frames { #expect(hello.version == ConversationSide.version) }
    #expect((frames.count == 2) == (course == "idle"))
  }

  @Test("a conversation that lacks any one frame, or has one twice, is told from a whole one by both readers", arguments: [
    "session-first", "session-agreed", "session-fork",
  ])
  func altered(name: String) async throws {
    let whole = try vector(name)
    let lines = try lines(of: whole)
    let folder = NSTemporaryDirectory() + "docket-conversations-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var names: Set<String> = []
    for place in lines.indices {
      for isTwice in [false, true] {
        var altered = lines
        if isTwice { altered.insert(lines[place], at: place) } else { altered.remove(at: place) }
        var vector = whole
        vector.name = "\(name)-\(place)-\(isTwice ? "twice" : "without")"
        vector.input = input(altered)
        let outcome = try? VectorReading(vector).outcome()
        let isTaken = outcome == whole.outcome
        #expect(!isTaken, "\(vector.name)")
        names.insert(vector.name)
        let path = folder + "/" + vector.name + ".json"
        try JSONEncoder().encode(vector).write(to: URL(fileURLWithPath: path))
      }
    }
    let result = try await PythonReader.run("vectors", folder)
    #expect(result.status == 1)
    // A line for each difference: the vector's name, and where in it.
    let wrong = result.errors.split(separator: "\n").map { String($0.prefix { $0 != "/" && $0 != ":" }) }
    #expect(Set(wrong) == names)
  }
}
