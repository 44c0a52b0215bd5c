import Foundation
import Testing

@testable import OfficeNode

@Suite("The high-water mark")
struct HighWaterTests {
  @Test("is read as it was written, waited for or not, over a mark of an earlier release and where there is none")
  func written() throws {
    let path = NSTemporaryDirectory() + "docket-mark-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let home = Home(path)
    #expect(HighWater.read(home) == 0)
    for (count, isSynced) in [(7, false), (12_345, false), (.max, false), (8, true), (9, false)] as [(UInt64, Bool)] {
      try HighWater.write(count, home, isSynced: isSynced)
      #expect(HighWater.read(home) == count)
    }
    // As releases before wrote it.
    for earlier in ["41\n", String(repeating: "9", count: 30) + "\n"] {
      try Data(earlier.utf8).write(to: URL(fileURLWithPath: home.highWater))
      try HighWater.write(42, home, isSynced: false)
      #expect(HighWater.read(home) == 42)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(left == [URL(fileURLWithPath: home.highWater).lastPathComponent])
  }
}
