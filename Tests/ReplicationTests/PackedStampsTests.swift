import Replication
import Testing

@Suite("Packed stamps")
struct PackedStampsTests {
  private struct Random {
    var state: UInt64
    mutating func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  private let rank = { (author: UInt64) in Int(author) }

  private func stamp(_ time: Int, _ author: Int) -> WriteStamp {
    WriteStamp(time: HybridTimestamp(milliseconds: UInt64(time)), author: UInt64(author))
  }

  private func write(_ fields: [(UInt64, Int, [WriteStamp])]) -> RecordWrite {
    RecordWrite(
      type: 1, id: .zero,
      fields: fields.map { .init(number: $0.0, value: .integer(Int64($0.1)), replaces: $0.2) })
  }

  @Test("the short way gives the bytes of the whole row, or declines")
  func sameAsRow() throws {
    var shortened = 0
    var declined = 0
    for seed in 1...60 as ClosedRange<UInt64> {
      var random = Random(state: seed)
      var row = RecordRow(type: 1, id: .zero)
      for time in 1...40 {
        var numbers: Set<UInt64> = []
        for _ in 0...random.next(3) { numbers.insert(UInt64(random.next(6) + 1)) }
        let author = random.next(6) == 0 ? random.next(3) + 1 : seed.isMultiple(of: 2) ? 1 : 2
        let stamp = stamp(random.next(8) == 0 ? random.next(time) + 1 : time, author)
        let fields = numbers.sorted().map { number -> (UInt64, Int, [WriteStamp]) in
          var replaces = row.fields[number]?.stamps ?? []
          switch random.next(8) {
          case 0: replaces = []
          case 1: replaces.append(self.stamp(random.next(time) + 1, random.next(3) + 1))
          default: replaces.removeAll { $0.author == UInt64(author) }
          }
          return (number, time, replaces)
        }
        let write = write(fields)
        let before = row.stampBytes
        let isNew = row.fields.isEmpty
        row.apply(write, stamp: stamp, rank: rank)
        let packed = isNew
          ? PackedStamps.made(by: write, stamp: stamp) : try PackedStamps.bytes(before, after: write, stamp: stamp)
        if let packed {
          shortened += 1
          #expect(packed == row.stampBytes, "seed \(seed), write \(time)")
          for field in fields { #expect(row.value(field.0) == .integer(Int64(time))) }
        } else {
          declined += 1
        }
      }
    }
    #expect(shortened > 200 && declined > 200)
  }

  @Test("declines what leaves a conflict, and what comes twice")
  func declines() throws {
    var row = RecordRow(type: 1, id: .zero)
    let first = write([(1, 1, []), (2, 1, [])])
    row.apply(first, stamp: stamp(1, 1), rank: rank)
    #expect(try PackedStamps.bytes(row.stampBytes, after: first, stamp: stamp(1, 1)) == nil)
    #expect(try PackedStamps.bytes(row.stampBytes, after: write([(1, 2, [])]), stamp: stamp(2, 2)) == nil)
    #expect(try PackedStamps.bytes(row.stampBytes, after: write([(1, 2, [stamp(1, 1)])]), stamp: stamp(2, 2)) == nil)
    #expect(try PackedStamps.bytes(row.stampBytes, after: write([(1, 2, [stamp(1, 1)])]), stamp: stamp(2, 1)) != nil)
    #expect(PackedStamps.made(by: write([(1, 2, [stamp(1, 1)])]), stamp: stamp(2, 2)) == nil)
    #expect(PackedStamps.made(by: write([]), stamp: stamp(2, 2)) == nil)
  }
}
