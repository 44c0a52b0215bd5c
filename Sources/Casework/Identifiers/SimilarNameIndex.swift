/// Names of a register, to find those like a given one without comparing every pair: 10 000 names against each other
/// would be 50 million comparisons.
///
/// Finds what `SimilarName.isSuspect` does, but at most `candidatesMax` for a name, and no pair whose likeness lies in
/// long places alone and not in the name proper.
public struct SimilarNameIndex: Sendable {
  /// Suspects are looked for among so many names that share the most; one trade's schools (某某职业培训学校) are all alike.
  public static let candidatesMax = 64

  /// Two neighbouring characters; `nth` tells repetitions apart.
  private struct Key: Hashable {
    var left: UInt64
    var right: UInt64
    var nth: Int
  }

  /// A name without its places, or with them but without their marks (北京长城 for 北京市长城): either may be how the
  /// other name is written.
  private struct Variant {
    var position: Int
    /// How many keys it has.
    var size: Int
  }

  private var numbers: [Character: UInt64] = [:]
  private var names: [NumberedName] = []
  private var variants: [Variant] = []
  /// Variants by key, as positions in `variants`.
  private var holders: [Key: [Int]] = [:]

  public init() {}

  public var count: Int { names.count }

  /// The name's position is the number of names added before it.
  public mutating func add(_ name: String) {
    let name = NumberedName(CompanyName(name), by: &numbers)
    for keys in Self.variants(of: name) {
      for key in keys { holders[key, default: []].append(variants.count) }
      variants.append(Variant(position: names.count, size: keys.count))
    }
    names.append(name)
  }

  /// Positions of the names suspected to be the same, with their similarity in thousandths, the greatest first; at
  /// most `candidatesMax`.
  /// - Complexity: O(names), for the most one addition each.
  public func suspects(of name: String) -> [(position: Int, score: Int)] {
    // Characters not known yet get numbers for this once.
    var numbers = numbers
    let name = NumberedName(CompanyName(name), by: &numbers)
    // Shared keys in percent of the longer name's, by position.
    var likeness: [Int: Int] = [:]
    for keys in Self.variants(of: name) {
      var shared = [Int](repeating: 0, count: variants.count)
      for key in keys { for holder in holders[key] ?? [] { shared[holder] += 1 } }
      for (holder, count) in shared.enumerated() where count > 0 {
        let variant = variants[holder]
        let least = min(keys.count, variant.size)
        // What a similarity of 65 % needs of the shorter name, less one key that equal places may make up for.
        guard 20 * (count + 1) >= 13 * least else { continue }
        likeness[variant.position] = max(likeness[variant.position] ?? 0, 100 * count / max(keys.count, variant.size))
      }
    }
    return likeness.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.candidatesMax)
      .map { (position: $0.key, score: SimilarName.similarity(name, names[$0.key])) }
      .filter { $0.score >= SimilarName.threshold }
      .sorted { ($1.score, $0.position) < ($0.score, $1.position) }
  }

  private static func variants(of name: NumberedName) -> [[Key]] {
    if name.core.isEmpty { return [] }
    return [keys(name.core)] + (name.places.isEmpty ? [] : [keys(name.places.flatMap(\.self) + name.core)])
  }

  private static func keys(_ text: [UInt64]) -> [Key] {
    var seen: [Key: Int] = [:]
    return zip([0] + text, text + [0]).map { left, right in
      let first = Key(left: left, right: right, nth: 0)
      let nth = seen[first, default: 0]
      seen[first] = nth + 1
      return Key(left: left, right: right, nth: nth)
    }
  }
}
