/// Numbers that look random and are the same on every machine for one seed: xoshiro256** seeded by SplitMix64
/// (Blackman and Vigna, prng.di.unimi.it). Not for secrets.
public struct SeededRandom: Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var mixed = mixer
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    s0 = next()
    s1 = next()
    s2 = next()
    s3 = next()
  }

  public mutating func next() -> UInt64 {
    let result = Self.rotated(s1 &* 5, by: 7) &* 9
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = Self.rotated(s3, by: 45)
    return result
  }

  private static func rotated(_ value: UInt64, by count: UInt64) -> UInt64 { value << count | value >> (64 - count) }

  /// A number from 0 to `bound` - 1; 0 for a bound below 2. The bias of a 64-bit product is below 2^-32 here.
  public mutating func below(_ bound: Int) -> Int {
    bound < 2 ? 0 : Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  public mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// True in so many of a thousand cases.
  public mutating func chance(_ perMille: Int) -> Bool { below(1_000) < perMille }

  public mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
  }

  /// Fisher and Yates.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for index in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(index, below(index + 1)) }
  }

  /// A generator of its own, so that what draws from it does not move what others draw.
  public mutating func branch() -> SeededRandom { SeededRandom(seed: next()) }
}
