/// A company name with numbers for its characters. Names of a register are compared many times, and characters compare
/// slowly.
struct NumberedName {
  /// Two neighbouring characters.
  struct Pair: Comparable {
    /// Bit 63: in a place; 31 bits each: the left and the right character's number, 0 before the first and after the
    /// last, so that one character also has pairs.
    private let bits: UInt64

    /// A pair in the name proper counts so many times one in a place before it.
    private static let coreWeight = 4
    private static let placeBit: UInt64 = 1 << 63

    init(_ left: UInt64, _ right: UInt64, isPlace: Bool) {
      bits = left << 31 | right | (isPlace ? Self.placeBit : 0)
    }

    var weight: Int { bits & Self.placeBit == 0 ? Self.coreWeight : 1 }
    static func < (lhs: Pair, rhs: Pair) -> Bool { lhs.bits < rhs.bits }
  }

  private(set) var places: [[UInt64]]
  private(set) var core: [UInt64]
  /// Sorted; a pair that repeats stands as often.
  private(set) var pairs: [Pair]

  /// - Parameter numbers: by character, from 1; further ones are added.
  init(_ name: CompanyName, by numbers: inout [Character: UInt64]) {
    func number(_ character: Character) -> UInt64 {
      if let known = numbers[character] { return known }
      let next = UInt64(numbers.count + 1)
      numbers[character] = next
      return next
    }
    places = name.places.map { $0.map(number) }
    core = name.core.map(number)
    pairs = []
    findPairs()
  }

  /// With the places of another name taken off the front where this one has them without their mark (北京 for 北京市).
  func knowing(_ others: [[UInt64]]) -> NumberedName {
    var result = self
    for place in others where result.core.count > place.count && result.core.starts(with: place) {
      result.places.append(place)
      result.core.removeFirst(place.count)
    }
    if result.places.count > places.count { result.findPairs() }
    return result
  }

  private mutating func findPairs() {
    pairs = places.flatMap { Self.pairs(of: $0, isPlace: true) } + Self.pairs(of: core, isPlace: false)
    pairs.sort()
  }

  /// Pairs of a text, unsorted.
  static func pairs(of text: [UInt64], isPlace: Bool) -> [Pair] {
    zip([0] + text, text + [0]).map { Pair($0, $1, isPlace: isPlace) }
  }

  /// What two sorted lists have in common, as often as both have it.
  static func shared(_ x: [Pair], _ y: [Pair]) -> [Pair] {
    var result: [Pair] = []
    var (i, j) = (0, 0)
    while i < x.count, j < y.count {
      if x[i] == y[j] {
        result.append(x[i])
        i += 1
        j += 1
      } else if x[i] < y[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return result
  }
}
