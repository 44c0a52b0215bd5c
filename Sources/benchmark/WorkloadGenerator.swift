import Casebook
import Foundation

/// Makes a workload of `workload.py`'s shape: 70 % of the changes are whole records of twelve fields, the rest single
/// fields. The same seed gives the same bytes; they are not the Python program's, which has another generator.
struct WorkloadGenerator {
  /// Kinds of values, with the sizes and shares of `workload.py`.
  private enum Kind {
    case text(ClosedRange<Int>)
    case choice([String])
    case integer(ClosedRange<Int>)
    case day, time, digest, number, officer, office
    case reference(Int)
  }

  private static let kinds: [[Kind]] = [
    [
      .number, .text(12...40), .text(10...24), .text(14...50), .choice(["一般程序", "简易程序", "普通程序", "快速办理"]),
      .choice(["立案", "调查", "审理", "告知", "决定", "执行", "结案"]), .day, .integer(0...50_000_000), .officer, .office,
      .text(30...80),
    ],
    [
      .reference(0), .text(10...30), .text(14...50), .day, .officer, .officer,
      .choice(["合格", "基本合格", "不合格", "限期整改", "移送"]), .integer(0...100), .text(30...80), .day, .text(10...60),
    ],
    [
      .reference(1), .number, .text(15...60), .choice(["符合", "不符合", "不适用", "存疑"]), .integer(0...5),
      .integer(0...100_000), .choice(["mg/m3", "℃", "%", "dB", "Pa", "lx", "pH"]), .digest, .time, .text(10...80),
      .integer(0...20),
    ],
  ]

  private var random: SeededRandom
  private var milliseconds: UInt64 = 1_760_000_000_000
  private var ids: [[String]] = [[], [], []]
  private let shares: [Double]

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    var sum = 0.0
    shares = WorkloadWords.phrases.indices.map { index in
      sum += 1 / pow(Double(index + 3), 0.6)
      return sum
    }
  }

  /// Writes at least `changes` changes.
  mutating func write(_ changes: Int, to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
      throw CocoaError(.fileWriteUnknown)
    }
    defer { try? file.close() }
    var done = 0
    var buffer = Data()
    while done < changes {
      if ids.allSatisfy(\.isEmpty) || random.share() < 0.4667 {
        buffer.append(contentsOf: insert().utf8)
        done += WorkloadSchema.fieldsPerRecord
      } else {
        let count = random.index(2) + 4
        for _ in 0..<count { buffer.append(contentsOf: update().utf8) }
        done += count
      }
      buffer.append(contentsOf: "C\n".utf8)
      if buffer.count > 1 << 20 {
        try file.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: buffer)
  }

  private mutating func insert() -> String {
    let share = random.share()
    let table = share < 0.15 ? 0 : share < 0.35 ? 1 : 2
    milliseconds += UInt64(random.index(4_000) + 1)
    let id = WorkloadID.text(milliseconds: milliseconds, high: random.next() >> 24, low: random.next() >> 24)
    let values = Self.kinds[table].map { value($0) }
    ids[table].append(id)
    return (["I", WorkloadSchema.names[table], id] + values).joined(separator: "\t") + "\n"
  }

  private mutating func update() -> String {
    var position = random.index(ids.reduce(0) { $0 + $1.count })
    var table = 0
    while position >= ids[table].count {
      position -= ids[table].count
      table += 1
    }
    let field = random.index(Self.kinds[table].count)
    let column = WorkloadSchema.tables[table].fields[field].name
    let value = value(Self.kinds[table][field])
    return ["U", WorkloadSchema.names[table], ids[table][position], column, value].joined(separator: "\t") + "\n"
  }

  private mutating func value(_ kind: Kind) -> String {
    switch kind {
    case .text(let range): text(range)
    case .choice(let values): values[random.index(values.count)]
    case .integer(let range): String(range.lowerBound + random.index(range.count))
    case .day: day()
    case .time:
      day() + "T" + padded(8 + random.index(11), 2) + ":" + padded(random.index(60), 2) + ":" + padded(random.index(60), 2)
        + "+08:00"
    case .digest: hexadecimal(random.next()) + hexadecimal(random.next())
    case .number: ["京市监", "沪应急", "粤环罚", "浙卫监"][random.index(4)] + "-2026-" + padded(random.index(999_999) + 1, 6)
    case .officer: "U" + padded(random.index(400) + 1, 5)
    case .office: "OFF" + padded(random.index(30) + 1, 2)
    case .reference(let table): ids[table].isEmpty ? "-" : ids[table][random.index(ids[table].count)]
    }
  }

  private mutating func day() -> String { "2026-" + padded(random.index(12) + 1, 2) + "-" + padded(random.index(28) + 1, 2) }

  /// Words of supervision work, so many characters long.
  mutating func text(_ range: ClosedRange<Int>) -> String {
    let length = range.lowerBound + random.index(range.count)
    var scalars: [Unicode.Scalar] = []
    while scalars.count < length {
      let share = random.share()
      if share < 0.78 {
        scalars += phrase()
      } else if share < 0.86 {
        for _ in 0..<(2 + random.index(2)) {
          scalars.append(WorkloadWords.characters[random.index(WorkloadWords.characters.count)])
        }
      } else if share < 0.93 {
        scalars += Array(String(random.index(9_999) + 1).unicodeScalars)
      } else {
        scalars.append(["，", "。", "；", "、"][random.index(4)])
      }
    }
    return String(String.UnicodeScalarView(scalars.prefix(length)))
  }

  /// Phrases fall off with their rank, as words do.
  private mutating func phrase() -> [Unicode.Scalar] {
    let wanted = random.share() * (shares.last ?? 0)
    var low = 0
    var high = shares.count - 1
    while low < high {
      let middle = (low + high) / 2
      if shares[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return WorkloadWords.phrases[low]
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private func hexadecimal(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
struct SeededRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func index(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  /// From 0 up to, not including, 1.
  mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
