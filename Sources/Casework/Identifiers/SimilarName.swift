/// How alike two company names are, to find the same employer registered twice under names written differently.
/// A suspicion for a person to judge, nothing more.
public enum SimilarName {
  /// Thousandths from which on two names are suspected. One different character in a name of five still is
  /// (667), in one of four no longer (600): there it is usually another firm of the same trade.
  public static let threshold = 650

  /// A pair of characters in the name proper counts so many times one in a place before it.
  private static let coreWeight = 4

  public static func isSuspect(_ a: String, _ b: String) -> Bool { similarity(a, b) >= threshold }

  /// 0 for nothing in common, 1000 for the same name once written alike. Symmetric. 0 when one is empty.
  public static func similarity(_ a: String, _ b: String) -> Int {
    let first = CompanyName(a)
    let second = CompanyName(b)
    let x = pairs(first.knowing(second.places))
    let y = pairs(second.knowing(first.places))
    let total = x.values.reduce(0, +) + y.values.reduce(0, +)
    if first.core.isEmpty || second.core.isEmpty { return 0 }
    let shared = x.reduce(0) { $0 + min($1.value, y[$1.key] ?? 0) }
    return 2000 * shared / total
  }

  private struct Pair: Hashable {
    var isPlace: Bool
    /// `nil` before the first character and after the last, so that one character also has pairs.
    var left: Character?
    var right: Character?
  }

  /// Weight by pair of neighbouring characters (Dice's coefficient over bigrams).
  private static func pairs(_ name: CompanyName) -> [Pair: Int] {
    var result: [Pair: Int] = [:]
    func add(_ text: [Character], isPlace: Bool) {
      let ends: [Character?] = [nil] + text + [nil]
      for (left, right) in zip(ends, ends.dropFirst()) {
        result[Pair(isPlace: isPlace, left: left, right: right), default: 0] += isPlace ? 1 : coreWeight
      }
    }
    for place in name.places { add(place, isPlace: true) }
    add(name.core, isPlace: false)
    return result
  }
}
