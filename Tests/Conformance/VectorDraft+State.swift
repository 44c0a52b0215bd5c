import Replication
import TestKit

extension VectorDraft {
  static func clocks() throws -> [VectorDraft] {
    let page = "3-clock.md"
    func steps(_ steps: [[UInt64]]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(steps.count)
        for step in steps {
          $0.arrayHead(step.count)
          for number in step { $0.unsigned(number) }
        }
      }
    }
    let ahead = HybridTimestamp(milliseconds: 864_001_000).rawValue
    return [
      VectorDraft(
        "clock-steps", page, "clock", steps([[0, 999], [1, ahead, 2_000], [0, 2_000], [0, 100_000]]),
        given: .object(["last": .number(1_000)])),
      VectorDraft(
        "clock-carry", page, "clock",
        steps([[1, HybridTimestamp(milliseconds: 5_000, counter: .max).rawValue, 5_000], [0, 4_000], [0, 4_000]]),
        given: .object(["last": .number(1_000)])),
      VectorDraft(
        "clock-past", page, "clock", steps([[1, HybridTimestamp(milliseconds: 10).rawValue, 2_000], [0, 3_000]]),
        given: .object(["last": .number(2_500)])),
    ] + clamps()
  }

  /// Entries ordered by the clock of a receipt, or by their own stamp.
  private static func clamps() -> [VectorDraft] {
    func clamp(_ name: String, _ stamp: HybridTimestamp, of seq: UInt64, _ receipts: [(UInt64, UInt64)]) -> VectorDraft {
      let input = Fixed.bytes {
        $0.arrayHead(3)
        $0.unsigned(stamp.rawValue)
        $0.unsigned(seq)
        $0.arrayHead(receipts.count)
        for (seq, clock) in receipts {
          $0.arrayHead(2)
          $0.unsigned(seq)
          $0.unsigned(clock)
        }
      }
      return VectorDraft("clamp-\(name)", "3-clock.md", "clamp", input)
    }
    let ahead = HybridTimestamp(milliseconds: 5_000_000)
    return [
      clamp("ahead", ahead, of: 3, [(2, 500_000), (5, 1_000_000)]),
      clamp("earliest", ahead, of: 3, [(9, 900_000), (3, 1_000_000)]),
      clamp("within", HybridTimestamp(milliseconds: 1_600_000, counter: .max), of: 3, [(3, 1_000_000)]),
      clamp("beyond", HybridTimestamp(milliseconds: 1_600_001), of: 3, [(3, 1_000_000)]),
      clamp("unreached", ahead, of: 3, [(2, 1_000_000)]), clamp("none", ahead, of: 1, []),
    ]
  }

  private struct Write {
    let milliseconds: UInt64
    let author: UInt64
    let value: FieldValue
    var replaces: [WriteStamp] = []
    var stamp: WriteStamp { WriteStamp(time: HybridTimestamp(milliseconds: milliseconds), author: author) }
  }

  /// Author 1 is of rank 13, authors 2 and 3 of rank 12, others have no seat.
  private static let ranks: JSONValue = .object([
    "ranks": .object([
      "0000000000000001": .number(13), "0000000000000002": .number(12), "0000000000000003": .number(12),
    ])
  ])

  static func merges() throws -> [VectorDraft] {
    let page = "4-merge.md"
    func register(_ name: String, _ writes: [Write]) -> VectorDraft {
      let input = Fixed.bytes {
        $0.arrayHead(writes.count)
        for write in writes {
          $0.arrayHead(3)
          $0.stamp(write.stamp)
          write.value.write(to: &$0)
          $0.arrayHead(write.replaces.count)
          for stamp in write.replaces { $0.stamp(stamp) }
        }
      }
      return VectorDraft("register-\(name)", page, "register", input, given: ranks)
    }
    func row(_ name: String, _ writes: [(WriteStamp, RecordWrite)]) -> VectorDraft {
      let input = Fixed.bytes {
        $0.arrayHead(writes.count)
        for (stamp, write) in writes {
          $0.arrayHead(2)
          $0.stamp(stamp)
          $0.byteString(Entry.payload(of: [.record(write)]))
        }
      }
      return VectorDraft("row-\(name)", page, "row", input, given: ranks)
    }
    let city = Write(milliseconds: 1_000, author: 1, value: .text("city"))
    let district = Write(milliseconds: 2_000, author: 2, value: .text("district"))
    let resolved = Write(
      milliseconds: 3_000, author: 2, value: .text("resolved"), replaces: [city.stamp, district.stamp])
    let other = Write(milliseconds: 2_000, author: 3, value: .text("other"))
    let chain = (1...70 as ClosedRange<UInt64>).map { number in
      Write(
        milliseconds: number, author: 2, value: .integer(Int64(number)),
        replaces: number == 1
          ? [] : [WriteStamp(time: HybridTimestamp(milliseconds: number - 1), author: 2)])
    }
    // Older than all of the district's writes, and seen by none of them: it stands.
    let late = Write(milliseconds: 3, author: 1, value: .text("late"))
    // The district's next write does not name what its last one replaced: the city's stands again.
    let forgetful = Write(milliseconds: 4_000, author: 2, value: .text("forgetful"))
    let forged = Write(milliseconds: 2_000, author: 2, value: .text("forged"))
    func write(_ fields: [(UInt64, FieldValue, [WriteStamp])]) -> RecordWrite {
      RecordWrite(
        type: 1, id: Fixed.id(1), fields: fields.map { .init(number: $0.0, value: $0.1, replaces: $0.2) })
    }
    let first = write([(1, .text("91130500"), []), (2, .text("任县"), []), (30, .integer(7), [])])
    return [
      register("rank", [district, city]), register("resolved", [city, district, resolved]),
      register("any-order", [resolved, district, city]), register("author", [other, district]),
      register("no-seat", [Write(milliseconds: 9_000, author: 9, value: .null), district]),
      register("own", chain + [late]), register("again", [city, district, resolved, forgetful]),
      register("one-stamp", [forged, district]),
      row("shared", [(city.stamp, first)]),
      row("mixed", [(city.stamp, first), (resolved.stamp, write([(2, .text("任泽"), [city.stamp])]))]),
      row("conflict", [(city.stamp, first), (district.stamp, write([(2, .flag(true), []), (3, .null, [])]))]),
    ]
  }
}
