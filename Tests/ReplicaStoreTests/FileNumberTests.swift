import Casebook
import Foundation
import GRDB
import ReplicaStore
import Replication
import SignatureSuites
import TestKit
import Testing

@Suite("Files by number and by the digits of their ids")
struct FileNumberTests {
  private func id(_ number: Int) throws -> RecordID {
    try #require(RecordID(milliseconds: 1_767_667_200_000 + UInt64(number / 3), random: [UInt8](repeating: UInt8(number % 251), count: 10)))
  }

  @Test("the store finds what the model finds, number by number and range by range")
  func oracle() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    let model = MemoryStorage()
    var random = SeededGenerator(seed: 7)
    func fill(_ storage: any ReplicaStorage, _ random: inout SeededGenerator) throws {
      for number in 0..<300 {
        var summary = BoardTests.summary(try id(number), &random)
        // Every tenth number is given twice.
        summary.number = "任城监罚〔2026〕\(number - (number % 10 == 9 ? 1 : 0))号"
        try storage.put(summary)
      }
    }
    var again = random
    try fill(model, &random)
    try store.transaction { try fill($0, &again) }
    try store.read { (storage: StoreTransaction) throws in
      for number in -1...300 {
        let text = "任城监罚〔2026〕\(number)号"
        let found = try storage.files(numbered: text, most: 2)
        #expect(found == model.files(numbered: text, most: 2))
        #expect(found.count == ([-1, 300].contains(number) || number % 10 == 9 ? 0 : number % 10 == 8 ? 2 : 1))
      }
      for (first, last, most) in [(0, 299, 2), (0, 299, 500), (17, 17, 2), (40, 44, 2), (298, 299, 9)] {
        let range = try min(id(first), id(last))...max(id(first), id(last))
        #expect(try storage.files(in: range, most: most) == model.files(in: range, most: most))
      }
    }
  }

  @Test("neither look-up goes through the files")
  func plans() throws {
    let folder = try StoreFolder()
    do { _ = try ReplicaStore.create(path: folder.database, suites: .standard) }
    let queue = try DatabaseQueue(path: folder.database)
    defer { try? queue.close() }
    for (condition, key) in [("number = ?", "case_summary_number"), ("file BETWEEN ? AND ?", "PRIMARY KEY")] {
      let plan = try queue.read {
        try Row.fetchAll($0, sql: """
          EXPLAIN QUERY PLAN SELECT file FROM case_summary WHERE \(condition) ORDER BY file LIMIT 2
          """, arguments: condition.contains("BETWEEN") ? [Data(), Data()] : [""]).map { $0["detail"] as String }
      }
      #expect(plan.contains { $0.hasPrefix("SEARCH case_summary") && $0.contains(key) }, "\(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
  }
}
