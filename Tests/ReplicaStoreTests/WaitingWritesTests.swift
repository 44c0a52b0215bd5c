import Casebook
import Replication
import Testing

@testable import ReplicaStore

@Suite("Writes of records that wait")
struct WaitingWritesTests {
  private let ranks = AuthorRanks { _ in 0 }

  private func write(
    _ id: UInt64, type: UInt64 = 4_000, _ value: FieldValue = .integer(1), replaces: [WriteStamp] = [], time: UInt64 = 1
  ) throws -> WaitingWrite {
    let id = try #require(RecordID(milliseconds: id, random: [UInt8](repeating: 1, count: 10)))
    return WaitingWrite(
      write: RecordWrite(type: type, id: id, fields: [.init(number: 1, value: value, replaces: replaces)]),
      stamp: WriteStamp(time: HybridTimestamp(milliseconds: time), author: 1), ranks: ranks)
  }

  private func taken(_ waiting: WaitingWrites) throws -> [WaitingWrite] {
    var taken: [WaitingWrite] = []
    try waiting.forEachInOrder { taken.append($0) }
    return taken
  }

  @Test("they are taken by type and id, those of one record as they came")
  func order() throws {
    var waiting = WaitingWrites()
    let places: [(id: UInt64, type: UInt64)] = [(3, 4_001), (2, 4_000), (9, 4_000), (2, 4_000), (1, 4_001), (2, 4_000)]
    for (time, place) in places.enumerated() {
      waiting.add(try write(place.id, type: place.type, time: UInt64(time)))
    }
    #expect(try taken(waiting).map(\.stamp.time.milliseconds) == [1, 3, 5, 2, 4, 0])
  }

  @Test("each is taken as it came, over many pieces of memory: values of every kind, stamps, replaced stamps, authority")
  func packing() throws {
    let other = AuthorRanks { _ in 7 }
    let replaced = (0..<3).map { WriteStamp(time: HybridTimestamp(milliseconds: $0), author: .max) }
    let values: [FieldValue] = [
      .null, .integer(.min), .integer(.max), .flag(true), .text("限期整改\u{0}"), .bytes([0, 0xFF]),
      .list([.text(String(repeating: "纸", count: 10_000)), .integer(-1)]),
    ]
    var waiting = WaitingWrites()
    var expected: [WaitingWrite] = []
    for number in 0..<400 {
      let write = try write(
        UInt64(number), values[number % values.count], replaces: number % 2 == 0 ? replaced : [], time: UInt64(number))
      let ranked = WaitingWrite(write: write.write, stamp: write.stamp, ranks: number < 200 ? ranks : other)
      waiting.add(ranked)
      expected.append(ranked)
    }
    let taken = try taken(waiting)
    #expect(taken.map(\.write) == expected.map(\.write))
    #expect(taken.map(\.stamp) == expected.map(\.stamp))
    #expect(zip(taken, expected).allSatisfy { $0.ranks === $1.ranks })
  }

  @Test("no more than 22 MiB wait, packed and with their places, nor writes under more than 64 trees")
  func bounds() throws {
    func untilFull(_ write: (Int) -> WaitingWrite) -> Int {
      var waiting = WaitingWrites()
      var count = 0
      while !waiting.isFull, count < 1_000_000 {
        waiting.add(write(count))
        count += 1
      }
      return count
    }
    let long = try write(1, .text(String(repeating: "a", count: 32 * 1024)))
    let perLong = WaitingWrites.bytesMax / (32 * 1024)
    #expect(((perLong - 10)...perLong).contains(untilFull { _ in long }))
    let short = try write(1)
    // A place of 32 bytes, and twelve of stamp and value.
    #expect(untilFull { _ in short } == (WaitingWrites.bytesMax + 43) / 44)
    #expect(
      untilFull { _ in WaitingWrite(write: short.write, stamp: short.stamp, ranks: AuthorRanks { _ in 0 }) }
        == WaitingWrites.ranksMax + 1)
  }
}
