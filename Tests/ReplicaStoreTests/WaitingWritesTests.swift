import Replication
import Testing

@testable import ReplicaStore

@Suite("Writes of records that wait")
struct WaitingWritesTests {
  private func write(
    _ id: UInt64, type: UInt64 = 4_000, _ value: FieldValue = .integer(1), replaces: [WriteStamp] = [], time: UInt64 = 1
  ) throws -> WaitingWrite {
    let id = try #require(RecordID(milliseconds: id, random: [UInt8](repeating: 1, count: 10)))
    return WaitingWrite(
      write: RecordWrite(type: type, id: id, fields: [.init(number: 1, value: value, replaces: replaces)]),
      stamp: WriteStamp(time: HybridTimestamp(milliseconds: time), author: 1), rank: { _ in 0 })
  }

  @Test("they are taken by type and id, those of one record as they came, and none is left")
  func order() throws {
    var waiting = WaitingWrites()
    let places: [(id: UInt64, type: UInt64)] = [(3, 4_001), (2, 4_000), (9, 4_000), (2, 4_000), (1, 4_001), (2, 4_000)]
    for (time, place) in places.enumerated() {
      waiting.add(try write(place.id, type: place.type, time: UInt64(time)))
    }
    let taken = waiting.takeInOrder()
    #expect(taken.map(\.stamp.time.milliseconds) == [1, 3, 5, 2, 4, 0])
    #expect(waiting.isEmpty)
  }

  @Test("no more than 16,384 wait, nor 8 MiB of values and of stamps that they replace")
  func bounds() throws {
    func untilFull(_ write: WaitingWrite) -> Int {
      var waiting = WaitingWrites()
      var count = 0
      while !waiting.isFull, count < 20_000 {
        waiting.add(write)
        count += 1
      }
      return count
    }
    let stamps = (0..<256).map { WriteStamp(time: HybridTimestamp(milliseconds: $0), author: 1) }
    #expect(untilFull(try write(1)) == 16_384)
    #expect(untilFull(try write(1, .text(String(repeating: "a", count: 32 * 1024)))) == 256)
    #expect(untilFull(try write(1, .list(Array(repeating: .bytes([UInt8](repeating: 1, count: 512)), count: 64)))) == 256)
    // 256 stamps of 16 bytes, and the number.
    #expect(untilFull(try write(1, replaces: stamps)) == (8 * 1_024 * 1_024 + 4_103) / 4_104)
  }

  @Test("after they were taken there is room again")
  func again() throws {
    var waiting = WaitingWrites()
    let large = try write(1, .text(String(repeating: "a", count: 32 * 1024)))
    for _ in 0..<256 { waiting.add(large) }
    #expect(waiting.isFull)
    _ = waiting.takeInOrder()
    waiting.add(large)
    #expect(!waiting.isFull && waiting.takeInOrder().count == 1)
  }
}
