import Foundation
import Replication
import TestKit
import Testing

@Suite("Recorded conversations", .timeLimit(.minutes(20)))
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
    for case .hello(let hello) in frames { #expect(hello.version == UInt64(vector.given?["version"]?.number ?? 2)) }
    #expect((frames.count == 2) == (course == "idle"))
  }

  @Test("version 3: trees, a line that breaks, and the end by the caller's word", arguments: [
    ("session-tree", "whole", ["tree", "frontier", "run", "settled", "close"]),
    ("session-tree-void", "whole", ["tree", "frontier", "run"]),
    ("session-live", "brief", ["positions", "run", "credit", "ping", "close"]),
    ("session-live-idle", "idle", ["hello", "ping", "close"]), ("session-cut", "whole", ["frontier", "cut"]),
    ("session-begun", "whole", ["begun", "frontier", "continuation", "close"]),
    ("session-credit", "whole", ["run", "credit", "close"]),
  ])
  func staying(name: String, course: String, kinds: [String]) throws {
    let vector = try vector(name)
    #expect(vector.expected?["course"]?.text == course)
    let lines = (vector.expected?["lines"]?.list ?? []).compactMap(\.text)
    let words = Set(lines.compactMap { $0.split(separator: " ").dropFirst().first })
    #expect(words.isSuperset(of: kinds.map { Substring($0) }), "\(lines)")
    let isCut = vector.given?["isCut"] == .flag(true)
    let frames = try self.lines(of: vector).dropLast(isCut ? 1 : 0).map { try SyncFrame(decoding: $0.frame) }
    for case .hello(let hello) in frames { #expect(hello.version == 3) }
    #expect(vector.given?["version"] == .number(3) && isCut == words.contains("cut"))
  }

  @Test("after everything is exchanged both sides send at once what they record, and receipts come back")
  func live() throws {
    let vector = try vector("session-live")
    let lines = try lines(of: vector).map { (by: $0.by, frame: try SyncFrame(decoding: $0.frame)) }
    let place = try #require(lines.lastIndex { $0.frame == .settled })
    let runs = lines[place...].compactMap { line in
      if case .entries(let run) = line.frame { (by: line.by, stream: run.stream) } else { nil }
    }
    #expect(Set(runs.map(\.by)) == [0, 1])
    let records = (vector.given?["sides"]?.list ?? []).compactMap { $0["records"]?.list?.count }
    // More than was recorded: the rest are receipts and sightings; and what nobody else may hold is in none.
    #expect(records.count == 2 && runs.count > records.reduce(0, +))
    #expect(!runs.contains { $0.stream.audience == .own })
  }

  @Test("the first credit holds one large entry; twice as much is given back, and then frames are larger")
  func credit() throws {
    let lines = try lines(of: try vector("session-credit")).map { (by: $0.by, frame: try SyncFrame(decoding: $0.frame)) }
    var sent: [Int] = [], given: [Int] = []
    for line in lines {
      switch line.frame {
      case .entries(let run) where line.by == 0:
        sent.append(run.bytes)
        if run.count > 1 {
          #expect(run.bytes <= max(SessionLimits.firstFrameBytes, given.reduce(0, +) / 32))
        }
        // Nothing came after the first one before its credit.
        if sent.count == 2 { #expect(!given.isEmpty) }
      case .credit(let bytes) where line.by == 1: given.append(Int(bytes))
      default: break
      }
    }
    #expect((sent.first ?? 0) > SessionLimits.firstCreditBytes)
    #expect(!given.isEmpty && given == sent.map { 2 * $0 })
    #expect(lines.contains { if case .entries(let run) = $0.frame { run.count > 1 && run.bytes > 8_192 } else { false } })
  }

  @Test("a conversation that lacks any one frame, or has one twice, is told from a whole one by both readers", arguments: [
    "session-first", "session-agreed", "session-fork", "session-tree", "session-tree-void", "session-live",
    "session-live-idle", "session-begun",
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
