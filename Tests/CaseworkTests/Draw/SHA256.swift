/// SHA-256 (FIPS 180-4), short and slow: the module under test takes any hash, and its tests need no library.
enum SHA256 {
  private static func primes(_ count: Int) -> [Int] {
    var result: [Int] = []
    var candidate = 2
    while result.count < count {
      if !result.contains(where: { candidate % $0 == 0 }) { result.append(candidate) }
      candidate += 1
    }
    return result
  }

  /// First 32 bits of the fraction of `value`, a root of a small prime.
  private static func fraction(_ value: Double) -> UInt32 { UInt32((value - value.rounded(.down)) * 0x1p32) }

  /// Cube roots by Newton's steps in `Double`: 53 bits, of which at most 3 stand before the point.
  private static let constants: [UInt32] = primes(64).map { prime in
    var root = Double(prime).squareRoot()
    for _ in 0..<64 { root -= (root * root * root - Double(prime)) / (3 * root * root) }
    return fraction(root)
  }
  private static let start: [UInt32] = primes(8).map { fraction(Double($0).squareRoot()) }

  static func hash(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - $0 * 8)) }
    var state = start
    var words = [UInt32](repeating: 0, count: 64)
    for block in stride(from: 0, to: padded.count, by: 64) {
      for index in 0..<16 {
        words[index] = padded[block + index * 4..<block + index * 4 + 4].reduce(0) { $0 << 8 | UInt32($1) }
      }
      for index in 16..<64 {
        let (low, high) = (words[index - 15], words[index - 2])
        let first = rotate(low, 7) ^ rotate(low, 18) ^ low >> 3
        let second = rotate(high, 17) ^ rotate(high, 19) ^ high >> 10
        words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
      }
      compress(&state, words)
    }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - $0 * 8)) } }
  }

  private static func compress(_ state: inout [UInt32], _ words: [UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum =
        h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (e & f ^ ~e & g)
        &+ constants[index] &+ words[index]
      let other = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ sum, c, b, a, sum &+ other)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
  }

  private static func rotate(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }
}

extension [UInt8] {
  var hexadecimal: String {
    reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}
