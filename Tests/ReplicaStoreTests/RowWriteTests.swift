import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("Writes of records, the short way and the whole way")
struct RowWriteTests {
  private struct Random {
    var state: UInt64
    mutating func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  /// Columns of both kinds; field 9 is of a later version, type 4,001 wholly so.
  private static let schema = RecordSchema(types: [
    RecordType(
      number: 4_000, name: "sample",
      fields: [
        .init(number: 1, name: "first", kind: .text), .init(number: 2, name: "second", kind: .integer),
        .init(number: 3, name: "third", kind: .flag), .init(number: 5, name: "fifth", kind: .text, isLegal: true),
      ])
  ])

  private let ranks = AuthorRanks { _ in 0 }

  private func value(_ random: inout Random) -> FieldValue {
    switch random.next(8) {
    case 0: .null
    case 1: .text("")
    case 2: .integer(Int64(random.next(1_000)) - 500)
    case 3: .flag(random.next(2) == 0)
    case 4: .bytes([UInt8(random.next(256))])
    default: .text("检查 \(random.next(1_000))")
    }
  }

  /// A value that the field's column takes, most of the time.
  private func value(of field: UInt64, _ random: inout Random) -> FieldValue {
    if random.next(6) == 0 { return value(&random) }
    return field == 2 ? .integer(Int64(random.next(99))) : field == 3 ? .flag(true) : .text("乙\(random.next(99))")
  }

  @Test(
    "SQLite ends with the rows of the model in memory, whatever came in whatever order and whenever somebody looked",
    arguments: [1, 7, .max])
  func sameAsModel(looksEvery steps: Int) throws {
    let path = NSTemporaryDirectory() + "docket-rows-" + UUID().uuidString + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let store = try ReplicaStore.create(path: path, schema: Self.schema, suites: .standard)
    let model = MemoryStorage()
    let ranks = AuthorRanks { Int($0 % 2) }
    var random = Random(state: 7)
    var conflicts = 0
    for batch in 0..<40 {
      try store.transaction { storage in
        for step in 0..<25 {
          // Records of every age: some are made in this transaction, and changed in it.
          let id = try #require(
            RecordID(milliseconds: UInt64(batch / 8 + random.next(12)), random: [UInt8](repeating: 1, count: 10)))
          let type: UInt64 = random.next(10) == 0 ? 4_001 : 4_000
          let time = batch * 25 + step + 1
          let stamp = WriteStamp(
            time: HybridTimestamp(milliseconds: UInt64(random.next(8) == 0 ? random.next(time) + 1 : time)),
            author: UInt64(random.next(3) + 1))
          let known = model.row(type, id)
          // None at all too: a later version's act may leave a record as it was.
          let count = random.next(5)
          let numbers = Set((0..<count).map { _ in [1, 2, 3, 5, 9][random.next(random.next(4) == 0 ? 5 : 4)] as UInt64 })
          let fields = numbers.sorted().map { number in
            RecordWrite.Field(
              number: number, value: value(of: number, &random),
              replaces: random.next(5) == 0 ? [] : known?.fields[number]?.stamps ?? [])
          }
          let write = RecordWrite(type: type, id: id, fields: fields)
          try storage.apply(write, stamp: stamp, ranks: ranks)
          try model.apply(write, stamp: stamp, ranks: ranks)
          if (step + 1).isMultiple(of: steps) {
            #expect(try storage.row(type, id) == model.row(type, id), "batch \(batch), write \(step)")
          }
          conflicts += model.row(type, id)?.fields.values.contains(where: \.isInConflict) == true ? 1 : 0
        }
      }
    }
    #expect(conflicts > 50)
    let reopened = try ReplicaStore.open(path: path, schema: Self.schema, suites: .standard)
    for type in [4_000, 4_001] as [UInt64] {
      let rows = try reopened.read { try $0.rows(type) }
      #expect(rows == model.rows(type))
    }
    let empty = try reopened.read { try $0.rows(4_000, where: 1, is: .text("")) }
    #expect(empty == model.rows(4_000, where: 1, is: .text("")))
  }

  @Test("a row of as many unknown fields as there are numbers is read again", arguments: [4_000, 4_001] as [UInt64])
  func unknownFields(type: UInt64) throws {
    let path = NSTemporaryDirectory() + "docket-rows-" + UUID().uuidString + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let store = try ReplicaStore.create(path: path, schema: Self.schema, suites: .standard)
    let model = MemoryStorage()
    // More than one write may have: a hostile author, or many later versions.
    for start in stride(from: UInt64(0), through: LogLimits.fieldNumberMax, by: LogLimits.fieldsMax) {
      let fields = (start..<start + UInt64(LogLimits.fieldsMax)).map {
        RecordWrite.Field(number: $0, value: .bytes([UInt8(truncatingIfNeeded: $0)]), replaces: [])
      }
      let write = RecordWrite(type: type, id: .zero, fields: fields)
      let stamp = WriteStamp(time: HybridTimestamp(milliseconds: start + 1), author: 1)
      try store.transaction { try $0.apply(write, stamp: stamp, ranks: ranks) }
      try model.apply(write, stamp: stamp, ranks: ranks)
    }
    let row = try store.read { try $0.row(type, .zero) }
    #expect(row?.fields.count == LogLimits.rowFieldsMax)
    #expect(row == model.row(type, .zero))
  }

  @Test("a record made anew after the transaction was thrown away is made again")
  func rollback() throws {
    let path = NSTemporaryDirectory() + "docket-rows-" + UUID().uuidString + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let store = try ReplicaStore.create(path: path, schema: Self.schema, suites: .standard)
    let write = RecordWrite(type: 4_000, id: .zero, fields: [.init(number: 1, value: .text("甲"), replaces: [])])
    let stamp = WriteStamp(time: HybridTimestamp(milliseconds: 1), author: 1)
    #expect(throws: CancellationError.self) {
      try store.transaction { storage in
        try storage.apply(write, stamp: stamp, ranks: ranks)
        throw CancellationError()
      }
    }
    let none = try store.read { try $0.row(4_000, .zero) }
    #expect(none == nil)
    try store.transaction { try $0.apply(write, stamp: stamp, ranks: ranks) }
    try store.transaction { try $0.apply(write, stamp: stamp, ranks: ranks) }
    let rows = try store.read { try $0.rows(4_000) }
    #expect(rows.map { $0.text(1) } == ["甲"])
  }

  @Test("more writes than may wait, and larger ones, are all in their rows when the transaction ends")
  func manyInOneTransaction() throws {
    let path = NSTemporaryDirectory() + "docket-rows-" + UUID().uuidString + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let store = try ReplicaStore.create(path: path, schema: Self.schema, suites: .standard)
    let large = String(repeating: "案", count: FieldValue.bytesMax / 3)
    // 25 MiB.
    let largeCount = 800
    let count = 16_500
    // What comes after it waits for nothing.
    let last = try #require(RecordID(milliseconds: UInt64(count), random: [UInt8](repeating: 1, count: 10)))
    let first = RecordWrite(type: 4_000, id: last, fields: [.init(number: 1, value: .text("乙"), replaces: [])])
    try store.transaction {
      try $0.apply(first, stamp: WriteStamp(time: HybridTimestamp(milliseconds: 1), author: 1), ranks: ranks)
    }
    try store.transaction { storage in
      for index in (0..<count).reversed() {
        let id = try #require(RecordID(milliseconds: UInt64(index), random: [UInt8](repeating: 1, count: 10)))
        let text = index < largeCount ? large : "甲"
        let write = RecordWrite(type: 4_000, id: id, fields: [.init(number: 1, value: .text(text), replaces: [])])
        try storage.apply(write, stamp: WriteStamp(time: HybridTimestamp(milliseconds: 1), author: 1), ranks: ranks)
      }
    }
    let (all, largest) = try store.read { storage in
      (try storage.values(4_000, [], where: 1, is: .text("甲")).count,
        try storage.values(4_000, [], where: 1, is: .text(large)).count)
    }
    #expect(all == count - largeCount)
    #expect(largest == largeCount)
  }

  @Test("whoever asks within a transaction, in whatever way, hears of the writes before")
  func askedWhileTheyWait() throws {
    let path = NSTemporaryDirectory() + "docket-rows-" + UUID().uuidString + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let store = try ReplicaStore.create(path: path, suites: .standard)
    let type = RecordType.subject
    func write(_ index: UInt8, _ office: String) throws -> RecordWrite {
      let id = try #require(RecordID(milliseconds: 1, random: [UInt8](repeating: index, count: 10)))
      let field = try #require(type.fields.first { $0.name == "office" }).number
      return RecordWrite(type: type.number, id: id, fields: [.init(number: field, value: .text(office), replaces: [])])
    }
    let stamp = WriteStamp(time: HybridTimestamp(milliseconds: 1), author: 1)
    // What comes after it waits for nothing.
    try store.transaction { try $0.apply(write(.max, "130500"), stamp: stamp, ranks: ranks) }
    try store.transaction { storage in
      try storage.apply(write(1, "130500"), stamp: stamp, ranks: ranks)
      #expect(try storage.changeCounts() == ["130500": 2])
      try storage.apply(write(2, "130500"), stamp: stamp, ranks: ranks)
      #expect(try storage.rows(type.number).count == 3)
      try storage.apply(write(3, "130500"), stamp: stamp, ranks: ranks)
      try storage.clearProjection()
      #expect(try storage.rows(type.number).isEmpty)
    }
    let left = try store.read { try $0.rows(type.number) }
    #expect(left.isEmpty)
  }
}
