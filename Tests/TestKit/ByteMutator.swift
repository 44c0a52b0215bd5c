/// Changes bytes the way broken and hostile peers do, the same for the same seed.
public struct ByteMutator {
  private var generator: SeededGenerator
  private let corpus: [[UInt8]]
  private let bytesMax: Int

  /// - Parameters:
  ///   - corpus: well-formed and refused inputs; not empty.
  ///   - bytesMax: no result is longer.
  public init(corpus: [[UInt8]], bytesMax: Int, seed: UInt64) {
    self.corpus = corpus
    self.bytesMax = bytesMax
    generator = SeededGenerator(seed: seed)
  }

  /// Heads of items at the ends of ranges: lengths and integers of 0, 23, 24, 2^8, 2^16, 2^32, 2^63, 2^64 - 1, each
  /// type's indefinite form, tags, floats, break.
  private static let heads: [[UInt8]] = {
    let arguments: [[UInt8]] = [
      [0], [23], [24, 24], [24, 255], [25, 1, 0], [25, 255, 255], [26, 0, 1, 0, 0], [26, 255, 255, 255, 255],
      [27, 0, 0, 0, 1, 0, 0, 0, 0], [27, 127, 255, 255, 255, 255, 255, 255, 255], [27, 128, 0, 0, 0, 0, 0, 0, 0],
      [27, 255, 255, 255, 255, 255, 255, 255, 255], [31],
    ]
    return (0..<8 as Range<UInt8>).flatMap { major in
      arguments.map { [major << 5 | $0[0]] + $0.dropFirst() }
    }
  }()

  /// The next input: one of the corpus, changed in one to six places.
  public mutating func next() -> [UInt8] { changed(corpus[Int.random(in: 0..<corpus.count, using: &generator)]) }

  /// These bytes, changed in one to six places.
  public mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &generator) { change(&bytes) }
    return bytes.count > bytesMax ? Array(bytes.prefix(bytesMax)) : bytes
  }

  /// Some number below `end`, as `next` draws its own.
  public mutating func number(below end: Int) -> Int { Int.random(in: 0..<end, using: &generator) }

  private mutating func change(_ bytes: inout [UInt8]) {
    let at = Int.random(in: 0...bytes.count, using: &generator)
    let rest = bytes.count - at
    let some = Int.random(in: 0...min(rest, 32), using: &generator)
    switch Int.random(in: 0..<9, using: &generator) {
    case 0 where rest > 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1 where rest > 0: bytes[at] = .random(in: 0...255, using: &generator)
    case 2: bytes.insert(contentsOf: Self.heads[Int.random(in: 0..<Self.heads.count, using: &generator)], at: at)
    case 3:
      let head = Self.heads[Int.random(in: 0..<Self.heads.count, using: &generator)]
      bytes.replaceSubrange(at..<min(at + head.count, bytes.count), with: head)
    case 4: bytes.removeSubrange(at..<(at + some))
    case 5: bytes.removeSubrange(at...)
    case 6: bytes.insert(contentsOf: Array(bytes[at..<(at + some)]), at: at)
    case 7:
      let other = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
      let from = Int.random(in: 0...other.count, using: &generator)
      bytes.replaceSubrange(at..<(at + some), with: other[from..<min(from + 64, other.count)])
    default: bytes.insert(.random(in: 0...255, using: &generator), at: at)
    }
  }
}
