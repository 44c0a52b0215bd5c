/// How alike two company names are, to find the same employer registered twice under names written differently.
/// A suspicion for a person to judge, nothing more.
public enum SimilarName {
  /// Thousandths from which on two names are suspected. One different character in a name of five still is
  /// (667), in one of four no longer (600): there it is usually another firm of the same trade.
  public static let threshold = 650

  public static func isSuspect(_ a: String, _ b: String) -> Bool { similarity(a, b) >= threshold }

  /// 0 for nothing in common, 1000 for the same name once written alike. Symmetric. 0 when one is empty.
  public static func similarity(_ a: String, _ b: String) -> Int {
    var numbers: [Character: UInt64] = [:]
    let first = NumberedName(CompanyName(a), by: &numbers)
    return similarity(first, NumberedName(CompanyName(b), by: &numbers))
  }

  /// Weight of the shared pairs of neighbouring characters in that of all (Dice's coefficient over bigrams).
  static func similarity(_ first: NumberedName, _ second: NumberedName) -> Int {
    if first.core.isEmpty || second.core.isEmpty { return 0 }
    let x = first.knowing(second.places).pairs
    let y = second.knowing(first.places).pairs
    let total = x.reduce(0) { $0 + $1.weight } + y.reduce(0) { $0 + $1.weight }
    return 2000 * NumberedName.shared(x, y).reduce(0) { $0 + $1.weight } / total
  }
}
