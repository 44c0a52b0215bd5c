/// Names of a register, to find those like a given one without comparing every pair: 10 000 names against each other
/// would be 50 million comparisons.
///
/// Finds what `SimilarName.isSuspect` does, but at most `candidatesMax` for a name, no pair whose likeness lies in long
/// places alone and not in the name proper, and of names that share the words of a large trade the ones that have more
/// in common than those; how many were left out is said.
public struct SimilarNameIndex: Sendable {
  /// Suspects are looked for among so many names that share the most; one trade's schools (某某职业培训学校) are all alike.
  public static let candidatesMax = 64

  /// Places in the lists of names that share a pair of characters, read in one search. Some thousands of names of
  /// one trade are read whole; of twenty thousand the lists of the rarer pairs.
  public static let visitsMax = 16_384

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
  /// Positions by the name proper: equal names are found however common their characters are.
  private var same: [[UInt64]: [Int]] = [:]
  /// Of the search that is going on: keys shared, by variant, and the variants that share any.
  private var shared: [Int] = []
  private var touched: [Int] = []
  /// Searches so far, and by position the last one in which a name shared enough.
  private var searches = 0
  private var lastPassed: [Int] = []

  public init() {}

  public var count: Int { names.count }

  /// The name's position is the number of names added before it.
  public mutating func add(_ name: String) {
    let name = NumberedName(CompanyName(name), by: &numbers)
    for keys in Self.variants(of: name) {
      for key in keys { holders[key, default: []].append(variants.count) }
      variants.append(Variant(position: names.count, size: keys.count))
      shared.append(0)
    }
    if !name.core.isEmpty { same[name.core, default: []].append(names.count) }
    names.append(name)
    lastPassed.append(0)
  }

  /// Names suspected to be the same as one that was searched for.
  public struct Search: Sendable {
    /// Positions with the similarity in thousandths, the greatest first; at most `candidatesMax`.
    public var suspects: [(position: Int, score: Int)] = []
    /// Further names that share much with it and were not compared one by one: where it is positive there may be more
    /// suspects, less alike than those compared as far as their rarer characters tell.
    public var leftOut = 0
    /// Keys looked up and names compared, what the search cost: at most `visitsMax` for each way to write the name, and
    /// `candidatesMax`.
    public var visits = 0
  }

  /// - Complexity: O(visitsMax), whatever the number of names.
  public mutating func search(_ name: String) -> Search {
    // Characters not known yet get numbers for this once.
    var numbers = numbers
    let name = NumberedName(CompanyName(name), by: &numbers)
    var search = Search()
    searches += 1
    // Shared keys in percent of the longer name's, by position.
    var likeness: [Int: Int] = [:]
    var passing = 0
    var unreadNames = 0
    for keys in Self.variants(of: name) {
      let unread = count(keys, &search)
      unreadNames = max(unreadNames, unread.names)
      for (position, percent) in likest(keys, unread: unread.keys, &passing) {
        likeness[position] = max(likeness[position] ?? 0, percent)
      }
    }
    let equal = same[name.core] ?? []
    for position in equal.prefix(Self.candidatesMax) { likeness[position] = 100 }
    let candidates = likeness.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.candidatesMax).map(\.key)
    search.visits += candidates.count
    search.leftOut = max(min(unreadNames, names.count), passing, equal.count, candidates.count) - candidates.count
    search.suspects = candidates.map { (position: $0, score: SimilarName.similarity(name, names[$0])) }
      .filter { $0.score >= SimilarName.threshold }
      .sorted { ($1.score, $0.position) < ($0.score, $1.position) }
    return search
  }

  /// Counts the keys that variants share with a name's, the rarest first: what two names have in common with few others
  /// tells more than the words of their trade.
  /// - Returns: keys that were not read to the end, and how many variants the commonest of them has.
  private mutating func count(_ keys: [Key], _ search: inout Search) -> (keys: Int, names: Int) {
    var room = Self.visitsMax
    var unread = (keys: 0, names: 0)
    for held in keys.compactMap({ holders[$0] }).sorted(by: { $0.count < $1.count }) {
      for holder in held.prefix(room) {
        if shared[holder] == 0 { touched.append(holder) }
        shared[holder] += 1
      }
      let read = min(room, held.count)
      room -= read
      search.visits += read
      if read < held.count { unread = (unread.keys + 1, max(unread.names, held.count)) }
    }
    return unread
  }

  /// The names that share most of what was counted, and forgets the count.
  /// - Parameter passing: grows by the names that share enough to be suspected, each once in a search.
  private mutating func likest(_ keys: [Key], unread: Int, _ passing: inout Int) -> [(position: Int, percent: Int)] {
    var found: [(position: Int, percent: Int)] = []
    var byPercent = [Int](repeating: 0, count: 101)
    for holder in touched {
      let count = shared[holder]
      shared[holder] = 0
      let variant = variants[holder]
      // What a similarity of 65 % needs of the shorter name, less one key that equal places may make up for. A key that was
      // not read may be shared.
      guard 20 * (count + unread + 1) >= 13 * min(keys.count, variant.size) else { continue }
      let percent = 100 * count / max(keys.count, variant.size)
      byPercent[percent] += 1
      found.append((variant.position, percent))
      if lastPassed[variant.position] != searches {
        lastPassed[variant.position] = searches
        passing += 1
      }
    }
    touched.removeAll(keepingCapacity: true)
    // Only the percents that the best lie in.
    var (least, count) = (100, byPercent[100])
    while least > 0, count < Self.candidatesMax {
      least -= 1
      count += byPercent[least]
    }
    var room = Self.candidatesMax - (count - byPercent[least])
    return found.filter { candidate in
      if candidate.percent == least { room -= 1 }
      return candidate.percent > least || candidate.percent == least && room >= 0
    }
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
