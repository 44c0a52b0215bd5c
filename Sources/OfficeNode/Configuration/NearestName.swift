/// The known name that somebody most likely meant.
enum NearestName {
  /// - Returns: the one with the fewest letters to add, leave out or change, the first of equals; `nil` of no names.
  static func of(_ name: String, among names: [String]) -> String? {
    names.min { distance(name, $0) < distance(name, $1) }
  }

  /// Levenshtein's distance, capital letters or not.
  static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.lowercased()), Array(right.lowercased()))
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in right.enumerated() {
        let changed = diagonal + (letter == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
